"""An app in our two themes, which ends cleanly on signals and whose failure is a line instead of a traceback."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Mapping

from textual.app import App

from referral_tui.dashboard.styles import Styles
from referral_tui.dashboard.themes import DAY, NIGHT


def ending_signals() -> list[signal.Signals]:
    """Return the signals on which to leave in order: the request to end, and that the terminal was closed."""
    return [one for one in signal.Signals if one.name in ("SIGTERM", "SIGHUP")]  # not every system has both


class ThemedApp(App[None]):
    """An app that is dark or light; Textual's own themes can be chosen, too."""

    def use_theme(self, theme: str, keys: Mapping[str, str] | None = None) -> None:
        """Start with this theme, and with the keys that a person has set; call it before anything is painted."""
        self.register_theme(NIGHT)
        self.register_theme(DAY)
        self.set_reactive(App.theme, theme)  # by its setter all styles would be parsed once more
        self.stylesheet = Styles(self.get_css_variables())
        if keys:
            self.set_keymap(dict(keys))

    def on_mount(self) -> None:
        """Exit cleanly on a signal to end, or when the terminal is closed: the one who opened us cleans up."""
        for number in ending_signals():
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(number, self.exit)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give Textual's own themes the colours that only ours name."""
        return (NIGHT if self.current_theme.dark else DAY).variables

    def action_theme(self) -> None:
        """Change between dark and light."""
        self.theme = DAY.name if self.current_theme.dark else NIGHT.name

    def _print_error_renderables(self) -> None:
        """Say in a line that we failed: Textual would print the whole traceback on the terminal."""
        error, self._exit_renderables = self._exception, []
        if error is not None:
            from referral_tui.dashboard.failing import report_failure

            report_failure(error)
