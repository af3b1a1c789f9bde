"""`fraud`: score how well the program's rules tell cheats from honest people, and what mistakes cost."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, Database, Json
from referral_tui.cli.output import print_json, say_lines

_MONEY: Final = 11
_WIDTHS: Final = (7, 7, 9, 7, _MONEY, _MONEY)
_PAGE: Final = 80

if TYPE_CHECKING:
    from simulator.program.model import Program
    from simulator.scoring.score import RuleScore, Score


def fraud(
    db: Database = DEFAULT_DATABASE,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE", help="Score only this rule, also in the totals. May be repeated. Default: all."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Score the program against the truth that the simulated client knows: precision, recall and money, rule by rule.

    Reads FILE and the .crm.db beside it, and changes neither. This is the analyst's view: the platform itself never
    learns who cheats. Rules that define the offer (a new customer, a large enough basket) score badly here and may
    still be right; leave them out by naming the others with --rule.

    Example: referral-tui fraud --db shop.db
    """
    from simulator.scoring.reading import score_database
    from simulator.scoring.score import FORMULAS

    score, program = score_database(db, rule or ())
    if as_json:
        print_json(_fields(score, program, FORMULAS))
    else:
        say_lines(_lines(score, program, FORMULAS))


def _fields(score: Score, program: Program, formulas: dict[str, str]) -> dict[str, Any]:
    return {
        "currency": program.currency,
        "digits": program.digits,
        "conversions": score.conversions,
        "cheats": score.cheats,
        "paid_to_cheats_minor": score.paid,
        "refused_to_honest_minor": score.refused.refused_honest,
        "rules": {code: _rule_score(one, score.cheats) for code, one in score.rules.items()},
        "flagged": _rule_score(score.flagged, score.cheats),
        "refused": _rule_score(score.refused, score.cheats),
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


def _rule_score(score: RuleScore, cheats: int) -> dict[str, Any]:
    return {
        "flagged": score.flagged,
        "cheats": score.cheats,
        "precision": score.precision,
        "recall": score.recall(cheats),
        "refused_honest_minor": score.refused_honest,
        "refused_cheats_minor": score.refused_cheats,
    }


def _lines(score: Score, program: Program, formulas: dict[str, str]) -> Iterator[str]:
    from referral_tui.figures import counted, money, share

    def worth(minor: int, width: int | None = _MONEY) -> str:
        return money(minor, program.currency, program.digits, width)

    part = share(score.cheats / score.conversions) if score.conversions else share(None)
    yield f"{program.name}: {counted(score.conversions, 'conversion')} judged, {score.cheats:,} of cheats ({part})"
    lost, honest = worth(score.paid, None), worth(score.refused.refused_honest, None)
    yield f"{lost} was paid to cheats and kept by them; {honest} was refused to honest people"
    yield ""
    rules = [*score.rules.items(), ("any rule", score.flagged), ("refused in the end", score.refused)]
    wide = max(len(name) for name, _ in rules)
    yield f"{'':<{wide}}  {'':>36}  {'refused to':>{2 * _MONEY}}"
    yield _row(wide, "rule", "flagged", "cheats", "precision", "recall", "the honest", "cheats")
    for name, one in rules:
        yield _row(
            wide,
            name,
            f"{one.flagged:,}",
            f"{one.cheats:,}",
            share(one.precision),
            share(one.recall(score.cheats)),
            worth(one.refused_honest),
            worth(one.refused_cheats),
        )
    yield ""
    yield _row(wide, "kind of cheat", "judged", "flagged", "recall", "refused", "paid, kept", "taken back")
    for name, kind in sorted(score.kinds.items()):
        yield _row(
            wide,
            name,
            f"{kind.conversions:,}",
            f"{kind.flagged:,}",
            share(kind.flagged / kind.conversions),
            f"{kind.refused:,}",
            worth(kind.paid),
            worth(kind.taken_back),
        )
    yield ""
    for name, formula in formulas.items():
        yield from wrap(f"{name.replace('_', ' ')}: {formula}", _PAGE, subsequent_indent="  ")


def _row(wide: int, name: str, *cells: str) -> str:
    """Format a line of either table; with names of up to 18 letters it fits 80 columns."""
    return f"{name:<{wide}}  " + "  ".join(
        f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)
    )
