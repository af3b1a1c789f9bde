"""Write the figures of a load run, in the style of k6: thresholds first, then rates, latency, and where time went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from referral_tui.cli.summary import receipt_lines, standing_lines
from referral_tui.figures import counted

if TYPE_CHECKING:
    from simulator.program.model import Program

_SMALL_BATCH = 1000
_WORTH_A_LINE = 0.01  # of what was due; less is chance, from the last batch
_PIECES = 12  # rules and facts that are shown; --json has all


def load_lines(figures: Mapping[str, Any], program: Program) -> Iterator[str]:
    """Yield the whole report, line by line."""
    yield from threshold_lines(figures)
    if "trials" in figures:
        yield from (trial_line(trial) for trial in figures["trials"])
        yield _knee(figures)
        yield "of that run:"
    if figures["url"] is not None:
        yield from _sent(figures)
        return
    yield from _rates(figures)
    yield from _latency(figures)
    yield from _time(figures)
    yield from _pieces(figures)
    yield from receipt_lines(figures)
    yield f"  {'late':<12}{figures['late']:>12,}  received more than an hour after they occurred"
    if figures["left_out"]:
        yield f"  {'left out':<12}{figures['left_out']:>12,}  of the log: malformed, or repeats with --no-store"
    yield from standing_lines(figures, program)
    yield "decisions by reason"
    for line in figures["reasons"]:
        yield f"  {line['outcome']:<12}{line['count']:>12,}  {line['reason'] or ''}".rstrip()
    yield from _kept(figures)


def _sent(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the report of a load that was sent to a server."""
    loops = f", played {figures['loops']} times" if figures["loops"] > 1 else ""
    yield (
        f"{figures['traffic']}, sent to {figures['url']}: {figures['mode']} load, at most {figures['batch']:,} events "
        f"a request, {figures['connections']} connections{loops}"
    )
    yield from _pace(figures)
    yield from _latency(figures)
    statuses = ", ".join(f"{status}: {count:,}" for status, count in figures["statuses"].items())
    yield f"requests      {figures['requests']:>12,}  {statuses}"
    yield from receipt_lines(figures)
    if figures["refused"]:
        yield f"  {'not taken':<12}{figures['refused']:>12,}  of requests that were refused, or not answered"
    if figures["generator_is_bottleneck"]:
        yield _bottleneck(figures)


def _knee(figures: Mapping[str, Any]) -> str:
    knee, trials = figures["knee_per_second"], figures["trials"]
    cut = "" if figures["ended"] else "; the search was interrupted"
    if not knee:
        return f"the knee: no rate tried holds the thresholds{cut}"
    failed = [trial["rate"] for trial in trials if not trial["ok"] and trial["rate"] > knee]
    above = f"{min(failed):,.0f}/s does not" if failed else "none that was tried above it failed"
    return f"the knee: {knee:,} events/s is the highest rate tried that holds; {above}{cut}"


def threshold_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each threshold: whether it held, and what was measured."""
    if figures["thresholds"]:
        yield "thresholds"
    for one in figures["thresholds"]:
        yield f"  {'ok' if one['ok'] else 'FAILED':<8}{one['threshold']:<24}{_measured(one)}"


def trial_line(trial: Mapping[str, Any]) -> str:
    """Return a line on one trial of the search for the knee."""
    asked = "as fast as it goes" if trial["rate"] is None else f"at {trial['rate']:,.0f}/s"
    held = (
        ""
        if trial["rate"] is None
        else ", held"
        if trial["ok"]
        else f", did not hold: {'; '.join(trial['failed'])}"
    )
    slow = ", the generator was the bottleneck" if trial["generator_is_bottleneck"] else ""
    return (
        f"  {asked:<22} achieved {trial['achieved_per_second']:>11,.0f}/s  p99 {_ms(trial['latency_ms']['p99'])}, "
        f"behind {_ms(trial['behind_ms'])}{held}{slow}"
    )


def _measured(one: Mapping[str, Any]) -> str:
    value, metric = one["measured"], one["metric"]
    if value is None:
        return "nothing was measured"
    if metric in ("achieved", "judged"):
        return f"{value:,.0f}/s"
    if metric == "memory":
        return f"{value / 1e6:,.0f} MB"
    if metric in ("duplicate", "late"):
        return f"{value * 100:.2f} %"
    return _ms(value * 1000)


def _rates(figures: Mapping[str, Any]) -> Iterator[str]:
    where = "stored" if figures["stored"] else "the rules alone, nothing stored"
    loops = f", played {figures['loops']} times" if figures["loops"] > 1 else ""
    yield (
        f"{figures['traffic']}, judged by {figures['program']}: {figures['mode']} load, batches of at most "
        f"{figures['batch']:,}, {where}{loops}"
    )
    yield from _pace(figures)
    small = " (larger ones cost less an event)" if figures["batch_mean"] < _SMALL_BATCH else ""
    yield (
        f"  judged      {'':>12}  {figures['judged_per_second']:,.0f}/s by the rules, over the time they took, in "
        f"batches of {figures['batch_mean']:,.0f}{small}"
    )
    yield from _asked(figures)
    if figures["settling_seconds"] >= 0.05:
        yield f"  then        {'':>12}  {figures['settling_seconds']:.1f} s to release what was due and make indexes"


def _pace(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was offered, and what was achieved."""
    offered = figures["offered_per_second"]
    pace = (
        "as fast as it goes"
        if offered is None
        else f"{offered:,.0f}/s asked for, over the schedule's own time"
    )
    yield f"  offered     {figures['offered']:>12,}  {pace}"
    achieved = figures["achieved_per_second"]
    seconds = f"{figures['seconds']:.1f} s, until all of it was done"
    yield f"  achieved    {figures['received']:>12,}  {achieved:,.0f}/s in {seconds}"
    if figures["mode"] == "open" and figures["backlog"] > figures["offered"] * _WORTH_A_LINE:
        yield f"  backlog     {figures['backlog']:>12,}  were due and had their turn after the schedule's end only"
    missing = figures["offered"] - figures["received"]
    if missing > 0:
        yield f"  not sent    {missing:>12,}  were due and their turn did not come"


def _asked(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the density of decisions, and a warning if it is too low to say anything about the rules."""
    found, dense = sum(figures["decisions"].values()), figures["decisions_per_1000"]
    yield f"  decisions   {found:>12,}  {dense:,.1f} in 1,000 events"
    if figures["rules_hardly_asked"]:
        more = "leave out --traffic preset, or play" if not figures["dense"] else "play"
        yield f"  the rules were hardly asked: take no figure of this run for theirs; {more} more events"


def _latency(figures: Mapping[str, Any]) -> Iterator[str]:
    since = "when it was due" if figures["mode"] == "open" else "when its batch was ready"
    until = "it was committed" if figures["stored"] else "it was judged"
    until = until if figures["url"] is None else "it was answered"
    yield f"latency, from {since} until {until} (at most {figures['latency_error'] * 100:.1f} % too high)"
    yield "  " + "   ".join(f"{name} {_ms(value)}" for name, value in figures["latency_ms"].items())
    if figures["mode"] == "open":
        yield f"  most behind schedule {_ms(figures['behind_ms'])}"


def _time(figures: Mapping[str, Any]) -> Iterator[str]:
    stages, writing = figures["stages"], figures["writing"]
    whole = sum(seconds for name, seconds in stages.items() if name != "write") or 1.0
    yield "where the time went"
    for name, seconds in stages.items():
        if name == "write":
            continue
        yield f"  {name:<12}{seconds:>10.2f} s {seconds / whole * 100:>5.1f} %"
    if writing:
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in writing.items())
        yield f"  {'write':<12}{stages['write']:>10.2f} s         beside it: {parts}"
    if figures["generator_is_bottleneck"]:
        yield _bottleneck(figures)


def _bottleneck(figures: Mapping[str, Any]) -> str:
    return (
        f"  the generator is the bottleneck: making the traffic took {figures['generator_share'] * 100:.0f} % of the "
        "working time; --prepare makes it before the clock starts"
    )


def _pieces(figures: Mapping[str, Any]) -> Iterator[str]:
    pieces = figures["pieces"]
    if not pieces:
        return
    yield "of decide, by rule and by the facts that rules read"
    for name, seconds in list(pieces.items())[:_PIECES]:
        yield f"  {seconds:>10.3f} s  {name}"


def _kept(figures: Mapping[str, Any]) -> Iterator[str]:
    if figures["rows"]:
        rows = sum(figures["rows"].values())
        yield f"written: {counted(rows, 'row')}, {figures['database_bytes'] / 1e6:,.1f} MB of database"
    yield f"memory: {figures['memory_bytes'] / 1e6:,.0f} MB at its peak"


def _ms(value: float | None) -> str:
    if value is None:
        return "—"
    if value >= 10_000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 1 else f"{value:.2f} ms"
