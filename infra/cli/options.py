"""How a field of a command or query becomes an option."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from baseplus.kernel.forms import Field, Kind
from baseplus.kernel.refusals import Invalid

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
  {"id": "uni-a", "kind": "school", "name": "University A"}"""


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


def field_option(field: Field) -> click.Option:
    """The option for a field."""
    said = ". ".join(part[:1].upper() + part[1:] for part in (field.description, field.form) if part)
    if field.kind is Kind.FLAG:
        name = dashed(field.name)
        return click.Option([f"--{name}/--no-{name}", field.name], default=None, help=said or None)
    kind: Any = str
    if field.kind is Kind.CHOICE:
        kind = click.Choice(field.choices)
    elif field.kind is Kind.PARTS:
        kind = Parts()
    return click.Option(
        [f"--{dashed(field.name)}", field.name],
        multiple=field.many,
        required=field.required,
        type=kind,
        metavar=_METAVARS.get(field.kind),
        help=(f"{said}. " if said else "") + ("May be repeated." if field.many else "") or None,
    )


def example(field: Field) -> str:
    """What a value of the field may look like."""
    match field.kind:
        case Kind.CHOICE:
            return field.choices[0]
        case Kind.PARTS:
            return "PARTS"
        case _:
            return _EXAMPLES.get(field.kind, "TEXT")


def dashed(name: str) -> str:
    """A name as the command line has it."""
    return name.replace("_", "-")


def wrong_option(refusal: Invalid) -> click.UsageError:
    """The same refusal, in the words of the command line."""
    where, reason = str(refusal.facts.get("where", "")), refusal.facts.get("reason")
    name, _, rest = where.lstrip("/").partition("/")
    inside = f" ({rest.replace('/', ' ')})" if rest else ""
    return click.UsageError(f"--{dashed(name)}{inside}: {reason}", click.get_current_context())
