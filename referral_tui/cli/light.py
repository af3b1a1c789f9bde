"""Accept option values that need no validation as they are, so that Pydantic need not be loaded for them.

Typer checks each value with Pydantic, even defaults, and loading it takes 0.1 s of CPU: a third of the time that an
empty Textual app needs to paint.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from typer._coercion import RuntimeParam, build_runtime_param
from typer.core import TyperCommand

from db.postgres.address import PostgresAddress, is_address
from simulator.domain.errors import InputError


class Direct(RuntimeParam):
    """A parameter that accepts a value of its own type, and a text for a path; Typer checks anything else."""

    def _coerce_value(self, value: Any, param: Any, ctx: Any) -> Any:
        kinds = [kind for kind in (self.annotation, *get_args(self.annotation)) if isinstance(kind, type)]
        if type(value) in kinds:
            return value
        if PostgresAddress in kinds and isinstance(value, Path):  # the default
            return value
        if not {Path, PostgresAddress}.isdisjoint(kinds) and isinstance(value, str):
            return _stored_at(value, kinds, param, ctx)
        if str in kinds and isinstance(value, str):
            return value
        return build_runtime_param(param.type_descriptor).coerce(value, param=param, ctx=ctx)


def _stored_at(text: str, kinds: list[type], param: Any, ctx: Any) -> Path | PostgresAddress:
    """Return the path that a text names, or, where one may be given, the address in Postgres.

    Raises:
        InputError: the text is empty, which as a path would be the current folder; or an address can't be given.

    """
    option = next((name for name in param.opts if name.startswith("-")), param.metavar or param.name)
    if not text:
        raise InputError(f"{option}: is empty; name a file or a folder")
    if not is_address(text):
        return Path(text)
    if PostgresAddress in kinds:
        return PostgresAddress.parse(text)
    from referral_tui.cli.stored import takers_of_addresses

    takers = ", ".join(takers_of_addresses(ctx.find_root().command.loaded()))
    raise InputError(
        f"{option}: `{ctx.command_path}` takes a file; a database in Postgres can be given to {takers}"
    )


class LightCommand(TyperCommand):
    """A command that takes plain values directly."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, including the one for help."""
        return lightened(super().get_params(ctx))


def lightened(params: list[Any]) -> list[Any]:
    """Make parameters take plain values directly."""
    for param in params:
        described = param.type_descriptor
        param._runtime_param = Direct(described.parameter_info, described.annotation)
    return params
