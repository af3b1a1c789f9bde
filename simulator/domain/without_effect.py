"""Say in words why an event changed nothing, for the reasons in the audit trail."""

from __future__ import annotations

from simulator.domain.vocabulary import AuditKind

WITHOUT_EFFECT: dict[AuditKind, dict[str, str]] = {
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
