"""Fields of commands, queries and events as a table, one line each and one for each of their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from baseplus.kernel.forms import Field, Kind


def field_lines(fields: Sequence[Field], personal: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """The table. personal: the fields that are, each with the field that says whose they are."""
    yield "| field | what it is | form |"
    yield "|---|---|---|"
    for field in fields:
        yield from _field(field, "", personal.get(field.name))


def _field(field: Field, within: str, whose: str | None = None) -> Iterator[str]:
    """A line for the field, and one for each of its parts: `parties[].id`."""
    name = f"{within}{field.name}{'[]' if field.many else ''}"
    said = field.description or field.name.replace("_", " ")
    mark = "" if whose is None else f"; **personal**, of the person in `{whose}`"
    yield f"| `{name}` | {said}{_left_out(field)}{mark} | {_form(field)} |"
    for part in field.parts:
        yield from _field(part, f"{name}.")
    for tag, parts in field.variants.items():
        yield f"| `{name}.{field.tag}` | `{tag}`, with | |"
        for part in parts:
            yield from _field(part, f"{name}.")


def _left_out(field: Field) -> str:
    if field.required or "left out" in field.description:
        return ""
    if field.default in (None, (), ""):
        return "; may be left out"
    return f"; left out: `{msgspec.json.encode(field.default).decode()}`"


def _form(field: Field) -> str:
    if field.kind is Kind.PARTS:
        form = "an object"
    elif field.choices:
        form = " or ".join(f"`{choice}`" for choice in field.choices)
    else:
        form = field.form or field.kind.value
    return f"a list, each {form}" if field.many else form
