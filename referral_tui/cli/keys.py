"""`keys`: create and list the keys that clients call a server with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from referral_tui.cli.options import Json
from referral_tui.cli.output import print_json, say

app = typer.Typer(
    no_args_is_help=True,
    help="Create, list and remove the keys that clients of `serve` authenticate with.\n\n"
    "Example: referral-tui keys add shop --source client/shop --may send",
)

File = Annotated[Path, typer.Option("--keys", metavar="FILE", help="The file of keys.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The client's name.")]
DEFAULT_KEYS = Path("keys.toml")


@app.command()
def add(
    name: Name,
    may: Annotated[
        list[str], typer.Option(metavar="send|read|operate", help="What the client may do; may be repeated.")
    ],
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE",
            help="A source that the client may send for, or SENT=SOURCE if it calls that source SENT; may be repeated.",
        ),
    ] = None,
    keys: File = DEFAULT_KEYS,
) -> None:
    """Create a key for a client and print it; it is shown only once, since only its hash is stored.

    A running server knows only the keys that existed when it was started.

    Example: referral-tui keys add shop --source https://shop.example/orders=client/shop --may send
    """
    from simulator.door.keys import load_keys, new_key, save_keys

    known = load_keys(keys) if keys.exists() else []
    key, secret = new_key(known, name, may, source or [])
    save_keys(keys, [*known, key])
    say(f"{keys}: {key.name} may {' and '.join(key.may)}; its key, shown only once:", err=True)
    say(secret)


@app.command("list")
def list_keys(keys: File = DEFAULT_KEYS, as_json: Json = False) -> None:
    """List the clients: what each may do, and the sources it is bound to.

    Example: referral-tui keys list
    """
    from simulator.door.keys import load_keys

    known = load_keys(keys)
    if as_json:
        print_json({"keys": [{"name": one.name, "may": one.may, "sources": one.sources} for one in known]})
        return
    for one in known:
        bound = [ours if sent == ours else f"{sent} = {ours}" for sent, ours in one.sources.items()]
        sends = f"; sends {', '.join(bound)}" if bound else ""
        say(f"{one.name:<16}  may {' and '.join(one.may)}{sends}")
    if not known:
        say(f"{keys}: no keys")


@app.command()
def remove(name: Name, keys: File = DEFAULT_KEYS) -> None:
    """Remove a client's key; a running server accepts it until it is restarted.

    Example: referral-tui keys remove shop
    """
    from simulator.domain.errors import InputError
    from simulator.door.keys import load_keys, save_keys

    known = load_keys(keys)
    rest = [one for one in known if one.name != name]
    if len(rest) == len(known):
        names = ", ".join(one.name for one in known)
        raise InputError(f"{keys}: no key is called {name}; the keys are: {names or 'none'}")
    save_keys(keys, rest)
    say(f"{keys}: removed {name}")
