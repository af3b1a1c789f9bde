"""Fraud and what it costs, in a box: on the client's side of the wall only, from the command that scores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from referral_tui import figures
from referral_tui.dashboard import helper
from referral_tui.dashboard.screens.explain import CLOSES, clickable
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.reading import Block, Reading

if TYPE_CHECKING:
    from referral_tui.dashboard.query import Side

_TOPIC: Final = Topic(
    "Fraud and its cost",
    "How well the rules tell cheats from honest people, by the truth that only the simulated client knows.",
)
CROSS: Final = (
    "Only the client's own system says who cheats, and the platform never learns it. This is the platform's side of "
    "the wall: escape closes this, p crosses to the client's side, and x opens it there."
)
_WAIT: Final = "Asking the client's system how well the rules did: a few seconds …"


class FraudBox(ModalScreen[None]):
    """A box over the screen; on the platform's side it says how to cross, and requests nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,x", "dismiss(None)", "Close", id="fraud.close", tooltip="Back to the screen"),
    ]

    def __init__(self, path: Path, side: Side) -> None:
        """Score the program of the database at `path`, seen from a side of the wall."""
        super().__init__()
        self._path, self._side = path, side

    def compose(self) -> ComposeResult:
        """Put a text into a box."""
        with Vertical(id="account-box", classes="fitting") as box:
            box.border_title = "Fraud and its cost, by the client's truth"
            box.border_subtitle = clickable(CLOSES)
            yield Reading("", _TOPIC, "", id="fraud")

    def on_mount(self) -> None:
        """Request the score, if it may be seen on this side."""
        reading = self.query_one(Reading)
        self.set_focus(reading)
        if self._side == "platform":
            reading.show([Block(CROSS, "warn", sign="!", sign_ink="warn")])
            return
        reading.show([Block(_WAIT, "quiet", sign="◌")])
        self.run_worker(self._ask(), exclusive=True)

    async def _ask(self) -> None:
        reply = await helper.ask(["fraud", "--db", str(self._path), "--json"])
        if reply.status or not isinstance(reply.data, dict):
            blocks = [Block(f"It can't be scored: {reply.said}", "bad", sign="!", sign_ink="bad")]
        else:
            blocks = list(fraud_words(reply.data))
        self.query_one(Reading).show(blocks, top=True)


def fraud_words(score: dict[str, Any]) -> Iterator[Block]:
    """Describe what `fraud --json` says: what fraud costs, each rule against the truth, each kind of cheat. Pure."""

    def money(minor: int) -> str:
        return figures.money(minor, score["currency"], score["digits"])

    judged, cheats = score["conversions"], score["cheats"]
    part = f" ({figures.share(cheats / judged)})" if judged else ""
    yield Block("What it costs", head=True)
    yield Block(f"{figures.count(cheats)} of {figures.count(judged)}{part}", "plain", "cheats' conversions")
    yield Block(money(score["paid_to_cheats_minor"]), "bad", "paid to cheats")
    yield Block(money(score["refused_to_honest_minor"]), "warn", "refused to honest")
    yield Block("What the rules found", head=True)
    for code, rule in (*score["rules"].items(), ("any rule", score["flagged"])):
        if not rule["flagged"]:
            yield Block("flagged nothing", "quiet", code)
            continue
        text = f"flagged {figures.count(rule['flagged'])}, {figures.share(rule['precision'])} of them cheats"
        text += f"; {figures.share(rule['recall'])} of all cheats"
        text += f"; refused {money(rule['refused_cheats_minor'])} to cheats"
        yield Block(f"{text}, {money(rule['refused_honest_minor'])} to honest people", "plain", code)
    yield Block("What cheats did", head=True)
    for name, kind in score["kinds"].items():
        text = f"{figures.count(kind['conversions'])} judged, {figures.share(kind['recall'])} flagged, "
        text += f"{figures.count(kind['refused'])} refused; {money(kind['paid_minor'])} paid and kept"
        yield Block(text, "plain", name)
    if not score["kinds"]:
        yield Block("nothing: no conversion of a cheat was judged", "quiet", wide=True)
    yield Block("What the words mean", head=True)
    for name, formula in score["formulas"].items():
        yield Block(f"{name.replace('_', ' ')}: {formula}", "quiet", wide=True)
