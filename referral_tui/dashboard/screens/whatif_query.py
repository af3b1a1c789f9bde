"""What the What if screen has read: the program in force, and the people of the run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from db.read.settings import all_settings
from db.read.versions import program_text, version_at
from referral_tui.dashboard.query import QueryContext, ScreenQuery
from referral_tui.dashboard.what_if import World


@dataclass(frozen=True, slots=True)
class WhatIfLook:
    """The text of the version in force, and the people it runs with; None if they are not simulated."""

    text: str
    world: World | None


@dataclass(frozen=True, slots=True)
class WhatIfQuery(ScreenQuery):
    """The query of the whole screen; it has no settings."""

    EVERY_MS: ClassVar[int] = 400

    def read(self, context: QueryContext) -> WhatIfLook | None:
        """Read it; a version's text and the settings, once read, are kept."""
        version = version_at(context.db, context.seq)
        if version is None:
            return None
        texts: dict[int, str] = context.kept.setdefault("texts", {})
        if version not in texts:
            texts[version] = program_text(context.db, version)
        if "world" not in context.kept:
            context.kept["world"] = _world(all_settings(context.db))
        return WhatIfLook(texts[version], context.kept["world"])


def _world(settings: dict[str, str]) -> World | None:
    try:
        delivery = json.loads(settings.get("delivery", "{}"))
        return World(
            settings["preset"],
            int(settings["referrers"]),
            int(settings["days"]),
            int(settings["start"]),
            tuple(sorted((str(one), str(model)) for one, model in delivery.items())),
        )
    except (KeyError, ValueError, AttributeError):
        return None
