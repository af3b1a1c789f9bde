"""Parse styles once: Textual parses all of them again for each screen that is opened for the first time.

That took three times 70 ms while keys waited; parsed styles stay valid as long as the theme is the same.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class Styles(Stylesheet):
    """A stylesheet that keeps what it has parsed, source by source, until the variables change."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._given = dict(variables)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the variables of a theme; drops what was parsed with other variables."""
        if variables != self._given:
            self._given = dict(variables)
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new."""
        self.parse()
