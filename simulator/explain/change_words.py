"""Put changes into words: another value of a fact, and how much earlier or later something would have happened."""

from __future__ import annotations

import re
from typing import Final

from simulator.domain.spans import DAY_MS, HOUR_MS, MINUTE_MS
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.explain.fact_changes import FactChange, Value
from simulator.program.facts import VARIANT
from simulator.program.model import Program
from simulator.program.words import money

_TINY: Final = 1e-9
QUALIFIES: Final = "it would have qualified"
_UNITS: Final = (
    (DAY_MS, "day"),
    (HOUR_MS, "hour"),
    (MINUTE_MS, "minute"),
    (1_000, "second"),
    (1, "millisecond"),
)
_TRUTHS: Final = {
    ("same_contact", False): "with a contact of the friend's own",
    ("same_device", False): "on a device of the friend's own",
    ("same_person", False): "for another person than the referrer",
    ("cross_referral", False): "had the friend not brought the referrer before",
    ("new_customer", True): "for a new customer",
    ("new_customer", False): "for somebody who was a customer before",
    ("eligible", True): "with the friend's eligibility confirmed",
    ("claimed", True): "had the friend claimed before",
    ("opted_in", True): "had the friend agreed to marketing messages before",
    ("authenticated", True): "had the friend signed in before",
    ("friend_closed", False): "had the friend's account not been closed",
    ("friend_closed", True): "had the friend's account been closed",
    ("referrer_closed", False): "had the referrer's account not been closed",
    ("referrer_closed", True): "had the referrer's account been closed",
    ("recipient_closed", False): "had the recipient's account not been closed",
    ("recipient_closed", True): "had the recipient's account been closed",
    ("friend_is_upline", False): "had the friend not been among those who brought the referrer",
    ("friend_is_upline", True): "had the friend been among those who brought the referrer",
}


def span(ms: int) -> str:
    """Write a span of milliseconds in its two largest units: `3 days 2 hours`, `4 minutes`."""
    ms = abs(ms)
    parts: list[str] = []
    for size, unit in _UNITS:
        count, ms = divmod(ms, size)
        if count or parts:
            parts.append(f"{count:,} {unit}{'' if count == 1 else 's'}" if count else "")
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if part) or "no time"


def sooner(ms: int) -> str:
    """Say how much earlier (`ms` below 0) or later: `3 days earlier`."""
    return f"{span(ms)} {'later' if ms >= 0 else 'earlier'}"


def fact_words(change: FactChange, program: Program) -> str:
    """Put a change of a fact into words; not for facts that are spans of time."""
    name, held, value = change.name, change.held, change.value
    if (name, value) in _TRUTHS:
        return _TRUTHS[name, value]  # type: ignore[index]
    if name == "amount":
        return f"with an amount of {_amount(value, program)} instead of {_amount(held, program)}"
    if name.startswith("referrer_friends") and isinstance(held, float) and isinstance(value, float):
        count = abs(round(value - held))
        fewer = "more" if value > held else "fewer"
        when = "in the 24 hours before" if name.endswith("24h") else "by then"
        return f"with {count:,} {fewer} friend{'' if count == 1 else 's'} of the referrer {when}"
    counted = count_fact(name)
    if counted is not None and isinstance(held, float) and isinstance(value, float):
        who, kind = counted
        count = abs(round(value - held))
        fewer = "more" if value > held else "fewer"
        what = kind or "conversion"
        return f"with {count:,} {fewer} {what}{'' if count == 1 or kind else 's'} of the {who}'s that stand"
    if name.startswith(VARIANT):
        experiment = name.removeprefix(VARIANT)
        return f'in the variant "{shown(value)}" of the experiment "{experiment}" instead of "{shown(held)}"'
    return f"with {name} {shown(value)} instead of {shown(held)}"


def count_fact(name: str) -> tuple[str, str | None] | None:
    """Split the name of a fact that counts conversions: whose, and of which type (None for all); None for others."""
    for who in ("friend", "referrer"):
        for kind in CONVERSION_TYPES:
            if name == f"{who}_{kind.replace('.', '_')}_count":
                return who, str(kind)
        if name == f"{who}_conversions":
            return who, None
    return None


def shown(value: Value) -> str:
    """Write a fact's value for people."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        exact = f"{value:.3f}"  # an amount may have three decimals; what is measured is rounded to two
        return re.sub(r"\.?0+$", "", exact if abs(float(exact) - value) < _TINY else f"{value:.2f}")
    return str(value)


def _amount(value: Value, program: Program) -> str:
    return money(round(value * 10**program.digits), program) if isinstance(value, int | float) else "none"
