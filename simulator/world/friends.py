"""Hold friends at one step of their journey, as columns."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.world.draws import Bools, Ints, Keys


@dataclass(frozen=True)
class Friends:
    """Friends at one step: their rows, keys, inviters' rows, channels, and how each cheats (`labels.Cheat`)."""

    row: Ints
    key: Keys
    inviter: Ints
    channel: Ints
    cheat: Ints

    def where(self, which: Bools | Ints) -> Friends:
        """Return some of them, by a mask or by indices."""
        return Friends(
            self.row[which], self.key[which], self.inviter[which], self.channel[which], self.cheat[which]
        )
