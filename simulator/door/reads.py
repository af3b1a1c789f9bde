"""Answer queries: people, rewards, conversions, the funnel, reviews, the clock, health and metrics."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, Final

import orjson
from aiohttp import web

from db.read.figures import funnel
from db.read.queries import totals
from db.read.review_queue import outcome_of, queue
from db.read.served import MOST, friend, newest, referrer, reward_page
from simulator.domain.errors import InputError
from simulator.domain.vocabulary import RewardState
from simulator.door.context import CONTEXT
from simulator.door.errands import on_writer, refusal
from simulator.door.metrics import CONTENT_TYPE
from simulator.door.parameters import check_known, fields, invalid, moment, number
from simulator.door.problems import Problem, ProblemError
from simulator.door.writer import Ended
from simulator.events.contract import REFERENCE_PATTERN
from simulator.explain.explain import explain_conversion
from simulator.platform.review import Verdict, find_waiting, settle
from simulator.platform.session import IntakeSession

_STATES: Final = tuple(str(state) for state in RewardState)
_VERDICTS: Final[tuple[Verdict, ...]] = ("approve", "decline")


def answer(value: object) -> web.Response:
    """Return a JSON response."""
    return web.Response(body=orjson.dumps(value), content_type="application/json")


def nobody(ref: str) -> ProblemError:
    """Return the problem of a reference that nobody has."""
    return ProblemError(
        Problem.NOT_FOUND, f"{ref[:128]}: no event has named this person; give the reference of a known one"
    )


async def get_friend(request: web.Request) -> web.Response:
    """Answer with a friend's stage, attribution, decisions and rewards."""
    check_known(request)
    ref = request.match_info["ref"]
    found = await request.app[CONTEXT].read(friend, ref)
    if found is None:
        raise nobody(ref)
    return answer(found)


async def get_referrer(request: web.Request) -> web.Response:
    """Answer with a referrer's links, friends and rewards."""
    check_known(request)
    ref = request.match_info["ref"]
    found = await request.app[CONTEXT].read(referrer, ref)
    if found is None:
        raise nobody(ref)
    return answer(found)


async def get_rewards(request: web.Request) -> web.Response:
    """Answer with a page of rewards, in the order of their numbers."""
    check_known(request, "state", "after", "limit")
    state = request.query.get("state")
    if state is not None and state not in _STATES:
        raise invalid("state", f"must be one of {', '.join(_STATES)}")
    after = number(request, "after", 0, 0)
    most = number(request, "limit", MOST, 1, MOST)
    return answer(await request.app[CONTEXT].read(reward_page, state, after, most))


async def get_conversion(request: web.Request) -> web.Response:
    """Answer with the explanation of a conversion: each rule with its values, and what would have paid."""
    check_known(request)
    source, own_id = request.match_info["source"], request.match_info["id"]
    context = request.app[CONTEXT]

    def find(session: IntakeSession) -> int | None:
        return session.platform.seq_of(source, own_id)

    seq = await on_writer(context.writer, find)  # the log has no index of ids, but the engine does
    explanation = None if seq is None else await context.read(explain_conversion, seq, str)
    if explanation is None or (explanation["source"], explanation["id"]) != (source, own_id):
        raise ProblemError(
            Problem.NOT_FOUND,
            f"{source}:{own_id}: no conversion with this source and id has been judged; check both"[:400],
        )
    return answer(explanation)


async def get_funnel(request: web.Request) -> web.Response:
    """Answer with the stages of the funnel."""
    check_known(request)
    found = await request.app[CONTEXT].read(totals)
    stages = [asdict(stage) for stage in funnel(found)]
    return answer({"stages": [{name: one[name] for name in ("name", "count", "rate")} for one in stages]})


async def get_reviews(request: web.Request) -> web.Response:
    """Answer with the decisions in review, oldest first."""
    check_known(request)
    found = await request.app[CONTEXT].read(queue, MOST)
    return answer({"reviews": [one.as_json() for one in found]})


async def post_verdict(request: web.Request) -> web.Response:
    """Settle a decision in review."""
    check_known(request)
    context = request.app[CONTEXT]
    decision = int(request.match_info["number"])
    given = await fields(request, context, "verdict", "by")
    verdict: Verdict = given["verdict"]
    if verdict not in _VERDICTS:
        raise invalid("verdict", f"must be {' or '.join(_VERDICTS)}")
    if not isinstance(given["by"], str) or not re.fullmatch(REFERENCE_PATTERN, given["by"]):
        raise invalid("by", f"must be the reference of an operator, {REFERENCE_PATTERN}")

    def work(session: IntakeSession) -> dict[str, Any]:
        platform = session.platform
        try:
            waiting = find_waiting(platform, decision)
        except InputError as error:
            known = platform.read(outcome_of, decision) is not None
            raise ProblemError(Problem.SETTLED if known else Problem.NOT_FOUND, str(error)) from None
        at = max(platform.earliest_receipt_ms, session.now or 0)
        outcome = settle(platform, waiting, verdict, given["by"], at)
        return {"decision": decision, "verdict": verdict, "outcome": outcome, "at": at}

    return answer(await on_writer(context.writer, work))


async def get_clock(request: web.Request) -> web.Response:
    """Answer with the kind of clock, and its time."""
    check_known(request)
    clock = request.app[CONTEXT].writer.clock
    return answer({"clock": clock.kind, "now": clock.now_ms()})


async def post_clock(request: web.Request) -> web.Response:
    """Set a frozen clock, and release what falls due by then."""
    check_known(request)
    context = request.app[CONTEXT]
    clock = context.writer.clock
    if not clock.frozen:
        raise ProblemError(
            Problem.CLOCK_RUNS, f"the clock is {clock.kind}; start the server with --clock frozen to set it"
        )
    to = moment("to", (await fields(request, context, "to"))["to"])

    if context.asker is not None:
        await context.asker.settle()

    def work(session: IntakeSession) -> int:
        before = session.platform.last_entry
        context.writer.advance(session, to)
        clock.set(to)
        session.flush()
        return session.platform.last_entry - before

    try:
        entries = await on_writer(context.writer, work)
    except InputError as error:
        raise invalid("to", str(error)) from None
    return answer({"clock": clock.kind, "now": to, "entries": entries})


async def get_health(request: web.Request) -> web.Response:
    """Answer that the server accepts events, and how long its log is."""
    check_known(request)
    context = request.app[CONTEXT]
    if context.writer.ended:
        raise refusal(context.writer.error or Ended())
    last = await context.read(newest)
    return answer({"status": "ok", **last, "waiting": context.writer.waiting})


async def get_metrics(request: web.Request) -> web.Response:
    """Answer with the metrics in OpenMetrics format."""
    check_known(request)
    context = request.app[CONTEXT]
    last = await context.read(newest)
    hooks = await context.hooks.stored(context.hooks.store.subscribers)
    behind = sum(max(0, last["entry"] - one.reached) for one in hooks if one.ended is None)
    gauges = [
        ("waiting_messages", "Messages waiting to be judged.", context.writer.waiting),
        ("body_bytes", "Bytes of request bodies being read.", context.bodies.held),
        ("log_events", "Events in the log.", last["seq"]),
        ("audit_entries", "Entries of the audit trail.", last["entry"]),
        ("webhook_entries_waiting", "Audit entries waiting to be sent to subscribers.", behind),
        ("webhook_dead_letters", "Webhooks that were given up.", sum(one.dead for one in hooks)),
    ]
    if context.asker is not None:
        questions = await context.asker.waiting()
        gauges.append(("veto_questions_waiting", "Rewards whose veto question is unanswered.", questions))
    return web.Response(body=context.metrics.text(gauges).encode(), headers={"Content-Type": CONTENT_TYPE})
