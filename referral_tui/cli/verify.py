"""`verify`: check that a database contains exactly what follows from its log."""

from __future__ import annotations

from referral_tui.cli.options import DEFAULT_DATABASE, Json, SharedDatabase
from referral_tui.cli.output import print_json, say


def verify(db: SharedDatabase = DEFAULT_DATABASE, as_json: Json = False) -> int:
    """Derive everything from the log again, and compare it row by row.

    Checks SQLite's own integrity, the receipts, every attribution, decision, reward and audit entry, the rollups, the
    hash chains and the invariants, and that there are no tables, indexes, views or triggers other than the original
    ones. Names the first difference and exits with status 1; lists what it can't prove. For a database in Postgres it
    fetches every row afresh. For a merged database it verifies each shard, and derives the merged rows from them again.
    Keep the newest hashes elsewhere: somebody who rewrites the entire database can't rewrite those.

    Example: referral-tui verify --db shop.db
    """
    from referral_tui.cli.progress import Bar
    from referral_tui.cli.stored import fetched
    from simulator.proof.verify import verify as derive

    with fetched(db) as path, Bar("derive again", None) as bar:
        verdict = derive(path, bar.set)
    if as_json:
        print_json(
            {
                "verified": verdict.difference is None,
                "difference": verdict.difference,
                "checked": verdict.checked,
                "not_proven": verdict.unproven,
                "chain": verdict.heads,
            }
        )
        return 0 if verdict.difference is None else 1
    for line in verdict.checked:
        say(f"ok  {line}")
    if verdict.difference is not None:
        say(f"{db}: {verdict.difference}", err=True)
        return 1
    for line in verdict.unproven:
        say(f"not proven: {line}")
    for chain, digest in verdict.heads.items():
        say(f"newest hash of the {chain} chain: {digest}")
    return 0
