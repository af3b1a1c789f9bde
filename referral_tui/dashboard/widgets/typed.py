"""Keep keys in the order in which they are pressed, however quickly they come.

Textual inserts a letter in the text itself, while a key of a binding (backspace, an arrow) travels up to the app
first: in a burst the next letter overtakes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import App

if TYPE_CHECKING:
    from textual.widget import Widget


class TypedInOrder:
    """Mixed into a widget that text is typed into, before Textual's class: handles keys of bindings itself."""

    INSERTED: ClassVar[frozenset[str]] = frozenset()
    """Keys that are not letters and are inserted all the same."""

    @property
    def takes_letters(self) -> bool:
        """Whether letters are text now."""
        return True

    async def _on_key(self, event: events.Key) -> None:
        """Handle a key that is not text now, before the next one."""
        if event.is_printable or event.key in self.INSERTED:
            return
        app = cast("OrderedKeys", cast("Widget", self).app)
        if await app.obey(event.key):
            event.stop()
            event.prevent_default()


class OrderedKeys(App[None]):
    """An app that handles a key before it reads the next one."""

    async def on_event(self, event: events.Event) -> None:
        """Handle a key at once if nothing is being typed: in a burst the next one goes where this one has led."""
        if isinstance(event, events.Key) and self.return_code is not None:
            return  # it quits: a key behind that would open a screen which is taken apart already
        if isinstance(event, events.Key) and not event.is_forwarded and not self._typed_into:
            self.app_focus = True
            if await self._check_bindings(event.key, priority=True) or await self.obey(event.key):
                return
        await super().on_event(event)

    async def obey(self, key: str) -> bool:
        """Do what a key is bound to, from the focused widget upwards; false if it is bound to nothing."""
        return await self._check_bindings(key)

    @property
    def _typed_into(self) -> bool:
        """Whether the widget with the focus takes letters: those come in a queue of its own."""
        focused: object = self.focused
        return self.screen.is_modal or (isinstance(focused, TypedInOrder) and focused.takes_letters)
