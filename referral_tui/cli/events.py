"""`events`: the event contract, for those who send events."""

from __future__ import annotations

import typer

from referral_tui.cli.output import print_json

app = typer.Typer(
    no_args_is_help=True,
    help="Print the event contract.",
    epilog="Start with: referral-tui events schema",
    rich_markup_mode="rich",
)


@app.callback()
def events() -> None:
    """Print the event contract."""


@app.command(epilog="Example: referral-tui events schema > event.schema.json")
def schema() -> None:
    """Print the JSON Schema of an event, for clients that check what they send.

    Intake also checks what a schema can't express: raw contacts, hidden characters, and programs.
    """
    from simulator.events.schema import json_schema

    print_json(json_schema(), indented=True)
