"""What the referrers screen has read: one of its four views, and the generations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from db.read.referrers import GroupRow, LeaderRow, Order, channels, communities, generations, leaders
from db.read.sums import Past, Sums, now
from db.read.tree import Tree, tree
from referral_tui.dashboard.wish import Desk, Wish

Sight = Literal["leaders", "tree", "communities", "channels"]


@dataclass(frozen=True, slots=True)
class ReferrersAnswer:
    """What one view shows, with what its shares are parts of: qualified friends and matched ones."""

    sight: Sight
    order: Order
    generations: tuple[int, ...]
    qualified: int
    leaders: tuple[LeaderRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    tree: Tree | None = None
    also: tuple[str, ...] = ()

    def references(self) -> set[str | None]:
        """Name everybody who appears in it."""
        branches = self.tree.references() if self.tree is not None else set()
        return branches | {row.ref for row in self.leaders} | set(self.also)


@dataclass(frozen=True, slots=True)
class ReferrersWish(Wish):
    """One view; `opened` are the people whose branches are, `also` those who are named beside it."""

    EVERY_MS: ClassVar[int] = 500

    sight: Sight = "leaders"
    order: Order = "qualified"
    opened: frozenset[int] = frozenset()
    also: tuple[str, ...] = ()

    def read(self, desk: Desk) -> ReferrersAnswer:
        """Read what the view shows."""
        db = desk.db
        sums = self._sums(desk)
        of = (
            now(db) if self.sight in ("leaders", "communities") else sums
        )  # boards are of now: so are their shares
        groups: tuple[GroupRow, ...] = ()
        if self.sight == "communities":
            groups = communities(db)
        elif self.sight == "channels":
            groups = channels(sums)
        return ReferrersAnswer(
            self.sight,
            self.order,
            generations(sums),
            of.count("stage.qualified"),
            leaders(db, self.order) if self.sight == "leaders" else (),
            groups,
            tree(db, self.opened, desk.seq, desk.at) if self.sight == "tree" else None,
            self.also,
        )

    def _sums(self, desk: Desk) -> Sums:
        if desk.at is None:
            return now(desk.db)
        past: Past = desk.kept.setdefault("past", Past())
        return past.at(desk.db, desk.at)
