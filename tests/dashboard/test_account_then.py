"""An account of the past shows what was known then, whatever happened since."""

from __future__ import annotations

from typing import Any

from referral_tui.dashboard.account import as_of

AT = 1_000_000
TOLD: dict[str, Any] = {
    "timeline": [],
    "touches": [],
    "attribution": None,
    "decisions": [
        {
            "id": 1,
            "received_at": 10,
            "decided_at": 10,
            "in_review": None,
            "outcome": "qualified",
            "reason": None,
            "if_approved": [],
        },
        {"id": 2, "received_at": 20, "decided_at": AT + 5, "in_review": "fast", "outcome": "refused"},
        {"id": 3, "received_at": AT, "decided_at": AT, "in_review": None, "outcome": "qualified"},
    ],
    "rewards": [
        {"id": 1, "decision": 1, "state": "issued", "due_at": AT + 9, "state_at": AT + 9, "why": "now"},
        {"id": 2, "decision": 1, "state": "revoked", "due_at": AT - 9, "state_at": AT + 9, "why": "now"},
        {"id": 3, "decision": 1, "state": "voided", "due_at": AT + 1, "state_at": AT - 1, "why": "now"},
        {"id": 4, "decision": 3, "state": "pending", "due_at": AT + 9, "state_at": AT, "why": "now"},
    ],
}


def test_a_reward_that_was_issued_later_is_pending_then() -> None:
    then = as_of(TOLD, AT)
    assert [(one["id"], one["state"]) for one in then["rewards"]] == [
        (1, "pending"),
        (2, "issued"),
        (3, "voided"),
    ]
    assert "falls due" in then["rewards"][0]["why"]


def test_a_decision_that_waited_for_a_verdict_then_is_in_review() -> None:
    then = as_of(TOLD, AT)
    assert [(one["id"], one["outcome"]) for one in then["decisions"]] == [(1, "qualified"), (2, "review")]
    assert then["decisions"][1]["reason"] == "fast"
