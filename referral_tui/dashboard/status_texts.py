"""The texts of the frame: what is going on, and what replaces a screen that has nothing to show. Pure."""

from __future__ import annotations

from pathlib import Path

from referral_tui import figures
from referral_tui.dashboard.snapshot import Snapshot, Trouble
from referral_tui.dashboard.status_message import StatusMessage

_RUN_SAYS = {
    "running": "Live. ? explains any part, space pauses, . goes one event at a time.",
    "paused": "Paused. Press . for one event and what it does, , for the next change, space to go on.",
    "finished": "This run is finished, and this is how it ended. [ goes back in time.",
    "stopped": "Stopped before its end; `referral-tui simulate --resume` goes on with it.",
}
_REAL_SAY = {
    "running": "Real events are coming in: 6 shows how. ? explains any part.",
    "finished": "These events are real: 6 shows how they came. ? explains any part.",
    "stopped": "Stopped before the end: send or `ingest` the rest again, it is harmless.",
}


_SHARDS_SAY = "Sums of shards: their journeys and reviews are in NAME-1.db and on."
NO_NAMES = "This dashboard was opened with --read-only, so it shows no customers' names."


def notice(
    snapshot: Snapshot | None, trouble: Trouble | None, path: Path, *, starting: bool
) -> Trouble | None:
    """Return what replaces the screens, if anything does; `starting`: a writer of ours is starting."""
    if snapshot is not None:
        return _nothing_yet(snapshot, path)
    if trouble is not None and starting and trouble.waiting:
        return Trouble(
            "Starting the simulation",
            "A world is being made: customers, links, friends, habits. The first events appear in a few seconds.",
            True,
        )
    if trouble is not None and trouble.waiting:
        return Trouble(
            trouble.title,
            f"{trouble.text}\n\nThis screen continues by itself as soon as there is something to show.",
            True,
        )
    return trouble


def writer_status(snapshot: Snapshot) -> StatusMessage:
    """Say what the writer is doing."""
    if snapshot.stopped_at is not None:
        why = f" It said: {snapshot.why}" if snapshot.why else ""
        return StatusMessage(
            f"The writer stopped at {figures.clock_time(snapshot.stopped_at)} UTC, without saying so. "
            f"What it wrote is shown.{why}",
            "bad",
        )
    if snapshot.database_status.made_by == "shards":
        return StatusMessage(_SHARDS_SAY)
    texts = _REAL_SAY if snapshot.database_status.made_by == "ingest" else _RUN_SAYS
    return StatusMessage(texts.get(snapshot.status, "? explains any part."))


def view_status(snapshot: Snapshot) -> StatusMessage | None:
    """Say that the past is shown, or that the client's names can't be; None if there is nothing to say."""
    view = snapshot.request.view
    if view.side == "client" and snapshot.names.missing:
        return StatusMessage(
            f"The client's view has no names: {snapshot.names.missing}. p goes back.", "warn"
        )
    if view.at is not None:
        return StatusMessage(
            f"As it was on {figures.moment(view.at)}. [ ] turn by the hour, {{ }} by the day.",
            "warn",
        )
    return None


def _nothing_yet(snapshot: Snapshot, path: Path) -> Trouble | None:
    if snapshot.database_status.accepted:  # not events: those of shards are in databases of their own
        return None
    if snapshot.status in ("running", "paused"):
        return Trouble("No events yet", "The run has started; its first events are on their way.", True)
    refused = snapshot.database_status.refused
    if refused:
        return Trouble(
            "Nothing was accepted",
            f"{figures.counted(refused, 'message')} came in, and none was accepted. 6 shows each with the reason; "
            f"so does `referral-tui export quarantine --db {path}`.",
            False,
        )
    return Trouble(
        "No events yet",
        f"This database holds none. `referral-tui ingest FILE --db {path}` adds real ones; "
        "`referral-tui simulate --db NEW.db` simulates a world; `referral-tui demo` shows one.",
        True,
    )
