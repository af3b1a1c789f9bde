"""Write the closing report of `ingest` and `simulate`: receipts, decisions, rewards and their money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from referral_tui.figures import MINUTE, counted, duration, money
from simulator.domain.definitions import RECEIPTS
from simulator.domain.vocabulary import ReversalReason, meanings
from simulator.domain.without_effect import WITHOUT_EFFECT

if TYPE_CHECKING:
    from simulator.program.model import Program


def receipt_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the number of messages with each receipt, a line each."""
    for receipt in RECEIPTS:
        yield f"  {receipt:<12}{figures[receipt]:>12,}"


def delivery_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield how often each active dial has struck, and what reconciliation found; nothing if all is well."""
    if figures["faults"]:
        yield "faults on the way, by dial:"
        for dial, line in figures["faults"].items():
            often = f"{line['count']:>9,}" if line["count"] else "  never fired"
            yield f"  {dial:<15}{often}"
    found = {kind: line for kind, line in figures["reconciliation"].items() if _odd(line)}
    if found:
        yield "the client's lists against what was accepted:"
        for kind, line in found.items():
            yield (
                f"  {kind:<20}{line['missing']:>7,} missing of {line['listed']:,}, of which {line['returned']:,} came "
                f"after all; {line['extra']:,} extra, {line['different']:,} different"
            )


def _odd(line: Mapping[str, int]) -> bool:
    return bool(line["missing"] or line["extra"] or line["different"])


def standing_lines(figures: Mapping[str, Any], program: Program) -> Iterator[str]:
    """Yield attributions, decisions by outcome, and rewards by state with their money in the program's currency."""
    yield f"now in the database: {counted(figures['attributions'], 'attribution')}"
    for outcome, count in figures["decisions"].items():
        yield f"  {outcome:<12}{count:>12,}  {_noun(count, 'decision')}"
    for state, line in figures["rewards"].items():
        value = money(line["value_minor"], program.currency, program.digits)
        of = " that would pay nothing" if state == "unpaid" else ""
        yield f"  {state:<12}{line['count']:>12,}  {_noun(line['count'], 'reward')}, {value}{of}"


def without_effect_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the number of reversals, verdicts and other events without effect, by reason; nothing if there is none."""
    for what, reasons in figures["without_effect"].items():
        known = meanings(ReversalReason) if what == "reversal" else WITHOUT_EFFECT[f"{what}-without-effect"]
        yield f"{counted(sum(reasons.values()), what)} without effect:"
        for reason, count in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])):
            yield f"  {reason:<18}{count:>6,}  {known.get(reason, reason)}"


def late_lines(figures: Mapping[str, Any], program: Program) -> Iterator[str]:
    """Yield how late event types arrived (if by more than a minute), and what late reversals cost."""
    late = {kind: times for kind, times in figures["lateness"].items() if times["p95_ms"] > MINUTE}
    if late:
        yield "received late: median, 95 %, worst"
    for kind, times in late.items():
        text = ", ".join(duration(times[f"{what}_ms"]) for what in ("median", "p95", "worst"))
        yield f"  {kind:<24}{text}"
    issued, clawed, lost = (figures["late_reversals"][name] for name in ("issued", "clawed_back", "lost"))
    if issued["count"]:
        sums = [money(one["value_minor"], program.currency, program.digits) for one in (issued, clawed, lost)]
        yield (
            f"{counted(issued['count'], 'reward')}, {sums[0]}, issued before the reversal arrived that had happened by "
            f"then: {sums[1]} clawed back, {sums[2]} lost"
        )


def _noun(count: int, noun: str) -> str:
    return counted(count, noun).partition(" ")[2]
