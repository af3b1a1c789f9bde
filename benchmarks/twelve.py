"""Define twelve rules in three languages, our SQL, zen-engine's and json-logic's, that agree on every row."""

from __future__ import annotations

from typing import Any

from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.presets import find_program

CHANNELS = ("email", "messaging", "social", "qr", "community", "code")


def _var(name: str) -> dict[str, Any]:
    return {"var": name}


def _known(name: str, otherwise: Any) -> dict[str, Any]:
    """Return a fact, or `otherwise` if it is null; by `===`, since false `==` null in that language."""
    return {"if": [{"===": [_var(name), None]}, otherwise, _var(name)]}


RULES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "no-self-referral",
        "NOT same_person AND NOT same_contact AND NOT same_device",
        "not same_person and not same_contact and not same_device",
        {"and": [{"!": [_var(name)]} for name in ("same_person", "same_contact", "same_device")]},
    ),
    ("no-swapping", "NOT cross_referral", "not cross_referral", {"!": [_var("cross_referral")]}),
    (
        "new-customers-only",
        "COALESCE(new_customer, TRUE)",
        "(new_customer ?? true)",
        _known("new_customer", otherwise=True),
    ),
    ("eligible", "COALESCE(eligible, TRUE)", "(eligible ?? true)", _known("eligible", otherwise=True)),
    (
        "not-too-fast",
        "referrer_friends_24h <= 5",
        "referrer_friends_24h <= 5",
        {"<=": [_var("referrer_friends_24h"), 5]},
    ),
    (
        "settled-referrer",
        "referrer_kind = 'employee' OR referrer_age_days >= 1 OR method = 'link'",
        "(referrer_kind ?? '') == 'employee' or referrer_age_days >= 1 or method == 'link'",
        {
            "or": [
                {"==": [_var("referrer_kind"), "employee"]},
                {">=": [_var("referrer_age_days"), 1]},
                {"==": [_var("method"), "link"]},
            ]
        },
    ),
    (
        "known-channel",
        f"channel IN {CHANNELS}",
        f"channel in {list(CHANNELS)}",
        {"in": [_var("channel"), list(CHANNELS)]},
    ),
    ("fresh", "touch_age_days <= 20", "touch_age_days <= 20", {"<=": [_var("touch_age_days"), 20]}),
    ("few-friends", "referrer_friends <= 8", "referrer_friends <= 8", {"<=": [_var("referrer_friends"), 8]}),
    (
        "one-country",
        "COALESCE(friend_country, 'GB') = COALESCE(referrer_country, 'GB')",
        "(friend_country ?? 'GB') == (referrer_country ?? 'GB')",
        {"==": [_known("friend_country", "GB"), _known("referrer_country", "GB")]},
    ),
    (
        "not-blocked",
        "COALESCE(friend_segment, '') <> 'blocked'",
        "(friend_segment ?? '') != 'blocked'",
        {"!=": [_known("friend_segment", ""), "blocked"]},
    ),
    ("worth-it", "COALESCE(amount, 0) >= 15", "(amount ?? 0) >= 15", {">=": [_known("amount", 0), 15]}),
)


def twelve() -> Program:
    """Return the telecom program with these rules in place of its own."""
    text, name = find_program("telecom")
    before, _, after = text.partition("[[rule]]")
    rest = "[[reward]]" + after.partition("[[reward]]")[2]
    rules = "".join(
        f'[[rule]]\ncode = "{code}"\nrequire = "{sql}"\nbecause = "measured"\non_fail = "review"\n\n'
        for code, sql, _zen, _logic in RULES
    )
    return load_program(before + rules + rest, name)
