"""Keys in the order in which they are pressed, however quickly they come.

Textual inserts a letter in the text itself, while a key of a binding (backspace, an arrow) travels up to the app
first: in a burst the next letter overtakes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events

if TYPE_CHECKING:
    from textual.widget import Widget

    from referral_tui.dashboard.app import Dashboard


class TypedInOrder:
    """Mixed into a widget that text is typed into, before Textual's class: obeys keys of bindings where it stands."""

    INSERTED: ClassVar[frozenset[str]] = frozenset()
    """Keys that are no letters and are inserted all the same."""

    @property
    def takes_letters(self) -> bool:
        """Whether letters are text now."""
        return True

    async def _on_key(self, event: events.Key) -> None:
        """Obey a key that is no text now, before the next one is looked at."""
        if event.is_printable or event.key in self.INSERTED:
            return
        app = cast("Dashboard", cast("Widget", self).app)
        if await app.obey(event.key):
            event.stop()
            event.prevent_default()
