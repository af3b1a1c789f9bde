"""Show a panel on standard error during a load run, if that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from simulator.domain.printable import printable

if TYPE_CHECKING:
    from rich.live import Live

    from simulator.load.session import LoadProfile


class Panel:
    """A context manager for the panel; `show` updates the figures, `making` the progress of making the traffic."""

    def __init__(self, order: LoadProfile) -> None:
        self._title = f"load: {order.recording or order.plan.preset}, judged by {order.program.name}"
        self._live: Live | None = None

    def __enter__(self) -> Panel:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), transient=True, auto_refresh=False)
            self._live.start()
        return self

    def making(self, done: int, total: int) -> None:
        """Show that `done` of `total` events of the traffic are made."""
        if self._live is not None:
            self._draw([f"making the traffic: {done:,} of {total:,} events"])

    def show(self, figures: Mapping[str, Any]) -> None:
        """Show the figures so far."""
        if self._live is not None:
            self._draw(_lines(figures))

    def say(self, line: str) -> None:
        """Print a line above the panel."""
        if self._live is not None:
            self._live.console.print(printable(line), highlight=False, markup=False)

    def _draw(self, lines: list[str]) -> None:
        from rich.panel import Panel as Frame
        from rich.text import Text

        if self._live is not None:  # as Text, since a name must not be read as markup
            text, title = (Text(printable(one, lines=True)) for one in ("\n".join(lines), self._title))
            self._live.update(Frame(text, title=title, title_align="left"), refresh=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()


def _lines(figures: Mapping[str, Any]) -> list[str]:
    latency = figures["latency_ms"]
    offered = figures["offered_per_second"]
    asked = "as fast as it goes" if offered is None else f"{offered:,.0f}/s"
    stages = {name: seconds for name, seconds in figures["stages"].items() if seconds}
    top = sorted(stages, key=lambda name: -stages[name])[:4]
    return [
        f"{figures['seconds']:>7.1f} s   {figures['received']:,} events   offered {asked}   "
        f"achieved {figures['achieved_per_second']:,.0f}/s   judged {figures['judged_per_second']:,.0f}/s",
        "latency     " + "   ".join(f"{name} {_number(value)} ms" for name, value in latency.items()),
        f"behind      {figures['behind_now_ms']:,.0f} ms, at most {figures['behind_ms']:,.0f} ms   "
        f"queue {figures['queue']:,} events",
        "time        " + "   ".join(f"{name} {stages[name]:.1f} s" for name in top),
        f"database    {figures['database_bytes'] / 1e6:,.0f} MB   memory {figures['memory_bytes'] / 1e6:,.0f} MB",
    ]


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.2f}"
