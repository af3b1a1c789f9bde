"""What the referrers screen has read: one of its four views, and the generations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from db.read.referrers import GroupRow, LeaderRow, SortOrder, channels, communities, generations, leaders
from db.read.sums import PastSums, Sums, now
from db.read.tree import Tree, tree
from referral_tui.dashboard.query import QueryContext, ScreenQuery

GroupOrder = Literal["friends", "qualified", "issued"]
GROUP_ORDERS: Final[tuple[GroupOrder, ...]] = ("friends", "qualified", "issued")
Sight = Literal["leaders", "tree", "communities", "channels"]


def measure(row: GroupRow, order: GroupOrder) -> int:
    """Return what a community or a channel is sorted by, which its bar shows."""
    return {"friends": row.friends, "qualified": row.qualified, "issued": row.issued_minor}[order]


@dataclass(frozen=True, slots=True)
class ReferrersAnswer:
    """What one view shows, with the totals of its shares: qualified friends and matched ones."""

    sight: Sight
    order: SortOrder
    generations: tuple[int, ...]
    qualified: int
    leaders: tuple[LeaderRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    tree: Tree | None = None
    group_order: GroupOrder = "friends"
    also: tuple[str, ...] = ()

    def references(self) -> set[str | None]:
        """List everybody who appears in it."""
        branches = self.tree.references() if self.tree is not None else set()
        return branches | {row.ref for row in self.leaders} | set(self.also)


@dataclass(frozen=True, slots=True)
class ReferrersQuery(ScreenQuery):
    """One view; `opened` are the people whose branches are open, `also` those who are named besides."""

    EVERY_MS: ClassVar[int] = 500

    sight: Sight = "leaders"
    order: SortOrder = "qualified"
    group_order: GroupOrder = "friends"
    opened: frozenset[int] = frozenset()
    also: tuple[str, ...] = ()

    @property
    def next_group_order(self) -> GroupOrder:
        """The order that comes after this one for communities and channels."""
        return GROUP_ORDERS[(GROUP_ORDERS.index(self.group_order) + 1) % len(GROUP_ORDERS)]

    def read(self, context: QueryContext) -> ReferrersAnswer:
        """Read what the view shows."""
        db = context.db
        sums = self._sums(context)
        # boards are of now: so are their shares
        of = now(db) if self.sight in ("leaders", "communities") else sums
        groups: tuple[GroupRow, ...] = ()
        if self.sight == "communities":
            groups = communities(db)
        elif self.sight == "channels":
            groups = channels(sums)
        groups = tuple(sorted(groups, key=lambda row: -measure(row, self.group_order)))
        return ReferrersAnswer(
            self.sight,
            self.order,
            generations(sums),
            of.count("stage.qualified"),
            leaders(db, self.order) if self.sight == "leaders" else (),
            groups,
            tree(db, self.opened, context.seq, context.at) if self.sight == "tree" else None,
            self.group_order,
            self.also,
        )

    def _sums(self, context: QueryContext) -> Sums:
        if context.at is None:
            return now(context.db)
        past: PastSums = context.kept.setdefault("past", PastSums())
        return past.at(context.db, context.at)
