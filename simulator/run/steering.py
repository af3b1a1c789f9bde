"""Execute commands that are events, an operator's verdict and an edited program, through the usual intake.

They are not messages of the world, so a restart that skips what the world sent does not count them.
"""

from __future__ import annotations

from collections.abc import Mapping

from db.read.resume import last_program_version
from db.read.review_queue import Waiting
from simulator.domain.errors import InputError
from simulator.platform.platform import Platform
from simulator.platform.records import same_design
from simulator.platform.review import Verdict, find_waiting, settle
from simulator.platform.steering import send_event

_VERDICTS: dict[str, Verdict] = {"approve": "approve", "decline": "decline"}


def decide(platform: Platform, args: Mapping[str, object], at_ms: int) -> Waiting:
    """Apply a command's verdict, received at `at_ms` (milliseconds UTC), and return the decision it was about.

    Raises:
        InputError: the decision is not in review any more, or the command is not as `db.control.send` describes.

    """
    number, given, by = args.get("decision"), args.get("verdict"), args.get("by")
    verdict = _VERDICTS.get(given) if isinstance(given, str) else None
    if not isinstance(number, int) or verdict is None or not isinstance(by, str):
        raise InputError("a verdict needs a decision's number, approve or decline, and who gives it")
    one = find_waiting(platform, number)
    settle(platform, one, verdict, by, at_ms)
    return one


def change_program(platform: Platform, args: Mapping[str, object], at_ms: int) -> None:
    """Bring an edited program into force, received at `at_ms` (milliseconds UTC).

    Raises:
        ProgramError: the program is not valid; the message says everything that is wrong with it.
        InputError: the design is in force already, or the command has no text.

    """
    text = args.get("text")
    if not isinstance(text, str):
        raise InputError("the program's text is missing; send the whole file")
    if same_design(platform.check_program(text), platform.program):
        raise InputError("this design is already in force")
    version = platform.read(last_program_version)
    send_event(platform, "program.changed", f"program-{version + 1}-{at_ms}", {"program": text}, at_ms)
