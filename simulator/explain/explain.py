"""Explain whatever a text names in a database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from db.read.decision_rows import attribution_of_any, decided_friend, decision, is_decided
from db.read.event_fields import event_at
from db.read.people import merged_into, reference
from db.read.reward_rows import reward
from db.sqlite.readonly import Database, reporting_damage, snapshot
from simulator.explain.account import explain_account
from simulator.explain.context import load_context
from simulator.explain.journey import explain_friend
from simulator.explain.lookup import find
from simulator.explain.referrer import explain_referrer
from simulator.explain.reward import explain_reward
from simulator.explain.source import Fields, Source


def explain(path: Path, what: str, short_name: Callable[[str], str]) -> Fields:
    """Explain the friend, referrer, conversion or reward that `what` names.

    Returns an object with `kind`, the person, and fields that depend on the kind. `short_name` returns the readable
    name of a reference. Times are integer milliseconds UTC, money is in minor units.

    Raises:
        InputError: the text names nothing, or several things.
        DatabaseError: the database is missing, damaged, or not one of this program's.

    """
    with snapshot(path) as db, reporting_damage(path):
        return _explain(Source(db), what, short_name)


def explain_conversion(db: Database, seq: int, short_name: Callable[[str], str]) -> Fields | None:
    """Explain a judged conversion by its number in the log of an open database; None if it is none."""
    return _conversion(Source(db), seq, short_name) if is_decided(db, seq) else None


def _explain(source: Source, what: str, short_name: Callable[[str], str]) -> Fields:
    target = find(source, what, short_name)
    if target.kind == "person":
        ref = reference(source.db, target.number) or ""
        as_referrer = explain_referrer(source, target.number)
        journey = explain_friend(source, target.number)
        is_friend = bool(journey["attribution"] or journey["touches"] or journey["decisions"])
        kind = "referrer" if as_referrer and not is_friend else "friend"
        if kind == "referrer":
            journey["why_not"] = []
        account = explain_account(source, target.number)
        who = {"ref": ref, "name": short_name(ref), "account": account}
        if account["merged_into"] is not None and not (journey["attribution"] or journey["decisions"]):
            whose = f"{short_name(account['merged_into'])} ({account['merged_into']})"
            journey["why_not"] = [f"this reference became {whose}, whose account says what came of it"]
        return {"kind": kind, **who, "referrer": as_referrer, **journey}
    if target.kind == "conversion":
        return _conversion(source, target.number, short_name)
    row = reward(source.db, target.number)
    decided = decision(source.db, row.decision)
    ref = reference(source.db, decided.friend) or ""
    friends = (decided.friend, *merged_into(source.db, decided.friend))
    context = load_context(source, decided, attribution_of_any(source.db, friends))
    journey = explain_friend(source, decided.friend, only_seq=row.seq)
    return {
        "kind": "reward",
        "id": row.id,
        "ref": ref,
        "name": short_name(ref),
        "reward": explain_reward(source, row, context),
        **journey,
    }


def _conversion(source: Source, seq: int, short_name: Callable[[str], str]) -> Fields:
    event = event_at(source.db, seq)
    friend = decided_friend(source.db, seq)
    journey = explain_friend(source, event["person"] if friend is None else friend, only_seq=seq)
    who = {"ref": event["subject"], "name": short_name(event["subject"])}
    return {"kind": "conversion", "source": event["source"], "id": event["id"], **who, **journey}
