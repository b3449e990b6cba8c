"""A group of commands per capability, made from its routes: an argument for the thing, an option per field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.forms import Kind, read_struct
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.routes import CommandRoute, QueryRoute, Route
from infra.cli.options import PARTS, dashed, example, field_option, wrong_option
from infra.cli.output import Printer, output_options
from infra.cli.question import question
from infra.cli.writing import fresh_key, key_option, open_store, print_receipt, repeatable, tenant_option
from infra.wiring import ROUTES
from tenants.keys.model import keys

_TAKEN = frozenset({"project"})
"""Commands of the program itself: `baseplus project` folds events into read models."""
# keys have commands of their own: somebody has to make the secret
_ROUTES = tuple(route for route in ROUTES if route.capability != keys.name)


def names() -> list[str]:
    """What the groups are called."""
    return list(dict.fromkeys(_group(route.capability) for route in _ROUTES))


def named(group: str) -> click.Group | None:
    """The group of this name; None where there is none."""
    return capabilities(route for route in _ROUTES if _group(route.capability) == group).get(group)


def capabilities(routes: Iterable[Route]) -> dict[str, click.Group]:
    """One group per capability, in the singular, `agreement`, unless the program has a command of that name."""
    groups: dict[str, click.Group] = {}
    for route in routes:
        one = _group(route.capability)
        if one not in groups:
            groups[one] = click.Group(
                one,
                help=f"{route.capability.replace('_', ' ').capitalize()} of a tenant. Each verb is put to the rules.",
                epilog=f"\b\nSee what a verb takes:\n  baseplus {one} {dashed(route.name)} --help",
            )
        match route:
            case CommandRoute():
                groups[one].add_command(_command(route, one))
            case QueryRoute():
                groups[one].add_command(question(route, one))
    return groups


def _command(route: CommandRoute, one: str) -> click.Command:
    fields = {field.name: field for field in route.fields}
    thing = route.ids[0] if route.ids else _singular(route.path.strip("/"))

    def run(**given: Any) -> None:
        out, tenant, name = Printer(given.pop("form")), given.pop("tenant"), given.pop("_thing")
        key, expected = given.pop("key") or fresh_key(), given.pop("_expected")
        order = _read(route, given)
        with open_store() as store, repeatable(key):
            metadata = Metadata(key=key)
            receipt = store.execute(
                tenant, route.decider, name, order, metadata=metadata, expected=expected, resolve=route.resolve
            )
            print_receipt(out, receipt, key)

    usage = f"baseplus {one} {dashed(route.name)} {thing}-1 --tenant uni-a"
    needed = " ".join(f"--{dashed(name)} {example(field)}" for name, field in fields.items() if field.required)
    has_parts = any(field.kind is Kind.PARTS for field in fields.values())
    made = click.Command(
        dashed(route.name),
        callback=run,
        short_help=f"{route.summary}.",
        help=f"{route.summary}.\n\n{route.description}",
        epilog=f"\b\nExample:\n  {usage} {needed}".rstrip() + (f"\n\n{PARTS}" if has_parts else ""),
        params=[click.Argument(["_thing"], metavar=thing.upper()), *map(field_option, fields.values())],
    )
    version = click.option(
        "--expected", "_expected", type=click.IntRange(min=0), help="Refuse if the version is another by now."
    )
    for option in (*output_options("json"), version, key_option, tenant_option):
        made = option(made)
    return made


def _read(route: CommandRoute, given: Mapping[str, Any]) -> Any:
    values = {n: list(v) if isinstance(v, tuple) else v for n, v in given.items() if v not in (None, ())}
    try:
        return read_struct(route.command, values, lax=True)
    except Invalid as refusal:
        raise wrong_option(refusal) from None


def _group(capability: str) -> str:
    one = _singular(capability)
    return dashed(capability) if one in _TAKEN else one


def _singular(name: str) -> str:
    return dashed(name.removesuffix("s"))
