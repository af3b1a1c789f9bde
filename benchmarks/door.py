"""Measure parsing and validation: valid events a second, compared with plain `json.loads`.

Run `python benchmarks/door.py [LINES]`. The mix of types is that of an ordinary month; compare the ratio to
`json.loads` of the same lines, since the rates depend on the machine.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from random import Random

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one core, as json.loads has

from simulator.events.decode import Receiver, decode_lines
from simulator.events.moment import format_moment

START_MS = 1_767_225_600_000  # 2026-01-01
MIX: tuple[tuple[str, int], ...] = (
    ("customer.identified", 6),
    ("link.created", 5),
    ("session.authenticated", 6),
    ("referral.shared", 20),
    ("friend.visited", 34),
    ("friend.claimed", 9),
    ("friend.opted_in", 5),
    ("eligibility.confirmed", 5),
    ("service.activated", 5),
    ("bill.paid", 4),
    ("conversion.reversed", 1),
)


def make_lines(count: int, seed: int = 7) -> list[bytes]:
    """Make valid lines, with references as long as real ones (a keyed hash of 32 hexadecimal digits)."""
    random = Random(seed)
    kinds = random.choices([kind for kind, _ in MIX], [weight for _, weight in MIX], k=count)
    return [_line(random, number, kind) for number, kind in enumerate(kinds)]


def _line(random: Random, number: int, kind: str) -> bytes:
    client = kind in ("service.activated", "bill.paid", "conversion.reversed")
    event = {
        "specversion": "1.0",
        "id": f"ev-{number:09d}",
        "source": f"client/{random.choice(('crm', 'billing', 'shop'))}" if client else "platform",
        "type": kind,
        "time": format_moment(START_MS + number * 37),
        "subject": _hash(random),
        "data": _data(random, kind),
    }
    return json.dumps(event, separators=(",", ":")).encode()


def _data(random: Random, kind: str) -> dict[str, object]:
    code = f"NW{random.randrange(10**6):06d}"
    channel = random.choice(("email", "messaging", "social", "qr", "community"))
    makers: dict[str, Callable[[], dict[str, object]]] = {
        "customer.identified": lambda: {
            "contact_ref": _hash(random),
            "contact_kind": "email",
            "via": "sso",
            "referrer_kind": "customer",
            "segment": "family",
            "country": "GB",
            "device_ref": _hash(random),
        },
        "link.created": lambda: {"code": code},
        "referral.shared": lambda: {"code": code, "channel": channel, "reach": random.randrange(1, 300)},
        "friend.visited": lambda: {"code": code, "channel": channel, "device_ref": _hash(random)},
        "friend.claimed": lambda: {"contact_ref": _hash(random), "code": code, "country": "GB"},
        "service.activated": lambda: {"outcome": "activated", "new_customer": True},
        "bill.paid": lambda: {"amount_minor": random.randrange(900, 9000), "currency": "GBP"},
        "conversion.reversed": lambda: {
            "reverses": f"ev-{random.randrange(10**6):09d}",
            "reason": "cancelled",
        },
    }
    return makers.get(kind, dict)()


def _hash(random: Random) -> str:
    return blake2b(random.randbytes(8), digest_size=16).hexdigest()


def _best(run: Callable[[], object], rounds: int = 5) -> float:
    # time of this process only: what else the machine does counts less
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        run()
        times.append(time.process_time() - begin)
    return min(times)


def main() -> None:
    """Print the rates and their ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    lines = make_lines(count)
    receiver = Receiver(earliest_receipt_ms=0, clock_ms=START_MS + count * 37)
    plain = _best(lambda: [json.loads(line) for line in lines])
    decoded = decode_lines(lines, receiver, str)
    if decoded.messages.height != count:
        raise SystemExit(f"only {decoded.messages.height} of {count} lines are valid: {decoded.rejected[:1]}")
    door = _best(lambda: decode_lines(lines, receiver, str))
    damaged = [line[:-1] for line in lines[: max(1, count // 20)]]
    refused = _best(lambda: decode_lines(damaged, receiver, str), rounds=2)
    print(f"{count:,} lines of {sum(map(len, lines)) // count} bytes on average, best of 5")
    print(f"json.loads alone       {count / plain:12,.0f} lines/s")
    print(f"the door, valid lines  {count / door:12,.0f} lines/s   {plain / door:.2f} x json.loads")
    print(f"the door, broken lines {len(damaged) / refused:12,.0f} lines/s")


if __name__ == "__main__":
    main()
