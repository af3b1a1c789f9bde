"""Measure what a mapping costs: charges of 1.3 kB as Stripe sends them, compared with the same events in our form.

Run `python -m benchmarks.mapping [--records N] [--rounds N]`. The figure to compare is the ratio to reading the
record's JSON alone, for microseconds depend on the machine; at most 15 of them an event are aimed at.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

from referral_tui.cli.app import GARBAGE
from simulator.events.csvfile import decode_rows
from simulator.events.decode import Receiver, decode_lines
from simulator.mapping.hashing import Hasher
from simulator.mapping.mapper import Mapper
from simulator.mapping.rows import rows_of_lines
from simulator.mapping.shipped import find_mapping

NOW = 1_772_500_000_000  # 2026-03-03
BATCH = 20_000
MOST_MICROSECONDS = 15.0


def charge(number: int) -> bytes:
    """Return a charge of 1.3 kB, most of which no mapping reads."""
    address = {
        "city": "London",
        "country": "GB",
        "line1": "12 High Street",
        "postal_code": "E1 6AN",
        "state": None,
    }
    charged: dict[str, Any] = {
        "id": f"ch_{number:024d}",
        "object": "charge",
        "amount": 1_000 + number % 9_000,
        "amount_captured": 1_000,
        "amount_refunded": 0,
        "balance_transaction": f"txn_{number:024d}",
        "billing_details": {
            "address": address,
            "email": f"Person{number}@example.com",
            "name": "A Person",
            "phone": None,
        },
        "captured": True,
        "created": NOW // 1000 - number % 86_400,
        "currency": "gbp",
        "customer": f"cus_{number:014d}",
        "description": "A subscription, a month of it",
        "metadata": {"referral_code": f"CODE{number % 1000}"},
        "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
        "paid": True,
        "payment_method_details": {
            "card": {"brand": "visa", "exp_month": 8, "exp_year": 2030, "funding": "credit", "last4": "4242"},
            "type": "card",
        },
        "receipt_email": None,
        "receipt_url": f"https://pay.example.com/receipts/{number:040d}",
        "refunded": False,
        "status": "succeeded",
    }
    event = {
        "id": f"evt_{number:024d}",
        "object": "event",
        "api_version": "2025-03-31.basil",
        "created": NOW // 1000,
        "type": "charge.succeeded",
        "data": {"object": charged},
        "livemode": False,
    }
    return json.dumps(event).encode()


def seconds(work: Callable[[], object]) -> float:
    """Return how long a function takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> int:
    """Measure in rounds, of which the best counts; return 1 if an event costs more than the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=BATCH)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    gc.set_threshold(*GARBAGE)  # as the commands have it
    mapper = Mapper(find_mapping("stripe"), Hasher(b"the key of a client, of 32 bytes"))
    records = [charge(number) for number in range(given.records)]
    events = [row.line for row in rows_of_lines(mapper, records, 1)]
    receiver = Receiver(0, NOW)

    def mapped() -> None:
        decode_rows(list(rows_of_lines(mapper, records, 1)), receiver, lambda _text: None)

    def own() -> None:
        decode_lines(events, receiver, lambda _text: None)

    def read() -> None:
        for record in records:
            orjson.loads(record)

    best = {
        work.__name__: min(seconds(work) for _ in range(given.rounds)) / given.records * 1e6
        for work in (mapped, own, read)
    }
    more = best["mapped"] - best["own"]
    size = sum(map(len, records)) / len(records)
    print(
        f"a record of {size:,.0f} bytes: mapped and decoded {best['mapped']:.1f} us, our own event "
        f"{best['own']:.1f} us: {more:.1f} us more, {more / best['read']:.1f} times reading its JSON "
        f"({best['read']:.1f} us)"
    )
    print(f"at most {MOST_MICROSECONDS:.0f} us more are aimed at")
    return int(more > MOST_MICROSECONDS)


if __name__ == "__main__":
    sys.exit(main())
