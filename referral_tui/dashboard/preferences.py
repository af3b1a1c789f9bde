"""What people can configure: the theme, the first screen, the keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Preferences:
    """The settings of the config file. `theme` is a name of Textual's registry, `start` the mode of a screen.

    `keys` has for a command's id the keys that replace its own, separated by commas.
    """

    theme: str = "referral-night"
    start: str = "overview"
    keys: Mapping[str, str] = field(default_factory=dict)
