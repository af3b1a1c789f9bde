"""What people do with a reward line after its release: choose and redeem; and the operators' vetoes."""

from __future__ import annotations

from tests.engine.oracle_lines import Lines
from tests.engine.oracle_records import Event, Line


class Choices(Lines):
    """Each of the three names a line by its conversion, milestone and reward."""

    def line_named(self, event: Event) -> Line | None:
        wanted = tuple(event[f"reward_{part}"] for part in ("source", "id", "milestone", "reward"))
        for line in self.lines:
            conversion = line.conversion
            name = (conversion["source"], conversion["id"], line.decision.milestone.name, line.reward.name)
            if name == wanted:
                return line
        return None

    def choose(self, event: Event) -> None:
        """A recipient chooses what an offered line is."""
        line = self.line_named(event)
        fails = self._choice_fails(event, line)
        if fails is not None:
            self._note_nothing("choice-without-effect", event, fails)
            return
        assert line is not None
        line.state, line.kind = "issued", event["choice"]
        line.state_at = line.issued_at = event["received_at"]
        self.note_line("chosen", line, event, more=f", {line.kind}")

    def _choice_fails(self, event: Event, line: Line | None) -> str | None:
        if line is None:
            return "unknown"
        if line.reward.to == "community" or not self.same(event["subject"], line.recipient):
            return "other-subject"
        if line.state != "offered":
            return "not-offered"
        return None if event["choice"] in line.reward.choices else "not-listed"

    def redeem(self, event: Event) -> None:
        """An issued line is used."""
        line = self.line_named(event)
        if line is None or line.state != "issued":
            self._note_nothing(
                "redemption-without-effect", event, "unknown" if line is None else "not-issued"
            )
            return
        line.state, line.state_at = "redeemed", event["received_at"]
        self.note_line("chosen", line, event)

    def veto(self, event: Event) -> None:
        """An operator stops a line that is not issued yet."""
        line = self.line_named(event)
        if line is None or line.state not in ("pending", "waiting", "offered"):
            self._note_nothing("veto-without-effect", event, "unknown" if line is None else "not-open")
            return
        if line.state != "pending":
            self.room_grew = True
        line.state, line.reason, line.state_at = "forfeited", "vetoed", event["received_at"]
        self.note_line("chosen", line, event, more=", vetoed")

    def _note_nothing(self, kind: str, event: Event, why: str) -> None:
        self.note("chosen", kind, event, self.subject(event), None, why)
