"""Keep what caps count other than by account: what was issued for one friend, by one code, or of a reward in total.

What counts for an account is kept with the account (`flow.BookedAccount`). Everything else is kept here, from the first
version in which a cap of the reward needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.engine.history import History
from simulator.program.model import Cap, Per, Reward

Key = tuple[Per, str, int, int]


def is_plain(cap: Cap) -> bool:
    """Return whether a cap counts by the recipient and skips what goes over it, so that lines can be judged in bulk."""
    return cap.per == "recipient" and cap.over == "skip"


class CapKeys(NamedTuple):
    """The fields that decide which caps count a line: reward, account, friend (a person) and link."""

    reward: str
    account: int
    friend: int
    link: int

    def key(self, per: Per) -> Key:
        """Return the key of what a cap of this kind counts with the line."""
        if per == "program":
            return per, self.reward, 0, 0
        return per, self.reward, self.account, self.friend if per == "friend" else self.link


@dataclass(slots=True, eq=False)
class Issued:
    """What was issued: `history` without what was taken back, `kept` with it, for caps that give no room back."""

    history: History = field(default_factory=History)
    kept: History = field(default_factory=History)

    def of(self, cap: Cap) -> History:
        """Return what a cap counts."""
        return self.history if cap.returns else self.kept

    def reduce(self, at: int, value: int, left: int) -> None:
        """Reduce the amount of a waiting line, as if it had never been more; to 0 if it no longer waits."""
        for history in (self.history, self.kept):
            if left:
                history.reduce(at, value, left)
            else:
                history.forget(at, value)

    def copied(self) -> Issued:
        """Return an independent copy."""
        return Issued(self.history.copied(), self.kept.copied())

    def add(self, at: int, value: int) -> None:
        """Add an amount (minor units) issued at a time (milliseconds)."""
        self.history.add(at, value)
        self.kept.add(at, value)

    def with_(self, other: Issued) -> Issued:
        """Return the sum of two."""
        return Issued(self.history.with_(other.history), self.kept.with_(other.kept))

    @property
    def lengths(self) -> tuple[int, int]:
        """The current lengths, to which `cut` can return."""
        return len(self.history.times), len(self.kept.times)

    def cut(self, lengths: tuple[int, int]) -> None:
        """Forget what was added since it had these lengths."""
        self.history.cut(lengths[0])
        self.kept.cut(lengths[1])


@dataclass
class Scopes:
    """What was issued by friend, code and program, if caps need it; `kinds` are those needed, by reward.

    What is not in it is copied from `base`, if there is one.
    """

    kinds: dict[str, set[Per]] = field(default_factory=dict)
    issued: dict[Key, Issued] = field(default_factory=dict)
    base: Scopes | None = None
    # the keys of `issued` but those of programs
    _of_account: dict[int, list[Key]] = field(default_factory=dict)
    _of_friend: dict[int, list[Key]] = field(default_factory=dict)

    def aside(self) -> Scopes:
        """Return a copy that can be changed without changing this one."""
        return Scopes(self.kinds, {}, self)

    def widen(self, rewards: Iterable[Reward]) -> dict[str, set[Per]]:
        """Take up the caps of a version's rewards, and return what has not been kept so far."""
        found: dict[str, set[Per]] = {}
        for reward in rewards:
            asked: set[Per] = {cap.per for cap in reward.caps if cap.per != "recipient"}
            new = asked - self.kinds.get(reward.name, set())
            if new:
                self.kinds.setdefault(reward.name, set()).update(new)
                found[reward.name] = new
        return found

    def at(self, per: Per, keys: CapKeys) -> Issued:
        """Return what a cap of this kind counts beside a line."""
        key = keys.key(per)
        found = self.issued.get(key)
        if found is None:
            found = Issued() if self.base is None else self.base.at(per, keys).copied()
            self._keep(key, found)
        return found

    def _keep(self, key: Key, issued: Issued) -> None:
        """Keep what was issued under a key of its own, so that it is found by account and friend."""
        self.issued[key] = issued
        per, _, account, friend = key
        if per != "program" and self.base is None:
            self._of_account.setdefault(account, []).append(key)
            if per == "friend":
                self._of_friend.setdefault(friend, []).append(key)

    def with_line(self, keys: CapKeys) -> list[Issued]:
        """Return all in which a line counts."""
        return [self.at(per, keys) for per in self.kinds.get(keys.reward, ())]

    def is_shared(self, reward: str) -> bool:
        """Return whether lines of other accounts affect those of a reward."""
        return "program" in self.kinds.get(reward, ())

    def unite(self, accounts: Mapping[int, int], merged: int, into: int) -> None:
        """Make accounts count as others, and a friend as another."""
        moved = dict.fromkeys(key for account in accounts for key in self._of_account.pop(account, ()))
        moved |= dict.fromkeys(self._of_friend.pop(merged, ()))
        for before in moved:
            issued = self.issued.pop(before, None)
            if issued is None:
                continue
            per, reward, account, one = before
            whom = into if per == "friend" and one == merged else one
            key = per, reward, accounts.get(account, account), whom
            there = self.issued.get(key)
            if there is None:
                self._keep(key, issued)
            else:
                self.issued[key] = there.with_(issued)
