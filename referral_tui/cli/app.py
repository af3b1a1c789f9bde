"""The command `referral-tui`: which commands there are, each loaded when it is asked for.

`referral-tui --help` loads none of them; what a command needs (Polars, Textual) it imports inside its function.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from referral_tui.cli.errors import InterruptedCommand, guarded
from referral_tui.cli.light import LightCommand, lightened
from referral_tui.cli.output import say, say_traceback


@dataclass(frozen=True)
class CommandEntry:
    """Where a command lives: its module under `referral_tui.cli`, the name in it, and what it does in a line."""

    module: str
    name: str
    help: str


COMMANDS: Final = {
    "demo": CommandEntry(
        "demo", "demo", "Start a simulation at a pace for eyes and watch it; no option needed."
    ),
    "simulate": CommandEntry("simulate", "simulate", "Run a simulated world into a database."),
    "dashboard": CommandEntry(
        "dashboard", "dashboard", "Open the dashboard on a database, running or finished."
    ),
    "load": CommandEntry("load", "load", "Put the rules under load and say how quick they were."),
    "ingest": CommandEntry("ingest", "ingest", "Receive real events from files, judge and store them."),
    "export": CommandEntry(
        "export", "export", "Write events, decisions, rewards … as JSON Lines, CSV or Parquet."
    ),
    "explain": CommandEntry(
        "explain", "explain", "Say in words what happened to a friend, a conversion or a reward."
    ),
    "verify": CommandEntry("verify", "verify", "Derive everything again from the log and compare."),
    "review": CommandEntry("review", "app", "List, approve or decline what waits for a review."),
    "fraud": CommandEntry(
        "fraud", "fraud", "Score the rules against the truth about who cheats, in money too."
    ),
    "compare": CommandEntry(
        "compare", "compare", "Set two designs side by side: what each brings, and what it costs."
    ),
    "events": CommandEntry("events", "app", "Print the contract of events as a JSON Schema."),
    "program": CommandEntry("program", "app", "Make, check and read program designs."),
    "presets": CommandEntry("presets", "app", "List the presets, and check them against published figures."),
}


class LazyGroup(TyperGroup):
    """A group that shows a line for each command and loads the one that is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {
            name: TyperCommand(name=name, help=place.help, short_help=place.help)
            for name, place in COMMANDS.items()
        }

    def get_params(self, ctx: Any) -> list[Any]:
        """Give its parameters, which take plain values directly."""
        return lightened(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that the arguments name, and load it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name is not None else command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an interruption goes on to where it is said."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise InterruptedCommand from interrupt


def load(name: str) -> Any:
    """The command of that name, its module imported."""
    place = COMMANDS[name]
    found = getattr(import_module(f"referral_tui.cli.{place.module}"), place.name)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich")
    alone.command(name, cls=LightCommand)(found)
    return typer.main.get_command(alone)


app = typer.Typer(
    cls=LazyGroup,
    help="A dashboard and a local event simulator of an enterprise referral program.",
    epilog="Start with: referral-tui demo",
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say(f"referral-tui {version('referral-tui')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A dashboard and a local event simulator of an enterprise referral program."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; gives the exit status. Errors that a person can mend are a line on standard error."""
    command = typer.main.get_command(app)
    return guarded(
        lambda: command.main(
            args=list(arguments) or ["--help"], prog_name="referral-tui", standalone_mode=False
        )
    )


def main() -> None:
    """The entry point of `referral-tui`."""
    sys.excepthook = say_traceback
    sys.exit(run(sys.argv[1:]))
