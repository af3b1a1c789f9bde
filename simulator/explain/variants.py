"""Say in which variant of each experiment of the program a friend or their referrer is, and why."""

from __future__ import annotations

from simulator.engine.experiments import variant_of
from simulator.explain.context import DecisionContext
from simulator.explain.source import Fields


def variants(context: DecisionContext) -> list[Fields]:
    """Return the variant of each experiment that a decision was made in, with a sentence; none if unattributed."""
    if context.attribution is None:
        return []
    found = []
    for one in context.program.experiments:
        person = context.attribution.friend_ref if one.by == "friend" else context.attribution.referrer_ref
        variant = variant_of(one, person)
        total = sum(each.weight for each in one.variants)
        weight = next(each.weight for each in one.variants if each.name == variant)
        words = (
            f'variant "{variant}" of the experiment "{one.name}": drawn from the reference of the {one.by}, '
            f"so it never changes ({weight:,} of {total:,} go there)"
        )
        found.append({"experiment": one.name, "by": one.by, "variant": variant, "says": words})
    return found
