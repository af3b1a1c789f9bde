"""`fraud`: how well the program's rules tell cheats from honest people, and what it costs when they don't."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, Database, Json, print_json

if TYPE_CHECKING:
    from simulator.program.model import Program
    from simulator.scoring.score import Score, Tally


def fraud(
    db: Database = DEFAULT_DATABASE,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE", help="Only this rule, in the totals too. May be repeated. Default: all."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Score the program against the truth that the simulated client knows: precision, recall and money, rule by rule.

    Reads FILE and the .crm.db beside it, and changes neither. It is the analyst's side: the platform itself never
    learns who cheats. Rules of the offer (a new customer, a large enough basket) look bad here and may be right: leave
    them out by naming the others with --rule.

    Example: referral-tui fraud --db shop.db
    """
    from simulator.scoring.reading import score_database  # noqa: PLC0415 - loads sqlglot
    from simulator.scoring.score import FORMULAS  # noqa: PLC0415 - with the rest

    score, program = score_database(db, rule or ())
    if as_json:
        print_json(_fields(score, program, FORMULAS))
    else:
        typer.echo("\n".join(_lines(score, program, FORMULAS)))


def _fields(score: Score, program: Program, formulas: dict[str, str]) -> dict[str, Any]:
    return {
        "currency": program.currency,
        "digits": program.digits,
        "conversions": score.conversions,
        "cheats": score.cheats,
        "paid_to_cheats_minor": score.paid,
        "refused_to_honest_minor": score.refused.refused_honest,
        "rules": {code: _tally(tally, score.cheats) for code, tally in score.rules.items()},
        "flagged": _tally(score.flagged, score.cheats),
        "refused": _tally(score.refused, score.cheats),
        "kinds": {
            name: {
                "conversions": kind.conversions,
                "flagged": kind.flagged,
                "refused": kind.refused,
                "waiting": kind.waiting,
                "recall": kind.flagged / kind.conversions,
                "refused_minor": kind.refused_money,
                "paid_minor": kind.paid,
                "taken_back_minor": kind.taken_back,
                "pending_minor": kind.pending,
            }
            for name, kind in sorted(score.kinds.items())
        },
        "formulas": formulas,
    }


def _tally(tally: Tally, cheats: int) -> dict[str, Any]:
    return {
        "flagged": tally.flagged,
        "cheats": tally.cheats,
        "precision": tally.precision,
        "recall": tally.recall(cheats),
        "refused_honest_minor": tally.refused_honest,
        "refused_cheats_minor": tally.refused_cheats,
    }


def _lines(score: Score, program: Program, formulas: dict[str, str]) -> Iterator[str]:
    from referral_tui.figures import counted, money, share  # noqa: PLC0415 - keeps --help quick

    def worth(minor: int) -> str:
        return money(minor, program.currency, program.digits)

    part = share(score.cheats / score.conversions) if score.conversions else share(None)
    yield f"{program.name}: {counted(score.conversions, 'conversion')} judged, {score.cheats:,} of cheats ({part})"
    lost, honest = worth(score.paid), worth(score.refused.refused_honest)
    yield f"{lost} was paid to cheats and kept by them; {honest} was refused to honest people"
    yield ""
    names = [*score.rules, "any rule", "refused in the end"]
    wide = max(map(len, names))
    yield (
        f"{'rule':<{wide}}  {'flagged':>7}  {'cheats':>7}  {'precision':>9}  {'recall':>7}  {'refused to honest':>18}  "
        f"{'kept from cheats':>16}"
    )
    for name, tally in [
        *score.rules.items(),
        ("any rule", score.flagged),
        ("refused in the end", score.refused),
    ]:
        recall = share(tally.recall(score.cheats))
        yield (
            f"{name:<{wide}}  {tally.flagged:>7,}  {tally.cheats:>7,}  {share(tally.precision):>9}  {recall:>7}  "
            f"{worth(tally.refused_honest):>18}  {worth(tally.refused_cheats):>16}"
        )
    yield ""
    yield (
        f"{'kind':<{wide}}  {'judged':>7}  {'flagged':>7}  {'recall':>9}  {'refused':>7}  {'paid, and kept':>18}  "
        f"{'taken back':>16}"
    )
    for name, kind in sorted(score.kinds.items()):
        yield (
            f"{name:<{wide}}  {kind.conversions:>7,}  {kind.flagged:>7,}  {share(kind.flagged / kind.conversions):>9}  "
            f"{kind.refused:>7,}  {worth(kind.paid):>18}  {worth(kind.taken_back):>16}"
        )
    yield ""
    yield from (f"{name.replace('_', ' ')}: {formula}" for name, formula in formulas.items())
