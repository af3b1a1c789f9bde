"""Describe the API in OpenAPI 3.1: every address, its parameters and body, and each response it may give."""

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
"""Prefixes of the paths that a door that passes events on does not serve."""


def description(
    version: str, mappings: Sequence[str] = (), *, public_url: str | None = None, passes_on: bool = False
) -> Schema:
    """Return the description; `version` is that of the program, `mappings` the names of the mappings served.

    `public_url` is the address under which others reach the server, if it is given. For a door that `passes_on` events
    it omits what only the engine's door serves.
    """
    paths = _paths(mappings)
    if passes_on:
        paths = {path: operation for path, operation in paths.items() if not path.startswith(OF_THE_ENGINE)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "referral-tui",
            "version": version,
            "description": "A referral platform on this machine: send it events, and query what follows from them.",
        },
        **({"servers": [{"url": public_url}]} if public_url is not None else {}),
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"key": []}],  # a server without keys requires none
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
                "Rewards in the order of their numbers, one page at a time",
                [
                    _in_query(
                        "state", {"enum": [str(state) for state in RewardState]}, "only rewards in this state"
                    ),
                    _in_query("after", {"type": "integer", "minimum": 0}, "`next` of the previous page"),
                    _in_query(
                        "limit",
                        {"type": "integer", "minimum": 1, "maximum": MOST},
                        "the largest number of rewards to return",
                    ),
                ],
            )
        },
        "/v1/conversions/{source}/{id}": {
            "get": _get(
                "What became of a conversion, rule by rule, and what would have paid",
                [
                    _in_path(
                        "source",
                        {"type": "string"},
                        "the event's source, such as client/shop; its / need not be encoded",
                    ),
                    _in_path("id", {"type": "string"}, "the event's id, percent-encoded"),
                ],
                Problem.NOT_FOUND,
            )
        },
        "/v1/funnel": {"get": _get("The stages of the funnel, with counts and step rates")},
        "/v1/reviews": {"get": _get("The decisions in review, oldest first")},
        "/v1/reviews/{number}": {"post": _verdict()},
        "/v1/clock": {"get": _get("The clock: its kind and its time"), "post": _clock()},
        "/v1/links": {"post": _link()},
        "/r/{code}": {"get": _visit()},
        **_hooks(),
        "/healthz": {"get": _get("Whether events are accepted, and how long the log is", (), Problem.ENDING)},
        "/metrics": {
            "get": _operation(
                "Metrics",
                {"200": _answer("OpenMetrics", {"application/openmetrics-text": {"type": "string"}})},
            )
        },
        "/openapi.json": {"get": _get("This description")},
        "/": {
            "get": _operation(
                "A page to try the API on", {"200": _answer("The page", {"text/html": {"type": "string"}})}
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
        "application/x-ndjson": {"type": "string", "description": "one event per line"},
        "application/json": {
            "type": "object",
            "description": "only the data of one event; its attributes are ce- headers",
        },
    }
    answers = {
        "200": _answer(
            "For one event: it is a duplicate. For several: a receipt for each, in order",
            {"application/json": {"anyOf": [receipt, several]}, "application/x-ndjson": {"type": "string"}},
        ),
        "201": _answer("One event, accepted and stored", {"application/json": receipt}),
    }
    problems = (Problem.CONFLICT, Problem.MALFORMED, Problem.TOO_MUCH)
    return _operation(
        "Send one or more events",
        answers,
        [_in_query("wait", {"enum": ["outcome"]}, "also return what each event led to")],
        [*_BODY, *problems],
        content,
    )


def _records(mappings: Sequence[str]) -> Schema:
    name: Schema = {"enum": list(mappings)} if mappings else {"type": "string"}
    receipt = {"$ref": "#/components/schemas/Receipt"}
    content = {
        "type": "object",
        "required": ["receipts", "skipped"],
        "properties": {
            "receipts": {"type": "array", "items": receipt},
            "skipped": {"type": "integer", "description": "records that the mapping makes no event of"},
        },
    }
    record = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
    return _operation(
        "Send another system's records, which a mapping turns into events",
        {
            "200": _answer(
                "A receipt for each event, with the number of its record", {"application/json": content}
            )
        },
        [
            _in_path("name", name, "the name of a mapping that is served"),
            _in_query("wait", {"enum": ["outcome"]}, "also return what each event led to"),
        ],
        [*_BODY, Problem.UNSIGNED, Problem.NOT_FOUND, Problem.TOO_MUCH],
        {
            "application/json": record,
            "text/csv": {"type": "string"},
            "application/x-www-form-urlencoded": {
                "type": "object",
                "description": "for senders that post a form: one of its fields holds the record as JSON",
            },
        },
    )


def _link() -> Schema:
    reference = {"type": "string", "pattern": f"^(?:{REFERENCE_PATTERN})$"}
    code = {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_-]{1,64}$"}
    body = _object({"referrer": reference, "code": code}, "referrer")
    content = {"application/json": _OBJECT}
    return _operation(
        "Create a link for a referrer, or return the existing one",
        {
            "200": _answer("The referrer's existing link", content),
            "201": _answer("A new link, now stored", content),
        },
        problems=[*_BODY, Problem.TAKEN],
        content={"application/json": body},
    )


def _visit() -> Schema:
    return _operation(
        "Follow a link: the visit is stored, and the friend is redirected to the landing page",
        {
            "200": _answer(
                "The friend's reference and the code, if there is no landing page",
                {"application/json": _OBJECT},
            ),
            "302": {"description": "A redirect to the landing page, with friend and code as parameters"},
        },
        [
            _in_path("code", {"type": "string"}, "the code of the link"),
            _in_query("friend", {"type": "string"}, "the friend's reference, if it is known"),
            _in_query("channel", {"type": "string"}, "the channel through which the link was shared"),
        ],
        [Problem.NOT_FOUND, Problem.BUSY, Problem.ENDING, Problem.TOO_MUCH],
    )


def _verdict() -> Schema:
    by = {"type": "string", "pattern": f"^(?:{REFERENCE_PATTERN})$"}
    body = _object({"verdict": {"enum": ["approve", "decline"]}, "by": by}, "verdict", "by")
    number = _in_path("number", {"type": "integer", "minimum": 0}, "the number of the decision")
    return _operation(
        "Settle a decision in review",
        {"200": _answer("The decision, as settled", {"application/json": _OBJECT})},
        [number],
        [*_BODY, Problem.NOT_FOUND, Problem.SETTLED],
        {"application/json": body},
    )


def _clock() -> Schema:
    body = _object({"to": {"anyOf": [{"type": "string", "format": "date-time"}, _TIME]}}, "to")
    return _operation(
        "Set a frozen clock: rewards that fall due by then are released",
        {
            "200": _answer(
                "The time, and how many entries were added to the audit trail", {"application/json": _OBJECT}
            )
        },
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
    subscription = {"name": name, "url": {"type": "string", "format": "uri"}, "types": types, "after": entry}
    span = {"after": entry, "until": entry, "dead": {"type": ["boolean", "null"]}}
    keep = {
        "type": ["string", "null"],
        "examples": [KEEP, "0h"],
        "description": f"how long messages are also signed with the old secret; {KEEP} if omitted",
    }
    content = {"application/json": _OBJECT}
    in_path = _in_path("name", {"type": "string"}, "the name of the subscription")
    return {
        "/v1/hooks": {
            "get": _get("The subscriptions to webhooks, and how far each has got"),
            "post": _operation(
                "Subscribe to webhooks; the response has the secret, which is shown only once",
                {"201": _answer("A new subscription", content)},
                problems=_BODY,
                content={"application/json": _object(subscription, "name", "url")},
            ),
        },
        "/v1/hooks/{name}": {
            "delete": _operation(
                "End a subscription",
                {"204": {"description": "The subscription is removed"}},
                [in_path],
                [Problem.NOT_FOUND],
            )
        },
        "/v1/hooks/{name}/dead-letters": {
            "get": _get("The messages that were given up", [in_path], Problem.NOT_FOUND)
        },
        "/v1/hooks/{name}/replay": {
            "post": _operation(
                "Send messages again: a span of entries, those given up, or the one that is waiting",
                {"200": _answer("How many entries are sent again", content)},
                [in_path],
                [*_BODY, Problem.NOT_FOUND],
                {"application/json": _object(span)},
            )
        },
        "/v1/hooks/{name}/rotate": {
            "post": _operation(
                "Change the secret; for a while, messages are also signed with the old one",
                {"200": _answer("The new secret, which is shown only once", content)},
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
        summary, {"200": _answer("A JSON object", {"application/json": _OBJECT})}, parameters, problems
    )


def _operation(
    summary: str,
    answers: Schema,
    parameters: Sequence[Schema] = (),
    problems: Sequence[Problem] = (),
    content: Schema | None = None,
) -> Schema:
    operation: Schema = {"summary": summary, "responses": {**answers, **_problems((*_ALWAYS, *problems))}}
    if parameters:
        operation["parameters"] = list(parameters)
    if content is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {media: {"schema": schema} for media, schema in content.items()},
        }
    return operation


def _problems(problems: Sequence[Problem]) -> Schema:
    """Return the error responses, one for each status."""
    titles: dict[int, list[str]] = {}
    for one in problems:
        titles.setdefault(one.value.status, []).append(one.value.title)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        str(status): _answer("; ".join(dict.fromkeys(names)), {PROBLEM_TYPE: schema})
        for status, names in sorted(titles.items())
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
            "position": {"type": "integer", "description": "the place in the array, or the line, from 1"},
            "record": {
                "type": "integer",
                "description": "the record it came from: its place in the body, or its line in CSV",
            },
            "receipt": {"enum": [str(one) for one in Receipt]},
            "seq": {"type": "integer", "description": "the position of the event in the log"},
            "field": {"type": ["string", "null"]},
            "reason": {"type": "string"},
            "outcome": {
                "type": "object",
                "description": "attribution; decisions and rewards of the conversion that it is or names; changes",
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
            "stored_lines": {
                "type": "integer",
                "description": "how many lines of an interrupted stream are stored",
            },
        },
    }
    return {"Event": event, "Receipt": receipt, "Problem": problem}
