"""Who somebody is: references that belong to one person, and what is known of people."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from tests.engine.oracle_records import Attributed, Event
from tests.engine.oracle_state import State

# What says something of a person that stays known.
TELLS = ("customer.identified", "friend.claimed")
TELLS_DEVICE = ("customer.identified", "friend.claimed", "friend.visited")


class People(State):
    """Merges, closures, and what the log says of a person under any of the references."""

    def ref(self, reference: str) -> str:
        """The reference that a person is written by now; equal for two references of one person."""
        while reference in self.into:
            reference = self.into[reference]
        return reference

    def same(self, one: str, other: str) -> bool:
        return self.ref(one) == self.ref(other)

    def subject(self, event: Event) -> str | None:
        """The person an event is about, as written by now; None where it names nobody."""
        return None if event["subject"] is None else self.ref(event["subject"])

    def about(self, person: str) -> list[Event]:
        """What the log says of a person, in order."""
        me = self.ref(person)
        said = [self.heard.get(reference, []) for reference in (me, *self.known_as.get(me, ()))]
        return said[0] if len(said) == 1 else sorted(chain(*said), key=lambda e: e["seq"])

    def of(self, person: str, *kinds: str) -> list[Event]:
        return [e for e in self.about(person) if e["type"] in kinds]

    def latest(self, person: str, name: str) -> Any:
        """The latest known value of a field of a person: by log order among those that gave it."""
        given = [e[name] for e in self.of(person, *TELLS) if e[name] is not None]
        return given[-1] if given else None

    def devices(self, person: str) -> set[str]:
        return {e["device_ref"] for e in self.of(person, *TELLS_DEVICE) if e["device_ref"] is not None}

    def latest_attribute(self, person: str, name: str) -> Any:
        """The latest attribute of this name that was given of a person, of whatever type."""
        given = [found for e in self.of(person, *TELLS) if (found := attribute(e, name)) is not None]
        return given[-1] if given else None

    def is_closed(self, person: str) -> bool:
        return self.closed.get(self.ref(person), False)

    def close(self, event: Event) -> None:
        self.closed[self.ref(event["subject"])] = event["type"] == "customer.closed"

    def attribution_of(self, friend: str) -> Attributed | None:
        """The attribution of a person that has not ended."""
        return self.attributions.get(self.ref(friend))

    def merge(self, event: Event) -> None:
        """From here on the subject is another reference of the person that it is merged into."""
        merged, into = self.ref(event["subject"]), self.ref(event["into"])
        if merged == into:
            self.note("merged", "merge-without-effect", event, into, None, "same-person")
            return
        self.into[merged] = into  # and the closure is into's, since it is kept by its reference
        self.known_as.setdefault(into, []).extend([merged, *self.known_as.pop(merged, ())])
        self.merges.append(event)
        both = [self.attributions.pop(one) for one in (merged, into) if one in self.attributions]
        both.sort(key=lambda a: a.event["seq"])
        if both:
            self.attributions[into] = both[0]
        for ended in both[1:]:
            ended.ended_at = event["received_at"]
            self.note("merged", "attribution-ended", event, ended.friend, ended.event["seq"], ended.words)


def attribute(event: Event, name: str) -> Any:
    """An attribute that an event gives; None where it does not."""
    return None if event["attributes"] is None else json.loads(event["attributes"]).get(name)
