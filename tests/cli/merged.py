"""A log in which a guest opens an account, and what is known of both is merged."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.nasty import DAY, HOUR, START, message


def merged_lines() -> list[bytes]:
    """Two referrers, and a guest whom the second brings and who is merged with a friend of the first."""
    events = [
        message("link-ann", "link.created", "ann", START, code="ANN"),
        message("link-bob", "link.created", "bob", START, code="BOB"),
        *(
            message(
                f"who-{one}",
                "customer.identified",
                one,
                START,
                contact_ref=f"c-{one}",
                contact_kind="email",
                via="sso",
                referrer_kind="customer",
            )
            for one in ("ann", "bob")
        ),
        message("claim-fred", "friend.claimed", "fred", START + HOUR, contact_ref="c-fred", code="ANN"),
        message(
            "claim-guest", "friend.claimed", "guest", START + 2 * HOUR, contact_ref="c-guest", code="BOB"
        ),
        message("bill-1", "bill.paid", "guest", START + 3 * HOUR, amount_minor=2000, currency="GBP"),
        message("merge-1", "customer.merged", "guest", START + 4 * HOUR, into="fred"),
        message("merge-2", "customer.merged", "fred", START + 5 * HOUR, into="guest"),
        message("bill-2", "bill.paid", "guest", START + 6 * HOUR, amount_minor=3000, currency="GBP"),
        message("bill-3", "bill.paid", "fred", START + 5 * DAY, amount_minor=4000, currency="GBP"),
    ]
    return [json.dumps(event).encode() + b"\n" for event in events]


def write_merged(folder: Path) -> Path:
    """Write the log to a file."""
    path = folder / "merged.jsonl"
    path.write_bytes(b"".join(merged_lines()))
    return path
