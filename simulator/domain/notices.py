"""Name the types of webhooks: one for each entry of the audit trail, by its kind and what it says."""

from __future__ import annotations

from typing import Final

from simulator.domain.vocabulary import AuditKind, Outcome, RewardState, complete, values

OF_DECISION: Final = frozenset({AuditKind.DECIDED, AuditKind.SETTLED})
"""Kinds of entries about a decision: their type is that of its outcome."""
OF_ATTRIBUTION: Final = frozenset({AuditKind.ATTRIBUTED, AuditKind.ATTRIBUTION_ENDED})
"""Kinds of entries about an attribution."""
OF_REWARD: Final = frozenset({*RewardState, AuditKind.REDUCED})
"""Kinds of entries about a reward."""

_BY_KIND: Final = complete(
    tuple(kind for kind in AuditKind if kind not in OF_DECISION),
    {
        AuditKind.ATTRIBUTED: "referral.attributed",
        AuditKind.ATTRIBUTION_ENDED: "referral.ended",
        AuditKind.PROGRAM_CHANGED: "program.changed",
        AuditKind.REDUCED: "reward.reduced",
        AuditKind.REVERSAL_WAITING: "reversal.waiting",
        AuditKind.VERDICT_WITHOUT_EFFECT: "verdict.without_effect",
        AuditKind.REVERSAL_WITHOUT_EFFECT: "reversal.without_effect",
        AuditKind.REINSTATEMENT_WITHOUT_EFFECT: "reinstatement.without_effect",
        AuditKind.ADJUSTMENT_WITHOUT_EFFECT: "adjustment.without_effect",
        AuditKind.MERGE_WITHOUT_EFFECT: "merge.without_effect",
        AuditKind.CHOICE_WITHOUT_EFFECT: "choice.without_effect",
        AuditKind.REDEMPTION_WITHOUT_EFFECT: "redemption.without_effect",
        AuditKind.VETO_WITHOUT_EFFECT: "veto.without_effect",
    },
) | {state: f"reward.{state}" for state in values(RewardState)}
_BY_OUTCOME: Final = {outcome: f"conversion.{outcome}" for outcome in values(Outcome)}

NOTICE_TYPES: Final = (*_BY_OUTCOME.values(), *_BY_KIND.values())
"""All types of webhooks."""


def notice_type(kind: str, outcome: str | None) -> str:
    """Return the type of an entry of this kind, with the outcome that one about a decision states.

    For a word that doesn't exist, as in a damaged database, it is `unknown`.
    """
    found = _BY_OUTCOME.get(outcome or "") if kind in OF_DECISION else _BY_KIND.get(kind)
    return found or "unknown"


def covers(wanted: tuple[str, ...], kind: str) -> bool:
    """Return whether a webhook type is wanted; `wanted` has types or prefixes such as `reward.*`; empty means all."""
    return not wanted or any(
        kind == one or (one.endswith("*") and kind.startswith(one.removesuffix("*"))) for one in wanted
    )
