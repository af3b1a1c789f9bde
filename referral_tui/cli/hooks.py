"""`hooks`: subscribe to webhooks, see how far each subscriber has got, and listen to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, Database, Json
from referral_tui.cli.output import print_json, say

if TYPE_CHECKING:
    from db.hooks import Subscriber

app = typer.Typer(
    no_args_is_help=True,
    help="Add, list and remove subscribers to the webhooks that `serve` sends, and listen to them.\n\n"
    "Example: referral-tui hooks listen --db shop.db",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The subscriber's name.")]
Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="A type of message to send, or a pattern such as 'reward.*'; may be repeated. Default: all.",
    ),
]
After = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="ENTRY",
        help="Begin after this entry of the audit trail; 0 begins with the first. Default: now.",
    ),
]


@app.command()
def add(
    name: Name,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address that messages are posted to.")],
    db: Database = DEFAULT_DATABASE,
    types: Types = None,
    after: After = None,
    secret: Annotated[
        str | None, typer.Option(metavar="whsec_…", help="The secret to sign with. Default: a new one.")
    ] = None,
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="Allow an address on another machine.")
    ] = False,
) -> None:
    """Subscribe an address to webhooks, and print the secret that it verifies them with.

    A running server begins at once; what accumulates while none is running is sent when it is back.

    Example: referral-tui hooks add shop http://127.0.0.1:9000/hooks --type 'reward.*' --db shop.db
    """
    from db.hooks import HookStore
    from db.sqlite.readonly import reading
    from simulator.door.subscribing import beginning, check_subscription, subscribe

    new = check_subscription(name, url, types or (), anywhere=anywhere)
    with reading(db) as database:
        begins = beginning(database, after)
    with HookStore(db) as store:
        made = subscribe(store, new, begins, secret)
    say(f"{db}: {name} will be sent everything after entry {begins[0]}; its secret:", err=True)
    say(made)


@app.command("list")
def list_hooks(db: Database = DEFAULT_DATABASE, as_json: Json = False) -> None:
    """List the subscribers: what each is sent, how far it has got, and what is wrong with it.

    Example: referral-tui hooks list --db shop.db
    """
    from db.hooks import HookStore
    from db.read.served import newest
    from db.sqlite.readonly import reading
    from simulator.domain.wall_clock import wall_ms
    from simulator.door.subscribing import as_json as subscriber_fields

    with reading(db) as database:
        last = newest(database)["entry"]
    with HookStore(db, create=False) as store:
        found = store.subscribers()
    now = wall_ms()
    if as_json:
        print_json({"hooks": [subscriber_fields(one, last, now) for one in found]})
        return
    for one in found:
        say(_line(one, last, now))
    if not found:
        say(f"{db}: no subscribers")


@app.command()
def remove(name: Name, db: Database = DEFAULT_DATABASE) -> None:
    """Remove a subscriber, along with whatever was still to be sent to it.

    Example: referral-tui hooks remove shop --db shop.db
    """
    from db.hooks import HookStore
    from simulator.door.subscribing import find

    with HookStore(db, create=False) as store:
        store.remove(find(store, name).name)
    say(f"{db}: removed {name}")


@app.command()
def rotate(
    name: Name,
    db: Database = DEFAULT_DATABASE,
    keep: Annotated[
        str,
        typer.Option(
            metavar="SPAN",
            help="How long messages are signed with the old secret as well; use 0h if the secret has leaked.",
        ),
    ] = "24h",
    secret: Annotated[
        str | None, typer.Option(metavar="whsec_…", help="The secret to sign with. Default: a new one.")
    ] = None,
) -> None:
    """Change a subscriber's secret, and print the new one.

    For a while each message carries two signatures, so that a system that knows either secret can verify it.

    Example: referral-tui hooks rotate shop --db shop.db
    """
    from db.hooks import HookStore
    from simulator.domain.moments import moment
    from simulator.domain.wall_clock import wall_ms
    from simulator.door.subscribing import find, read_keep
    from simulator.door.subscribing import rotate as give_new

    keep_ms = read_keep(keep)
    with HookStore(db, create=False) as store:
        made, until = give_new(store, find(store, name), keep_ms, wall_ms(), secret)
    until_text = f"also signed with the old secret until {moment(until)}"
    signed = until_text if keep_ms else "no longer signed with the old secret"
    say(f"{db}: {name}: messages are {signed}; the new one:", err=True)
    say(made)


@app.command()
def replay(
    name: Name,
    db: Database = DEFAULT_DATABASE,
    after: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="ENTRY", help="Send what comes after this entry again; 0 sends everything."
        ),
    ] = None,
    until: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="ENTRY", help="The last entry to send again. Default: the last one sent."
        ),
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Send again the messages that were given up.")] = False,
) -> None:
    """Send messages again: a span of entries, or those given up; with neither option, retry the waiting one at once.

    They are sent with their original ids. A subscription that had ended resumes.

    Example: referral-tui hooks replay shop --after 120 --until 180 --db shop.db
    """
    from db.hooks import HookStore
    from simulator.door.subscribing import find, repeat

    with HookStore(db, create=False) as store:
        count = repeat(store, find(store, name), after, until, dead=dead)
    entries = "1 entry" if count == 1 else f"{count} entries"
    message = f"{entries} will be sent again" if count else "the waiting message is retried at once"
    say(f"{db}: {name}: {message}")


@app.command("dead-letters")
def dead_letters(name: Name, db: Database = DEFAULT_DATABASE, as_json: Json = False) -> None:
    """List the messages that were given up because every retry failed.

    Example: referral-tui hooks dead-letters shop --db shop.db
    """
    from db.hooks import HookStore
    from referral_tui.figures import counted
    from simulator.domain.moments import moment
    from simulator.door.subscribing import MOST_LETTERS, find, letter_json

    with HookStore(db, create=False) as store:
        found = store.dead_letters(find(store, name).id, MOST_LETTERS)
    if as_json:
        print_json({"dead_letters": [letter_json(one) for one in found]})
        return
    for one in found:
        say(
            f"{one.webhook_id}  {one.type}  {counted(one.tries, 'attempt')}, the last on {moment(one.at)}: {one.error}"
        )
    if not found:
        say(f"{db}: {name}: nothing was given up")


@app.command()
def listen(
    db: Database = DEFAULT_DATABASE,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Subscribe at this server over HTTP, whatever database it uses. Default: subscribe in the "
            "database of --db.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            envvar="REFERRAL_TUI_KEY",
            help="With --server: a key with the right to operate, if the server requires keys.",
        ),
    ] = None,
    types: Types = None,
    after: After = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 takes any that is free.")
    ] = 8788,
    status: Annotated[
        int,
        typer.Option(
            "--answer",
            min=200,
            max=599,
            metavar="STATUS",
            help="The status to answer with, to see how messages are retried.",
        ),
    ] = 204,
    as_json: Annotated[bool, typer.Option("--json", help="Print each message as a line of JSON.")] = False,
) -> None:
    """Subscribe for as long as the command runs, verify the signature of each message, and print it.

    Example: referral-tui hooks listen --db shop.db --type 'reward.*'
    """
    from referral_tui.cli.hooks_listen import listen_to
    from referral_tui.cli.subscriptions import BesideDatabase, OverHttp
    from simulator.door.subscribing import check_subscription

    new = check_subscription("listen", "http://127.0.0.1/", types or (), anywhere=False)
    subscription = BesideDatabase(db, new, after) if server is None else OverHttp(server, key, new, after)
    listen_to(subscription, port, status, as_json=as_json)


def _line(one: Subscriber, last: int, now: int) -> str:
    from referral_tui.figures import counted
    from simulator.domain.moments import moment

    wanted = ", ".join(one.types) or "all"
    behind = last - one.reached
    far = "all sent" if behind <= 0 and not one.tries else f"{max(0, behind)} behind"
    tried = f"{counted(one.tries, 'attempt')} failed: {one.error}; next on {moment(one.next_at)}"
    state = f"ended: {one.ended}" if one.ended else tried if one.tries else "in order"
    dead = f", {one.dead} given up" if one.dead else ""
    keys = len(one.secrets(now))
    both = f", signed with {keys} secrets" if keys > 1 else ""
    return f"{one.name:<16}  {one.url}  {wanted}; sent {one.sent}{dead}, {far}; {state}{both}"
