"""`compare --people`: who got a different result under the other design, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from referral_tui.cli.output import print_json, say_lines
from referral_tui.cli.wrapping import PAGE
from simulator.domain.printable import printable

if TYPE_CHECKING:
    from simulator.explain.different_results import DifferentResults

_MOST_LINES: Final = 5
"""The most lines shown for one side of a person; `explain` shows them all."""
_RESULTS: Final = {
    "paid": "paid",
    "pending": "to be paid",
    "qualified": "qualified, nothing paid",
    "review": "in review",
    "refused": "refused",
    "ignored": "does not count",
    "no decision": "no decision",
    "absent": "never came",
}


def show_people(one: Path, other: Path, limit: int, *, as_json: bool) -> None:
    """Print who got a different result in the second database than in the first, and explain `limit` of them."""
    from db.read.comparing import other_differences, read_compared
    from referral_tui.cli.compare_money import names_of
    from referral_tui.names import short_name
    from simulator.explain.different_results import different_results

    odd = other_differences(read_compared(one), read_compared(other))
    found = different_results(one, other, limit, short_name)
    if as_json:
        print_json(
            {
                "databases": [str(one), str(other)],
                "alike": not odd,
                "unlike": odd,
                "counts": [{"results": [was, now], "count": count} for was, now, count in found.counts],
                "people": list(found.people),
                "left_out": found.more,
            }
        )
    else:
        say_lines(_lines(found, names_of([one, other]), odd))


def _lines(found: DifferentResults, names: Sequence[str], odd: Sequence[str]) -> Iterator[str]:
    from referral_tui.figures import counted

    total = sum(count for _, _, count in found.counts)
    if not total:
        yield "nobody got a different result"
    else:
        yield f"{counted(total, 'friend')} got a different result, in {names[0]} → {names[1]}:"
    for was, now, count in found.counts:
        words = _RESULTS[was] if was == now else f"{_RESULTS[was]} → {_RESULTS[now]}"
        yield f"{count:>8,}  {words}{', for another reason' if was == now else ''}"
    for person in found.people:
        yield ""
        yield printable(f"{person['name']} ({person['ref']})")
        for name, side in zip(names, person["sides"], strict=True):
            yield from _side(name, side)
    if found.more:
        yield ""
        yield f"… and {found.more:,} more; --limit lists more of them"
    if odd:
        yield ""
        yield from wrap(printable(f"Not only the design differs: {'; '.join(odd)}."), PAGE)


def _side(name: str, side: dict[str, Any]) -> Iterator[str]:
    from referral_tui.words import reason_words

    reason = f": {reason_words(side['reason'])}" if side["reason"] else ""
    yield printable(f"  {name}: {_RESULTS[side['result']]}{reason}")
    reasons = list(side["why"])
    if not reasons:
        reasons = [
            f"{one['reward']} {one['value']} to the {one['role']}: {one['state']}; {one['why']}"
            for one in side["rewards"]
        ]
    for line in reasons[:_MOST_LINES]:
        yield from wrap(
            printable(line),
            PAGE,
            initial_indent="    ",
            subsequent_indent="      ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    if len(reasons) > _MOST_LINES:
        yield f"    … and {len(reasons) - _MOST_LINES:,} more"
