"""`dashboard`: look at a database, whether a run is writing to it or not."""

from __future__ import annotations

from referral_tui.cli.options import DEFAULT_DATABASE, Database


def dashboard(db: Database = DEFAULT_DATABASE) -> int:
    """Open the dashboard on a database, running or finished.

    It reads and never writes; pause, step and speed go to the simulation as orders. Where there is no database
    yet it waits for one. Press ? on anything to have it explained, q to leave.

    Example: referral-tui dashboard --db shop.db
    """
    from referral_tui.cli.terminal import need_terminal  # noqa: PLC0415 -- only when called
    from referral_tui.dashboard.launch import watch  # noqa: PLC0415 -- loads Textual

    need_terminal("dashboard")
    return watch(db)
