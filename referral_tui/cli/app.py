"""The command `referral-tui` and its subcommands, each loaded only when it is called.

`referral-tui --help` loads none of them; a command imports what it needs (Polars, Textual) inside its function.
"""

from __future__ import annotations

import gc
import inspect
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from referral_tui.cli.errors import KEPT, InterruptedCommand, guarded
from referral_tui.cli.light import LightCommand, lightened
from referral_tui.cli.output import say, say_traceback

GARBAGE: Final = (20_000, 50, 100)
"""Thresholds of garbage collection: Python's own (700, 10, 10) make loading a command take a seventh longer."""


@dataclass(frozen=True)
class CommandEntry:
    """A command: its module under `referral_tui.cli`, its name there, and a line of help.

    `commits` says that it keeps what it has done when it is interrupted.
    """

    module: str
    name: str
    help: str
    commits: bool = False


COMMANDS: Final = {
    "demo": CommandEntry(
        "demo", "demo", "Start a simulation at a watchable pace and open the dashboard; no options needed."
    ),
    "drill": CommandEntry(
        "drill", "app", "Practise answering customers who ask where their reward is; report on a class."
    ),
    "simulate": CommandEntry("simulate", "simulate", "Run a simulated world into a database.", commits=True),
    "dashboard": CommandEntry(
        "dashboard", "dashboard", "Open the dashboard on a database, running or finished."
    ),
    "learn": CommandEntry(
        "learn", "app", "Take five-minute lessons inside the dashboard, and write your own."
    ),
    "present": CommandEntry(
        "present",
        "present",
        "Give a talk in the dashboard, in large type, with speaker's notes in a second terminal.",
    ),
    "load": CommandEntry("load", "load", "Load-test the rules and measure how fast they are."),
    "ingest": CommandEntry(
        "ingest", "ingest", "Receive real events from files, judge them and store them.", commits=True
    ),
    "map": CommandEntry("mapping", "app", "List, show and check mappings of other systems' records."),
    "serve": CommandEntry(
        "serve", "serve", "Receive events over HTTP, and answer each with its receipt.", commits=True
    ),
    "keys": CommandEntry(
        "keys", "app", "Create, list and remove the keys that clients of `serve` authenticate with."
    ),
    "hooks": CommandEntry(
        "hooks", "app", "Subscribe to the webhooks that `serve` sends, and listen to them."
    ),
    "export": CommandEntry(
        "export", "export", "Write events, decisions, rewards … as JSON Lines, CSV or Parquet."
    ),
    "explain": CommandEntry(
        "explain", "explain", "Explain in words what happened to a friend, a conversion or a reward."
    ),
    "verify": CommandEntry(
        "verify", "verify", "Derive everything from the log again, and compare it with what is stored."
    ),
    "erase": CommandEntry(
        "erase", "erase", "Erase people, and prove that nothing else has changed.", commits=True
    ),
    "migrate": CommandEntry("migrate", "migrate", "Upgrade a database to the current schema."),
    "review": CommandEntry("review", "app", "List, approve or decline decisions in review.", commits=True),
    "fraud": CommandEntry(
        "fraud", "fraud", "Score the rules against the truth about who cheats, also in money."
    ),
    "compare": CommandEntry(
        "compare", "compare", "Compare two designs side by side: what each brings, and what it costs."
    ),
    "whatif": CommandEntry(
        "whatif", "whatif", "Change a design's numbers and see at once what each change would bring."
    ),
    "study": CommandEntry(
        "study",
        "study",
        "Run designs over many simulated markets: what each brings, and how certain that is.",
    ),
    "optimise": CommandEntry(
        "optimise", "optimise", "Search for the best design within limits, and write it as a program file."
    ),
    "events": CommandEntry("events", "app", "Print the event contract as a JSON Schema."),
    "sheet": CommandEntry(
        "sheet", "sheet", "List the data that a program needs: how often, what uses it, and who owns it."
    ),
    "person": CommandEntry("person", "app", "Show everything that is stored about a person."),
    "program": CommandEntry("program", "app", "Create, check and describe program designs."),
    "presets": CommandEntry("presets", "app", "List the presets, and check them against published figures."),
}


class LazyGroup(TyperGroup):
    """List a line of help for each command, and load only the command that is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {
            name: TyperCommand(name=name, help=place.help, short_help=place.help)
            for name, place in COMMANDS.items()
        }

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, which accept plain values directly."""
        return lightened(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command that the arguments name, and load it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name is not None else command, rest

    def loaded(self) -> dict[str, Any]:
        """Load all commands, and return them by name in the order of the help."""
        return {name: load(name) for name in COMMANDS}

    def invoke(self, ctx: Any) -> Any:
        """Run the command, and re-raise Ctrl-C as an exception that Typer lets pass."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            called = COMMANDS.get(ctx.invoked_subcommand)
            raise InterruptedCommand(KEPT if called is not None and called.commits else "") from interrupt


@cache
def load(name: str) -> Any:
    """Import the module of a command, and return the command: made once, since Typer reads its signature for 2 ms."""
    place = COMMANDS[name]
    found = getattr(import_module(f"referral_tui.cli.{place.module}"), place.name)
    if isinstance(found, typer.Typer):
        for entry in found.registered_commands:
            entry.cls = LightCommand
        group = typer.main.get_group(found)
        for command in group.commands.values():
            command.help = unwrapped(command.help or "")
        return group
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich")
    alone.command(name, cls=LightCommand)(found)
    command = typer.main.get_command(alone)
    command.help = unwrapped(command.help or "")
    return command


def unwrapped(text: str) -> str:
    """Return a docstring with each paragraph on one line; indented lines keep their own.

    Typer keeps the line breaks of all paragraphs but the first, which leaves ragged lines on narrow terminals.
    """
    return re.sub(r"(?<=\S)\n(?=\S)", " ", inspect.cleandoc(text))


app = typer.Typer(
    cls=LazyGroup,
    help="Simulate an enterprise referral program locally, and watch it on a dashboard.",
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
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Simulate an enterprise referral program locally, and watch it on a dashboard."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status; print errors that a person can fix as a line on standard error."""
    command = typer.main.get_command(app)
    return guarded(
        lambda: command.main(
            args=list(arguments) or ["--help"], prog_name="referral-tui", standalone_mode=False
        )
    )


def main() -> None:
    """Run `referral-tui` with the arguments of this process."""
    sys.excepthook = say_traceback
    gc.set_threshold(*GARBAGE)
    sys.exit(run(sys.argv[1:]))
