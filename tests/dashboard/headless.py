"""Spare a headless app what nobody sees: frames between two keys, and parsing the same CSS for each app."""

from __future__ import annotations

from typing import Any

import pytest
from textual._compositor import Compositor
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot


def paint_when_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint after each key and each pause of the pilot, rather than up to sixty times a second.

    What became dirty meanwhile is kept until then. Painting was two fifths of the time of a tour.
    """
    paint = Compositor.render_update
    wait = Pilot._wait_for_screen

    def keep(self: Compositor, *, full: bool = False, **named: Any) -> Any:
        """Leave the dirty regions as they are, unless a picture of all is asked for."""
        return paint(self, full=True, **named) if full else None

    async def wait_and_paint(self: Pilot[None], timeout: float = 30.0) -> bool:
        waited = await wait(self, timeout)
        if self.app.is_running and self.app.screen_stack:
            paint(self.app.screen._compositor, screen_stack=self.app._background_screens)
        return waited

    monkeypatch.setattr(Compositor, "render_update", keep)
    monkeypatch.setattr(Pilot, "_wait_for_screen", wait_and_paint)


def parse_css_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Share what CSS was parsed to between the apps of a session that have the same variables: a seventh of a test.

    A set of rules is hashed by what it is, as Textual does, but in C: it is looked up a thousand times a widget.
    """
    parsed: dict[Any, list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def parse_rules(self: Stylesheet, *arguments: Any, **named: Any) -> list[RuleSet]:
        key = (arguments, tuple(named.items()), frozenset(self._variables.items()))
        if key not in parsed:
            parsed[key] = parse(self, *arguments, **named)
        return parsed[key]

    monkeypatch.setattr(Stylesheet, "_parse_rules", parse_rules)
    monkeypatch.setattr(RuleSet, "__hash__", object.__hash__)
