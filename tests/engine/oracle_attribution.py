"""Links, touches, and whom a friend is attributed to."""

from __future__ import annotations

from tests.engine.oracle_records import Attributed, Event
from tests.engine.oracle_standing import Standing

# What Unicode calls white space.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


class Attribution(Standing):
    """A friend is attributed once: by a code that serves, else by the best touch."""

    def link_of(self, code: str | None) -> Event | None:
        """The link that a code names: of several that match, the first in the log."""
        if code is None:
            return None
        if self.program.attribution.codes == "exact":
            return self.links.get(code)
        return next((link for link in self.links.values() if folded(link["code"]) == folded(code)), None)

    def create_link(self, event: Event) -> None:
        if self.link_of(event["code"]) is None:  # a second one with the same code has no effect
            self.links[event["code"]] = event

    def used_up(self, link: Event) -> bool:
        uses = self.program.attribution.uses
        return uses is not None and sum(a.code == link["code"] for a in self.attributed) >= uses

    def serving(self, code: str | None) -> Event | None:
        """The link of this code if it is live and can be used now."""
        link = self.link_of(code)
        if link is None or self.used_up(link):
            return None
        if self.program.referrers is None:
            return link
        return link if self.latest(link["subject"], "referrer_kind") in self.program.referrers else None

    def visit(self, event: Event) -> None:
        link = self.serving(event["code"])
        if link is not None:
            self.touches[event["seq"]] = link

    def attribute(self, event: Event) -> None:
        """Attribute the friend of a claim or conversion, if that finds a referrer and there was none before."""
        friend, now = event["subject"], event["occurred_at"]
        if self.attribution_of(friend) is not None:
            return
        link = self.serving(event["code"])
        if link is not None:
            touch, channel, method = event, "code", "code"
        else:
            best = self._best_touch(friend, now)
            if best is None:
                return
            touch, channel, method = best, best["channel"], "link"
            link = self.touches[touch["seq"]]
        above = self.attribution_of(link["subject"])
        attribution = Attributed(
            friend=self.ref(friend),
            referrer=self.ref(link["subject"]),
            code=link["code"],
            channel=channel,
            method=method,
            touch_at=touch["occurred_at"],
            attributed_at=event["received_at"],
            event=event,
            community=self.latest(link["subject"], "community"),
            generation=1 if above is None else above.generation + 1,
        )
        self.attributed.append(attribution)
        self.attributions[attribution.friend] = attribution
        self.note("attributed", "attributed", event, attribution.friend, event["seq"], attribution.words)

    def _best_touch(self, friend: str, now: int) -> Event | None:
        window = self.program.attribution.window_ms
        touches = [
            e
            for e in self.of(friend, "friend.visited")
            if e["seq"] in self.touches
            and now - window < e["occurred_at"] <= now
            and not self.used_up(self.touches[e["seq"]])
        ]
        if not touches:
            return None
        pick = max if self.program.attribution.model == "last-touch" else min
        return pick(touches, key=lambda t: (t["occurred_at"], t["seq"]))


def folded(code: str) -> str:
    """A code without its capitals and surrounding white space."""
    return code.strip(WHITE_SPACE).casefold()
