"""Styles that are parsed once: Textual parses all of them again for each screen that is opened for the first time.

Three times 70 ms it was, with keys waiting; while the theme is the same what was parsed stays right.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class Styles(Stylesheet):
    """A stylesheet that keeps what it has parsed, source by source, until the variables are others."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._given = dict(variables)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the variables of a theme; forgets what was parsed with others."""
        if variables != self._given:
            self._given = dict(variables)
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new."""
        self.parse()
