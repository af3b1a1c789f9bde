"""The description of what is answered, in OpenAPI 3.1: every address, what it takes, and each answer it may give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from db.read.served import MOST
from simulator.domain.notices import NOTICE_TYPES
from simulator.domain.vocabulary import Receipt, RewardState
from simulator.door.messages import BATCHED, STRUCTURED
from simulator.door.problems import CONTENT_TYPE as PROBLEM_TYPE
from simulator.door.problems import Problem
from simulator.door.subscribing import KEEP
from simulator.events.contract import REFERENCE_PATTERN
from simulator.events.schema import json_schema

Schema = dict[str, Any]
_ALWAYS: Final = (
    Problem.UNKNOWN_KEY,
    Problem.NOT_ALLOWED,
    Problem.CROSS_ORIGIN,
    Problem.INVALID,
    Problem.INTERNAL,
    Problem.NOT_STORED,
)
_BODY: Final = (
    *(Problem.UNREADABLE, Problem.TOO_SLOW, Problem.TOO_LARGE, Problem.UNKNOWN_FORMAT),
    *(Problem.BUSY, Problem.ENDING),
)
_TIME: Final = {"type": "integer", "description": "milliseconds UTC"}
_OBJECT: Final = {"type": "object"}


OF_THE_ENGINE: Final = ("/v1/conversions/", "/v1/reviews/", "/v1/clock", "/v1/links", "/v1/hooks")
"""How the paths begin that a door that passes on does not answer."""


def description(version: str, mappings: Sequence[str] = (), *, passes_on: bool = False) -> Schema:
    """Return the description; `version` is the program's own, `mappings` are the names of those that are served.

    That of a door that `passes_on` what comes has nothing that only the engine's answers.
    """
    paths = _paths(mappings)
    if passes_on:
        paths = {path: told for path, told in paths.items() if not path.startswith(OF_THE_ENGINE)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "referral-tui",
            "version": version,
            "description": "A referral platform on this machine: events in, and what follows from them out.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"key": []}],  # a server without keys asks for none
    }


def _paths(mappings: Sequence[str]) -> Schema:
    ref = _in_path("ref", {"type": "string"}, "a pseudonymous reference")
    return {
        "/v1/events": {"post": _events()},
        "/v1/in/{name}": {"post": _records(mappings)},
        "/v1/friends/{ref}": {
            "get": _get("A friend: stage, attribution, decisions, rewards", [ref], Problem.NOT_FOUND)
        },
        "/v1/referrers/{ref}": {
            "get": _get("A referrer: links, friends and their stages, rewards", [ref], Problem.NOT_FOUND)
        },
        "/v1/rewards": {
            "get": _get(
                "Rewards in the order of their numbers, a page at once",
                [
                    _in_query(
                        "state", {"enum": [str(state) for state in RewardState]}, "only those of this state"
                    ),
                    _in_query("after", {"type": "integer", "minimum": 0}, "`next` of the page before"),
                    _in_query(
                        "limit", {"type": "integer", "minimum": 1, "maximum": MOST}, "how many at most"
                    ),
                ],
            )
        },
        "/v1/conversions/{source}/{id}": {
            "get": _get(
                "What became of a conversion, rule by rule, and what would have paid",
                [
                    _in_path("source", {"type": "string"}, "such as client/shop; its / may stay as it is"),
                    _in_path("id", {"type": "string"}, "the event's id, percent-encoded"),
                ],
                Problem.NOT_FOUND,
            )
        },
        "/v1/funnel": {"get": _get("The stages of the funnel, with counts and step rates")},
        "/v1/reviews": {"get": _get("The decisions in review, the oldest first")},
        "/v1/reviews/{number}": {"post": _verdict()},
        "/v1/clock": {"get": _get("The clock: its kind and its time"), "post": _clock()},
        "/v1/links": {"post": _link()},
        "/r/{code}": {"get": _visit()},
        **_hooks(),
        "/healthz": {"get": _get("Whether events are taken, and how far the log is", (), Problem.ENDING)},
        "/metrics": {
            "get": _operation(
                "Metrics",
                {"200": _answer("OpenMetrics", {"application/openmetrics-text": {"type": "string"}})},
            )
        },
        "/openapi.json": {"get": _get("This description")},
        "/": {
            "get": _operation(
                "A page to try it on", {"200": _answer("A page", {"text/html": {"type": "string"}})}
            )
        },
    }


def _events() -> Schema:
    event = {"$ref": "#/components/schemas/Event"}
    receipt = {"$ref": "#/components/schemas/Receipt"}
    several = {"type": "object", "properties": {"receipts": {"type": "array", "items": receipt}}}
    content = {
        STRUCTURED: event,
        BATCHED: {"type": "array", "items": event},
        "application/x-ndjson": {"type": "string", "description": "an event a line"},
        "application/json": {"type": "object", "description": "data alone; the attributes are ce- headers"},
    }
    answers = {
        "200": _answer(
            "Of one event: a duplicate. Of several: a receipt each, in order",
            {"application/json": {"anyOf": [receipt, several]}, "application/x-ndjson": {"type": "string"}},
        ),
        "201": _answer("One event, accepted and stored", {"application/json": receipt}),
    }
    problems = (Problem.CONFLICT, Problem.MALFORMED, Problem.TOO_MUCH)
    return _operation(
        "Send one event or many",
        answers,
        [_in_query("wait", {"enum": ["outcome"]}, "answer what each event led to, too")],
        [*_BODY, *problems],
        content,
    )


def _records(mappings: Sequence[str]) -> Schema:
    name: Schema = {"enum": list(mappings)} if mappings else {"type": "string"}
    receipt = {"$ref": "#/components/schemas/Receipt"}
    told = {
        "type": "object",
        "required": ["receipts", "skipped"],
        "properties": {
            "receipts": {"type": "array", "items": receipt},
            "skipped": {"type": "integer", "description": "records that no event of the mapping takes"},
        },
    }
    record = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
    return _operation(
        "Send another system's records, which become events by a mapping",
        {
            "200": _answer(
                "A receipt for each event, with the number of its record", {"application/json": told}
            )
        },
        [
            _in_path("name", name, "of a mapping that is served"),
            _in_query("wait", {"enum": ["outcome"]}, "answer what each event led to, too"),
        ],
        [*_BODY, Problem.UNSIGNED, Problem.NOT_FOUND, Problem.TOO_MUCH],
        {
            "application/json": record,
            "text/csv": {"type": "string"},
            "application/x-www-form-urlencoded": {
                "type": "object",
                "description": "of senders that post a form: the record as JSON in a field of it",
            },
        },
    )


def _link() -> Schema:
    reference = {"type": "string", "pattern": f"^(?:{REFERENCE_PATTERN})$"}
    code = {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_-]{1,64}$"}
    body = _object({"referrer": reference, "code": code}, "referrer")
    told = {"application/json": _OBJECT}
    return _operation(
        "Make a link for a referrer, or answer with the one there is",
        {"200": _answer("The referrer has it already", told), "201": _answer("A new link, stored", told)},
        problems=[*_BODY, Problem.TAKEN],
        content={"application/json": body},
    )


def _visit() -> Schema:
    return _operation(
        "Follow a link: the visit is stored, and the friend is sent on",
        {
            "200": _answer(
                "Who the friend is, where there is no landing page", {"application/json": _OBJECT}
            ),
            "302": {"description": "To the landing page, with friend and code as parameters"},
        },
        [
            _in_path("code", {"type": "string"}, "of the link"),
            _in_query("friend", {"type": "string"}, "the friend's reference, where it is known"),
            _in_query("channel", {"type": "string"}, "by which way the link was shared"),
        ],
        [Problem.NOT_FOUND, Problem.BUSY, Problem.ENDING, Problem.TOO_MUCH],
    )


def _verdict() -> Schema:
    by = {"type": "string", "pattern": f"^(?:{REFERENCE_PATTERN})$"}
    body = _object({"verdict": {"enum": ["approve", "decline"]}, "by": by}, "verdict", "by")
    number = _in_path("number", {"type": "integer", "minimum": 0}, "of the decision")
    return _operation(
        "Settle a decision in review",
        {"200": _answer("What the decision is now", {"application/json": _OBJECT})},
        [number],
        [*_BODY, Problem.NOT_FOUND, Problem.SETTLED],
        {"application/json": body},
    )


def _clock() -> Schema:
    body = _object({"to": {"anyOf": [{"type": "string", "format": "date-time"}, _TIME]}}, "to")
    return _operation(
        "Set a frozen clock: rewards that fall due by then are released",
        {"200": _answer("The time, and how many entries the audit trail got", {"application/json": _OBJECT})},
        problems=[*_BODY, Problem.CLOCK_RUNS],
        content={"application/json": body},
    )


def _hooks() -> Schema:
    entry = {
        "type": ["integer", "null"],
        "minimum": 0,
        "description": "the number of an entry of the audit trail",
    }
    name = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
    types = {
        "type": ["array", "null"],
        "items": {"type": "string"},
        "examples": [["reward.*"], list(NOTICE_TYPES)],
    }
    wish = {"name": name, "url": {"type": "string", "format": "uri"}, "types": types, "after": entry}
    span = {"after": entry, "until": entry, "dead": {"type": ["boolean", "null"]}}
    keep = {
        "type": ["string", "null"],
        "examples": [KEEP, "0h"],
        "description": f"how long messages are signed with the old secret, too; {KEEP} if it is left out",
    }
    told = {"application/json": _OBJECT}
    in_path = _in_path("name", {"type": "string"}, "of the subscription")
    return {
        "/v1/hooks": {
            "get": _get("The subscriptions to webhooks, and how far each has got"),
            "post": _operation(
                "Subscribe to webhooks; the answer has the secret, which is told once",
                {"201": _answer("A new subscription", told)},
                problems=_BODY,
                content={"application/json": _object(wish, "name", "url")},
            ),
        },
        "/v1/hooks/{name}": {
            "delete": _operation(
                "End a subscription",
                {"204": {"description": "It is removed"}},
                [in_path],
                [Problem.NOT_FOUND],
            )
        },
        "/v1/hooks/{name}/dead-letters": {
            "get": _get("The messages that were given up", [in_path], Problem.NOT_FOUND)
        },
        "/v1/hooks/{name}/replay": {
            "post": _operation(
                "Have messages sent again: a span of entries, those given up, or the one that waits",
                {"200": _answer("How many entries", told)},
                [in_path],
                [*_BODY, Problem.NOT_FOUND],
                {"application/json": _object(span)},
            )
        },
        "/v1/hooks/{name}/rotate": {
            "post": _operation(
                "Change the secret; messages are signed with the old one, too, for a while",
                {"200": _answer("The new secret, which is told once", told)},
                [in_path],
                [*_BODY, Problem.NOT_FOUND],
                {"application/json": _object({"keep": keep})},
            )
        },
    }


def _object(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def _get(summary: str, parameters: Sequence[Schema] = (), *problems: Problem) -> Schema:
    return _operation(
        summary, {"200": _answer("An object", {"application/json": _OBJECT})}, parameters, problems
    )


def _operation(
    summary: str,
    answers: Schema,
    parameters: Sequence[Schema] = (),
    problems: Sequence[Problem] = (),
    content: Schema | None = None,
) -> Schema:
    told: Schema = {"summary": summary, "responses": {**answers, **_problems((*_ALWAYS, *problems))}}
    if parameters:
        told["parameters"] = list(parameters)
    if content is not None:
        told["requestBody"] = {
            "required": True,
            "content": {media: {"schema": schema} for media, schema in content.items()},
        }
    return told


def _problems(problems: Sequence[Problem]) -> Schema:
    """Return the answers that say what is wrong, one for each status."""
    titles: dict[int, list[str]] = {}
    for one in problems:
        titles.setdefault(one.value.status, []).append(one.value.title)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        str(status): _answer("; ".join(dict.fromkeys(said)), {PROBLEM_TYPE: schema})
        for status, said in sorted(titles.items())
    }


def _answer(what: str, content: Schema) -> Schema:
    return {
        "description": what,
        "content": {media: {"schema": schema} for media, schema in content.items()},
    }


def _in_path(name: str, schema: Schema, what: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": what}


def _in_query(name: str, schema: Schema, what: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": what}


def _schemas() -> Schema:
    event = {name: value for name, value in json_schema().items() if name != "$schema"}
    receipt = {
        "type": "object",
        "required": ["receipt"],
        "properties": {
            "position": {"type": "integer", "description": "place in the array, or line, from 1"},
            "record": {"type": "integer", "description": "that it is of: place in the body, of CSV its line"},
            "receipt": {"enum": [str(one) for one in Receipt]},
            "seq": {"type": "integer", "description": "of the event in the log"},
            "field": {"type": ["string", "null"]},
            "reason": {"type": "string"},
            "outcome": {
                "type": "object",
                "description": "attribution, decisions and rewards of the conversion that it is or names, changes",
            },
        },
    }
    problem = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"enum": [one.type for one in Problem]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "what is wrong, where, and what would be right"},
            **{name: receipt["properties"][name] for name in ("receipt", "seq", "field", "reason")},  # type: ignore[index]
            "stored_lines": {"type": "integer", "description": "of a stream that was not taken whole"},
        },
    }
    return {"Event": event, "Receipt": receipt, "Problem": problem}
