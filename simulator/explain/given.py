"""Explain a reward that was offered or given out: when, as what, and until when it can be chosen or used."""

from __future__ import annotations

from db.read.reward_rows import RewardRow, chosen_by, issued_at
from simulator.domain.definitions import PAID
from simulator.domain.moments import moment
from simulator.explain.context import Change
from simulator.explain.source import Source
from simulator.program.model import Reward


def issue_moment(source: Source, row: RewardRow, terms: Reward) -> int | None:
    """Return when a reward was issued (milliseconds UTC); None if it was not."""
    if row.state not in PAID:
        return None
    if row.state == "issued":
        return row.state_at
    if row.state == "expired" and terms.expires_ms is not None:
        return row.state_at - terms.expires_ms
    waits = any(one.budget.short == "wait" for one in source.programs.values())
    if not terms.choices and not waits:
        return row.due_at
    found = issued_at(source.db, row.id)
    return row.due_at if found is None else found


def why_given(source: Source, row: RewardRow, terms: Reward) -> tuple[str, list[Change]]:
    """Return what happened to a reward that is offered, issued, redeemed or expired, and what would have kept it."""
    if row.state == "offered":
        return _offered(row, terms), []
    at = moment(row.state_at)
    why = issued_words(source, row, terms)
    if row.state == "redeemed":
        return f"{why}, and redeemed on {at}", []
    if row.state == "expired":
        change = Change(f"had it been redeemed by {at} it would not have expired", "redeemed")
        return f"{why}, and expired on {at}, since it had not been redeemed", [change]
    if terms.expires_ms is not None:
        why += f"; unless it is redeemed by then, it expires on {moment(row.state_at + terms.expires_ms)}"
    return why, []


def issued_words(source: Source, row: RewardRow, terms: Reward) -> str:
    """Say when a reward was issued, and who chose it if there was a choice."""
    at = moment(issue_moment(source, row, terms) or row.due_at)
    if not terms.choices:
        return f"it was issued on {at}"
    if chosen_by(source.db, row.id):
        return f"its recipient chose {row.kind}, so it was issued on {at}"
    return f"nothing was chosen in time, so it was issued on {at} as {row.kind}"


def not_chosen(row: RewardRow, terms: Reward) -> tuple[str, list[Change]]:
    """Return why a reward was forfeited for want of a choice, and what would have had it issued."""
    at, offered = moment(row.state_at), moment(row.state_at - (terms.choose_within_ms or 0))
    why = f"it was offered on {offered}, and forfeited on {at}, since nothing was chosen by then"
    return why, [Change(f"had its recipient chosen by {at} it would have been issued", "issued")]


def _offered(row: RewardRow, terms: Reward) -> str:
    *others, last = terms.choices
    choices = f"{', '.join(others)} or {last}" if others else last
    end = moment(row.state_at + (terms.choose_within_ms or 0))
    otherwise = f"is issued as {terms.otherwise}" if terms.otherwise else "is forfeited"
    at = moment(row.state_at)
    return f"it was offered on {at}: its recipient may choose {choices} until {end}; else it {otherwise}"
