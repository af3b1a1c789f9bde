"""Read money in the forms that systems write, as integer minor units."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final, Literal

from simulator.domain.currencies import DIGITS
from simulator.events.values import show
from simulator.mapping.wrong import WrongValueError

MoneyForm = Literal["minor", "decimal", "decimal-comma"]
MONEY_FORMS: Final[tuple[MoneyForm, ...]] = ("minor", "decimal", "decimal-comma")
_PLAIN: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?")
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_GROUPED: Final = {
    "decimal": re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,10})?"),
    "decimal-comma": re.compile(
        r"-?[0-9]{1,3}(?:\.[0-9]{3}){1,4}(?:,[0-9]{1,10})?|-?[0-9]{1,15}(?:,[0-9]{1,10})?"
    ),
}


def minor_units(value: Any) -> int:
    """Return an amount that is already in minor units.

    Raises:
        WrongValueError: it is not an integer.

    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    raise WrongValueError(f"{show(value, number=True)}; it must be an integer in minor units")


def from_decimal(value: Any, form: MoneyForm, currency: Any) -> int:
    """Return an amount in major units, such as `49.99` or `1.234,50`, in minor units of its currency.

    Raises:
        WrongValueError: it is not an amount, its currency is unknown, or it has more decimals than the currency.

    """
    code = currency.strip().upper() if isinstance(currency, str) else ""
    if code not in DIGITS:
        raise WrongValueError(
            f"the currency is {show(currency)}; it must be a code of ISO 4217, such as GBP"
            if currency not in (None, "")
            else "there is no currency, so its minor unit isn't known"
        )
    amount = _decimal(value, form)
    minor = amount.scaleb(DIGITS[code])
    whole = int(minor)
    if whole != minor:
        raise WrongValueError(
            f"{show(value, number=True)} has more than the {DIGITS[code]} digits after the point that {code} has"
        )
    return whole


def _decimal(value: Any, form: MoneyForm) -> Decimal:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = repr(value)  # the shortest text that is this number, as it was written
        if "e" not in text and "n" not in text:
            return Decimal(text)
    elif isinstance(value, str):
        text = value.strip()
        if form == "decimal" and _PLAIN.fullmatch(text):
            return Decimal(text)
        if _GROUPED[form].fullmatch(text):
            plain = text.replace(",", "") if form == "decimal" else text.replace(".", "").replace(",", ".")
            return Decimal(plain)
    example = "49.99" if form == "decimal" else "49,99"
    raise WrongValueError(f"{show(value, number=True)}; it must be an amount such as {example}")
