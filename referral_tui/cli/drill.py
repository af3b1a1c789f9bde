"""`drill`: practise answering customers who ask where their reward is, and check that every case has one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.options import Json
from referral_tui.cli.output import print_json, say, say_lines

if TYPE_CHECKING:
    from simulator.drills.check import Checked

app = typer.Typer(
    no_args_is_help=True,
    help="Practise answering customers who ask where their reward is.\n\nExample: referral-tui drill check --cases 300",
)
_MOST_SHOWN = 20  # ambiguous cases


@app.command("check")
def check_cases(
    cases: Annotated[int, typer.Option(min=1, help="How many cases to generate.")] = 300,
    seed: Annotated[
        int, typer.Option(help="The seed of the first world; the next worlds have the next seeds.")
    ] = 1,
    as_json: Json = False,
) -> int:
    """Generate cases and check that each question has exactly one right answer, and that every wrong one is refuted.

    Exits 1 if a case is ambiguous, or if a cause never came. A thousand cases take about a minute.

    Example: referral-tui drill check --cases 1000
    """
    from referral_tui.cli.progress import Bar
    from referral_tui.names import short_name
    from simulator.drills.check import check

    with Bar("cases", cases) as bar:
        found = check(cases, short_name, seed, progress=bar.set)
    passed = not found.ambiguous and not found.missing
    if as_json:
        counts = {str(cause): count for cause, count in sorted(found.cases.items())}
        made = {"cases": found.total, "worlds": found.worlds, "ambiguous": found.ambiguous, "causes": counts}
        print_json(made | {"missing": [str(cause) for cause in found.missing], "passed": passed})
    else:
        _say_checked(found)
    return 0 if passed else 1


def _say_checked(found: Checked) -> None:
    from simulator.domain.drills import CAUSE_WORDS, Cause

    say(f"{found.total:,} cases from {found.worlds:,} worlds, {len(found.ambiguous):,} of them ambiguous")
    say_lines(f"  {cause:<16} {found.cases[cause]:>7,}  {CAUSE_WORDS[cause]}" for cause in Cause)
    say_lines(f"ambiguous: {line}" for line in found.ambiguous[:_MOST_SHOWN])
    if found.missing:
        say(f"no case of: {', '.join(found.missing)}; check more cases")
