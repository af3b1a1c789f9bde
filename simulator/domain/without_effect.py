"""Say in words why an event changed nothing, for the reasons in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from simulator.domain.vocabulary import AuditKind, EventType

KIND_OF: Final[Mapping[str, AuditKind]] = {
    EventType.REVIEW_DECIDED: AuditKind.VERDICT_WITHOUT_EFFECT,
    EventType.CONVERSION_REVERSED: AuditKind.REVERSAL_WITHOUT_EFFECT,
    EventType.CONVERSION_REINSTATED: AuditKind.REINSTATEMENT_WITHOUT_EFFECT,
    EventType.CONVERSION_ADJUSTED: AuditKind.ADJUSTMENT_WITHOUT_EFFECT,
    EventType.CUSTOMER_MERGED: AuditKind.MERGE_WITHOUT_EFFECT,
    EventType.REWARD_CHOSEN: AuditKind.CHOICE_WITHOUT_EFFECT,
    EventType.REWARD_REDEEMED: AuditKind.REDEMPTION_WITHOUT_EFFECT,
    EventType.REWARD_VETOED: AuditKind.VETO_WITHOUT_EFFECT,
}
"""The kind of the audit entry that says of an event of a type that it changed nothing."""
WITHOUT_EFFECT: Final[dict[str, dict[str, str]]] = {
    AuditKind.VERDICT_WITHOUT_EFFECT: {"no such decision in review": "no such decision was in review"},
    AuditKind.REVERSAL_WITHOUT_EFFECT: {
        "other-subject": "it came in another person's name than the conversion",
        "already-reversed": "the conversion had been reversed before",
        "redeemed": "the reward had been used",
        "expired": "the reward had expired",
        "nothing-to-undo": "no reward of the conversion could be taken back",
    },
    AuditKind.REINSTATEMENT_WITHOUT_EFFECT: {
        "unknown": "no conversion with this id has arrived from its source",
        "other-subject": "it came in another person's name than the conversion",
        "standing": "the conversion was not reversed",
    },
    AuditKind.ADJUSTMENT_WITHOUT_EFFECT: {
        "unknown": "no conversion with this id has arrived from its source",
        "other-subject": "it came in another person's name than the conversion",
        "reversed": "the conversion was reversed",
        "no-amount": "the conversion has no amount",
        "other-currency": "the conversion's amount is in another currency",
    },
    AuditKind.MERGE_WITHOUT_EFFECT: {"same-person": "the two references were one person's already"},
    AuditKind.CHOICE_WITHOUT_EFFECT: {
        "unknown": "there is no such reward",
        "other-subject": "it came in another person's name than the recipient's",
        "not-offered": "the reward was not open for a choice",
        "not-listed": "what was chosen is not among the choices",
    },
    AuditKind.REDEMPTION_WITHOUT_EFFECT: {
        "unknown": "there is no such reward",
        "not-issued": "the reward was not given out, or not any more",
    },
    AuditKind.VETO_WITHOUT_EFFECT: {
        "unknown": "there is no such reward",
        "not-open": "the reward was neither pending, waiting nor offered",
    },
}
"""Each reason in words, by the kind of the audit entry that has it."""


def why_without_effect(kind: str, detail: str) -> str:
    """Return in words why an event changed nothing, from its audit entry; `detail` itself where there are none."""
    reason = detail.rpartition(": ")[2]  # a verdict's names the milestone before it
    return WITHOUT_EFFECT.get(kind, {}).get(reason, reason)
