"""Read the messages of a request, in the modes of CloudEvents over HTTP: structured, batched, binary.

A message becomes a line of JSON, as in a file; errors in it are found by the event contract, not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

import msgspec
import orjson

from simulator.door.problems import Problem, ProblemError

STRUCTURED: Final = "application/cloudevents+json"
BATCHED: Final = "application/cloudevents-batch+json"
NDJSON: Final = frozenset({"application/x-ndjson", "application/jsonl", "application/x-jsonlines"})
_HEADER: Final = "ce-"
_INTEGERS: Final = frozenset({"receivedat", "seq"})  # added by the platform; all other attributes are strings
_HOW: Final = (
    f"send one event as {STRUCTURED}, several as {BATCHED} or application/x-ndjson, or one with ce- headers and its "
    "data as application/json"
)


def one_message(media: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Return the message of a request in structured or binary mode.

    `media` is the media type in lower case, without parameters.

    Raises:
        ProblemError: the request is in neither mode.

    """
    if media == STRUCTURED:
        return body
    attributes = _attributes(headers)
    if not attributes:
        raise ProblemError(
            Problem.UNKNOWN_FORMAT,
            f"Content-Type {media or '(none)'} without ce- headers is not a CloudEvent; {_HOW}",
            headers={"Accept-Post": f"{STRUCTURED}, {BATCHED}, application/x-ndjson, application/json"},
        )
    return _from_binary(media, attributes, body)


def batch(body: bytes) -> list[bytes]:
    """Return the messages of a JSON array.

    Raises:
        ProblemError: the body is not a JSON array; no part of it is accepted.

    """
    try:
        return [bytes(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(
            Problem.UNREADABLE,
            f"the body is not a JSON array of events ({error}); no part of it was accepted: "
            "correct it and send all of it again",
        ) from None


def _attributes(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the attributes given in the headers, percent-decoded.

    Raises:
        ProblemError: an attribute is given twice, or is not UTF-8.

    """
    found: dict[str, str] = {}
    for header, value in headers:
        name = header.lower()
        if not name.startswith(_HEADER):
            continue
        attribute = name.removeprefix(_HEADER)
        if attribute in found:
            raise ProblemError(Problem.UNREADABLE, f"the header {name} is given twice; give it once")
        try:
            found[attribute] = unquote(_unquoted(value), errors="strict")
            found[attribute].encode()  # raw bytes, which HTTP allows in a header
        except UnicodeError:
            raise ProblemError(
                Problem.UNREADABLE, f"the header {name} is not percent-encoded UTF-8; encode it"
            ) from None
    return found


def _unquoted(value: str) -> str:
    """Return the value of a header without its surrounding quotes, as specified."""
    stripped = value.strip()
    if len(stripped) < len('""') or not (stripped.startswith('"') and stripped.endswith('"')):
        return stripped
    return stripped[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _from_binary(media: str, attributes: dict[str, str], body: bytes) -> bytes:
    """Return the structured form of a message in binary mode: headers are its attributes, the body is its data."""
    members: dict[str, object] = {
        name: int(value) if name in _INTEGERS and value.isascii() and value.isdigit() else value
        for name, value in attributes.items()
    }
    if body:
        members.setdefault("datacontenttype", media or "application/json")
        members["data"] = _data(body)
    return orjson.dumps(members)


def _data(body: bytes) -> object:
    """Return the body unchanged if it is JSON, else as a string, which the contract refuses with a reason."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
    return orjson.Fragment(body)
