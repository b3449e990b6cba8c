"""A group of commands per capability, made from its routes: an argument for the thing, an option per field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.routes import Field, Kind, Route, read_command
from infra.cli.output import Printer, output_options
from infra.cli.writing import fresh_key, key_option, open_store, print_receipt, repeatable, tenant_option

_METAVARS = {
    Kind.TEXT: "TEXT",
    Kind.NUMBER: "NUMBER",
    Kind.DAY: "YYYY-MM-DD",
    Kind.TIME: "TIME",
    Kind.PARTS: "PARTS",
}
_EXAMPLES = {
    Kind.TEXT: "TEXT",
    Kind.NUMBER: "1",
    Kind.DAY: "2026-09-01",
    Kind.TIME: "2026-09-01T09:30:00+08:00",
}
PARTS = """\b
PARTS is JSON, or name=value pairs where no part has parts of its own:
  id=uni-a,kind=school,name="University A"
  {"id": "uni-a", "kind": "school"}"""


class Parts(click.ParamType[dict[str, Any]]):
    """A value with parts: a JSON object, or `name=value,name=value`."""

    name = "parts"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        if isinstance(value, Mapping):
            return dict(value)
        text = str(value).strip()
        try:
            found = json.loads(text) if text.startswith("{") else dict(_pairs(text))
        except ValueError as error:
            self.fail(f"{text[:60]!r} is neither JSON nor name=value pairs: {error}", param, ctx)
        assert isinstance(found, dict)
        return found


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    pieces: list[str] = []
    for piece in text.split(","):
        if "=" not in piece and pieces:
            pieces[-1] += f",{piece}"  # a comma within a value
        else:
            pieces.append(piece)
    for piece in pieces:
        name, equals, value = piece.partition("=")
        if not equals:
            raise ValueError(f"{piece!r} has no =")
        yield name.strip(), value.strip().strip('"')


def capabilities(routes: Iterable[Route]) -> dict[str, click.Group]:
    """One group per capability, named in the singular: `agreement`."""
    groups: dict[str, click.Group] = {}
    for route in routes:
        one = _singular(route.capability)
        if one not in groups:
            groups[one] = click.Group(
                one,
                help=f"{route.capability.replace('_', ' ').capitalize()} of a tenant. Each verb is put to the rules.",
                epilog=f"\b\nSee what a verb takes:\n  baseplus {one} {_dashed(route.name)} --help",
            )
        groups[one].add_command(_command(route, one))
    return groups


def _command(route: Route, one: str) -> click.Command:
    fields = {field.name: field for field in route.fields}
    thing = route.ids[0] if route.ids else one

    def run(**given: Any) -> None:
        out, tenant, name = Printer(str(given.pop("form"))), given.pop("tenant"), given.pop("_thing")
        key, expected = given.pop("key") or fresh_key(), given.pop("_expected")
        order = _read(route, given)
        with open_store() as store, repeatable(key):
            metadata = Metadata(key=key)
            receipt = store.execute(tenant, route.decider, name, order, metadata=metadata, expected=expected)
            print_receipt(out, receipt, key)

    usage = f"baseplus {one} {_dashed(route.name)} {thing}-1 --tenant uni-a"
    needed = " ".join(f"--{_dashed(name)} {_example(field)}" for name, field in fields.items() if field.required)
    has_parts = any(field.kind is Kind.PARTS for field in fields.values())
    made = click.Command(
        _dashed(route.name),
        callback=run,
        short_help=f"{route.summary}.",
        help=f"{route.summary}.\n\n{route.description}",
        epilog=f"\b\nExample:\n  {usage} {needed}".rstrip() + (f"\n\n{PARTS}" if has_parts else ""),
        params=[click.Argument(["_thing"], metavar=thing.upper()), *map(_option, fields.values())],
    )
    version = click.option(
        "--expected", "_expected", type=click.IntRange(min=0), help="Refuse if the version is another by now."
    )
    for option in (*output_options("json"), version, key_option, tenant_option):
        made = option(made)
    return made


def _read(route: Route, given: Mapping[str, Any]) -> Any:
    values = {n: list(v) if isinstance(v, tuple) else v for n, v in given.items() if v not in (None, ())}
    try:
        return read_command(route.command, values, lax=True)
    except Invalid as refusal:
        where, reason = str(refusal.facts.get("where", "")), refusal.facts.get("reason")
        name, _, rest = where.lstrip("/").partition("/")
        inside = f" ({rest.replace('/', ' ')})" if rest else ""
        raise click.UsageError(f"--{_dashed(name)}{inside}: {reason}", click.get_current_context()) from None


def _option(field: Field) -> click.Option:
    said = ". ".join(part[:1].upper() + part[1:] for part in (field.description, field.form) if part)
    if field.kind is Kind.FLAG:
        return click.Option([f"--{_dashed(field.name)}", field.name], is_flag=True, help=said or None)
    kind: Any = str
    if field.kind is Kind.CHOICE:
        kind = click.Choice(field.choices)
    elif field.kind is Kind.PARTS:
        kind = Parts()
    return click.Option(
        [f"--{_dashed(field.name)}", field.name],
        multiple=field.many,
        required=field.required,
        type=kind,
        metavar=_METAVARS.get(field.kind),
        help=(f"{said}. " if said else "") + ("May be repeated." if field.many else "") or None,
    )


def _example(field: Field) -> str:
    match field.kind:
        case Kind.CHOICE:
            return field.choices[0]
        case Kind.PARTS:
            return "PARTS"
        case _:
            return _EXAMPLES.get(field.kind, "TEXT")


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _singular(name: str) -> str:
    return _dashed(name.removesuffix("s"))
