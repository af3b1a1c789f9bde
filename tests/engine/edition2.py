"""What of the second edition of the program language the engine does already: its authors add to `ENGINE_DOES`.

A group that it doesn't do is an expected failure of `test_edition2_agrees.py` and of the engine's runs of
`test_oracle_*.py`, without being run.
"""

from __future__ import annotations

import dataclasses

import pytest

from tests.engine.strategies import Case

GROUPS = {
    "standing": "reversals that wait, reinstatements, occurrence and numbers of what stands, room that is given back",
    "adjusted": "adjustments of an amount: reduced, revoked and voided lines",
    "when": "when, from, until, dated_by",
    "experiments": "variants of experiments",
    "attributes": "attributes of conversions and customers",
    "bounds": "max and min of a share, rates of other currencies",
    "caps": "caps per friend, code or program, trimming caps, caps that give no room back",
    "budget": "a budget by period, trimming, or that gives no room back",
    "waiting": "a budget that lets wait",
    "keep_if": "conditions at the release",
    "counts": "facts of standing conversions, closures and heights",
    "codes": "codes that fold or are used up",
    "people": "closed and merged accounts",
    "stops": "referrers who are stopped",
    "vetoes": "vetoes of rewards",
    "choice": "choices, expiry and redemptions",
    "zones": "calendars of a time zone",
}

ENGINE_DOES: frozenset[str] = frozenset(
    (
        "standing",
        "adjusted",
        "when",
        "experiments",
        "attributes",
        "bounds",
        "budget",
        "caps",
        "choice",
        "counts",
        "keep_if",
        "codes",
        "people",
        "stops",
        "vetoes",
        "waiting",
        "zones",
    )
)


def need(*groups: str) -> None:
    """Expect the test to fail from here on where the engine does not do one of these groups."""
    unknown = set(groups) - GROUPS.keys()
    assert not unknown, unknown
    lacking = sorted(set(groups) - ENGINE_DOES)
    if lacking:
        pytest.xfail(f"the engine does not do {', '.join(lacking)} yet")


# What depends on what stands: these defaults of the first edition have changed (what a reversal gives back, and numbers
# across versions), and reinstatements are new.
CHANGED = ("conversion.reversed", "conversion.reinstated", "program.changed")


def comparable(case: Case) -> Case:
    """A case without what depends on what stands, until the engine does `standing`."""
    if "standing" in ENGINE_DOES:
        return case
    steps = [step for step in case.steps if isinstance(step, int) or step["type"] not in CHANGED]
    return dataclasses.replace(case, steps=steps)
