"""Write a first program file from the answers to a few questions, each checked as it is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.program import values
from simulator.program.layout import PERIODS
from simulator.program.nearest import shown


@dataclass(frozen=True)
class Question:
    """A question: the answer's name, the wording, and a default answer that suits most."""

    name: str
    words: str
    default: str


QUESTIONS = (
    Question("name", "Name of the program", "Our referral program"),
    Question("industry", "Industry", "general"),
    Question("currency", "Currency (ISO 4217)", "GBP"),
    Question("event", f"Event that counts ({', '.join(CONVERSION_TYPES)})", "purchase.paid"),
    Question("referrer", "Reward for the referrer, in that currency", "20"),
    Question("friend", "Reward for the friend", "10"),
    Question("hold", "Cooling-off time before a reward is issued (30m, 12h, 14d, 2w)", "14d"),
    Question("closed", "Pay a recipient whose account is closed by then? (yes, no)", "no"),
    Question("expires", "How long a reward may be used (30d, 52w), or never", "never"),
    Question("budget", "Budget of the whole program", "50000"),
    Question("period", f"Calendar period that the budget is for ({', '.join(PERIODS)})", "lifetime"),
    Question("timezone", "Time zone of calendar days, such as Europe/London", "UTC"),
)


_OTHERS: dict[str, Callable[[str], object]] = {
    "closed": lambda answer: values.choice(answer, ("yes", "no")),
    "expires": lambda answer: None if answer == "never" else values.duration(answer),
    "period": lambda answer: values.choice(answer, PERIODS),
    "timezone": values.zone_name,
}


def check_answer(name: str, answer: str, answers: Mapping[str, str]) -> None:
    """Check one answer; `answers` are those before it; raise `InvalidValueError` with what would be right."""
    if name in ("name", "industry"):
        values.text(answer)
    elif name == "currency":
        values.currency(answer)
    elif name == "event":
        values.choice(answer, CONVERSION_TYPES)
    elif name == "hold":
        values.duration(answer, zero=True)
    elif name in _OTHERS:
        _OTHERS[name](answer)
    else:
        _money(answer, answers["currency"])


def draft_program(answers: Mapping[str, str]) -> str:
    """Write a program file from an answer to every question, all of them checked."""
    quoted = {name: json.dumps(answer, ensure_ascii=False) for name, answer in answers.items()}
    budget, referrer, friend = (answers[name].strip() for name in ("budget", "referrer", "friend"))
    keep_if = "" if answers["closed"] == "yes" else 'keep_if = "NOT recipient_closed"\n'
    expires = "" if answers["expires"] == "never" else f"expires = {quoted['expires']}\n"
    return f"""\
[program]
name     = {quoted["name"]}
industry = {quoted["industry"]}
currency = {quoted["currency"]}
timezone = {quoted["timezone"]}

[attribution]
model  = "last-touch"
window = "30d"

[[milestone]]
name       = "converted"
event      = {quoted["event"]}
occurrence = 1

[[rule]]
code    = "no-self-referral"
require = "NOT same_person AND NOT same_contact AND NOT same_device"
because = "The friend and the referrer are one person, or share a contact or a device."

[[rule]]
code    = "not-too-fast"
require = "referrer_friends_24h <= 5"
because = "The referrer brought more than five friends within 24 hours."
on_fail = "review"

[[reward]]
name    = "referrer-reward"
to      = "referrer"
on      = "converted"
value   = {referrer}
hold    = {quoted["hold"]}
caps    = [{{ count = 10, window = "calendar-year" }}]
{keep_if}{expires}
[[reward]]
name    = "friend-reward"
to      = "friend"
on      = "converted"
value   = {friend}
hold    = {quoted["hold"]}
{keep_if}{expires}
[budget]
total  = {budget}
period = {quoted["period"]}
"""


def _money(answer: str, currency: str) -> None:
    """Check an amount of money, written as in the file: digits and a point only."""
    plain = answer.strip()
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        raise values.InvalidValueError(f"{shown(answer)} is not an amount; write it as 20 or 20.00")
    values.money(amount, currency)
