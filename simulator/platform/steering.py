"""Send an operator's own events, verdicts and edited programs, through the same intake as any other message."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from simulator.domain.errors import InputError
from simulator.events.decode import decode_lines
from simulator.events.moment import format_moment
from simulator.platform.platform import Platform


def send_event(
    platform: Platform, kind: str, event_id: str, data: Mapping[str, object], at_ms: int, hint: str = ""
) -> None:
    """Send an event of the type `kind` that occurs and is received at `at_ms` (milliseconds UTC).

    Raises:
        InputError: the event breaks the contract; the message ends with `hint`.
        DatabaseError: the database can't be written.

    """
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "platform",
        "type": kind,
        "time": format_moment(at_ms),
        "data": data,
    }
    lines = [orjson.dumps(event)]
    decoded = decode_lines(lines, platform.receiver(at_ms), platform.check_program)
    if decoded.rejected:
        first = decoded.rejected[0]
        raise InputError(f"{first.field}: {first.reason}{hint}")
    platform.receive(decoded, lines, operator=True)
