"""Orders that are events: an operator's verdict and an edited program, sent through the door like any other message.

They are not the world's messages, so a restart that passes over what the world sent does not count them.
"""

from __future__ import annotations

from collections.abc import Mapping

from db.read.resume import last_program_version
from db.read.review_queue import Waiting
from simulator.domain.errors import InputError
from simulator.platform.platform import Platform
from simulator.platform.records import same_design
from simulator.platform.review import Verdict, find_waiting, settle
from simulator.platform.steering import steer

_VERDICTS: dict[str, Verdict] = {"approve": "approve", "decline": "decline"}


def decide(platform: Platform, args: Mapping[str, object], at_ms: int) -> Waiting:
    """Settle the decision that an order names, received at `at_ms` (milliseconds UTC); gives what waited.

    Raises:
        InputError: it does not wait any more, or the order is not as `db.control.send` says.

    """
    number, said, by = args.get("decision"), args.get("verdict"), args.get("by")
    verdict = _VERDICTS.get(said) if isinstance(said, str) else None
    if not isinstance(number, int) or verdict is None or not isinstance(by, str):
        raise InputError("a verdict takes a decision's number, approve or decline, and by whom")
    one = find_waiting(platform, number)
    settle(platform, one, verdict, by, at_ms)
    return one


def change_program(platform: Platform, args: Mapping[str, object], at_ms: int) -> None:
    """Bring an edited program into force, received at `at_ms` (milliseconds UTC).

    Raises:
        ProgramError: it can't be run; says all that is wrong with it.
        InputError: it is the design that is in force already, or the order has no text.

    """
    text = args.get("text")
    if not isinstance(text, str):
        raise InputError("a program without a text: give the whole file")
    if same_design(platform.check_program(text), platform.program):
        raise InputError("this is the design that is in force already")
    version = last_program_version(platform.query)
    steer(platform, "program.changed", f"program-{version + 1}-{at_ms}", {"program": text}, at_ms)
