"""The controls of a form, from the fields that a command declares and what is filled in so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from baseplus.kernel.forms import Field, Kind
from infra.pages.forms.submission import Values, is_optional
from infra.pages.languages import gettext as _

Shape = Literal[
    "line", "area", "number", "day", "time", "select", "boxes", "flag", "hidden", "group", "rows", "variants"
]

_SHAPES: Mapping[Kind, Shape] = {
    Kind.TEXT: "line",
    Kind.NUMBER: "number",
    Kind.FLAG: "flag",
    Kind.DAY: "day",
    Kind.TIME: "time",
    Kind.CHOICE: "select",
}
_A_LINE = 200  # characters: whatever may be longer is given room


class Choice(NamedTuple):
    """Something to choose. value: what is sent; label: what people read."""

    value: str
    label: str


@dataclass(frozen=True)
class Extras:
    """What a form knows beyond the command's declaration. Places are pointers, with `*` for the number of a row.

    choices: of a field that its type leaves open. fixed: values that are not up to the reader; carried: fields whose
    values the form begins with, and are not up to the reader either. labels, helps: in other words than the
    declaration's. rows: how many to begin with; closed: no more can be added. hidden: fields that are not asked for.
    """

    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    helps: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    carried: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Control:
    """Something to fill in. name: the pointer to its value, and its name in HTML.

    parts: of a group; of rows, one each; of variants, one group per variant, whose value chooses it under the name
    `chooser`. optional: a group that may be left out as a whole, and is `there` or not. closed: no rows can be added.
    """

    name: str
    shape: Shape
    label: str
    help: str = ""
    required: bool = False
    value: str = ""
    values: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    longest: int | None = None
    optional: bool = False
    there: bool = False
    chooser: str = ""
    closed: bool = False
    parts: tuple[Control, ...] = ()

    @property
    def id(self) -> str:
        """Its id in HTML."""
        return control_id(self.name)

    @property
    def is_group(self) -> bool:
        """Whether it is made of controls."""
        return self.shape in ("group", "rows", "variants")


def control_id(name: str) -> str:
    """The id in HTML of the control called `name`."""
    return "f" + name.replace("/", "-")


def controls(fields: Iterable[Field], values: Values, extras: Extras, at: str = "") -> tuple[Control, ...]:
    """One control per field, filled with the values."""
    places = [(field, f"{at}/{field.name}") for field in fields]
    return tuple(
        _control(field, values.get(field.name), extras, place)
        for field, place in places
        if _anywhere(place) not in extras.hidden
    )


def place_of(wanted: str, found: Iterable[Control]) -> str:
    """The name of the control that holds what `wanted` points to, or most closely surrounds it; empty for none."""
    best = ""
    for one in found:
        if wanted == one.name or wanted.startswith(f"{one.name}/"):
            best = max(best, one.name, place_of(wanted, one.parts), key=len)
        elif one.is_group:
            best = max(best, place_of(wanted, one.parts), key=len)
    return best


def one_more(found: Iterable[Control], place: str, extras: Extras) -> Extras:
    """The same with one more row at a place; unchanged where there are no rows that can be added to."""
    shown = [len(one.parts) for one in every(found) if one.name == place and one.shape == "rows" and not one.closed]
    return replace(extras, rows={**extras.rows, _anywhere(place): max(shown) + 1}) if shown else extras


def every(found: Iterable[Control]) -> Iterator[Control]:
    """Them, and those that they are made of."""
    for one in found:
        yield one
        yield from every(one.parts)


def _control(field: Field, value: Any, extras: Extras, at: str) -> Control:
    anywhere = _anywhere(at)
    label = extras.labels.get(at) or extras.labels.get(anywhere) or label_of(field.name)
    known = Control(at, _SHAPES.get(field.kind, "group"), label, _help(field, extras, anywhere), field.required)
    if anywhere in extras.fixed:
        return replace(known, shape="hidden", value=extras.fixed[anywhere])
    if field.many and field.kind is not Kind.CHOICE:
        parts = _rows(known, field, value or [], extras)
        return replace(known, shape="rows", parts=parts, closed=anywhere in extras.closed)
    if field.kind is Kind.PARTS:
        return _group(known, field, value, extras)
    open_to_all = [Choice(one, label_of(one)) for one in field.choices]
    choices = tuple(extras.choices.get(anywhere, open_to_all))
    if field.many:
        return replace(known, shape="boxes", values=tuple(value or ()), choices=choices)
    known = replace(known, value=_written(value, field.default), longest=field.longest)
    if anywhere in extras.carried:
        return replace(known, shape="hidden")
    if choices or anywhere in extras.choices:
        return replace(known, shape="select", choices=choices)
    return replace(known, shape="area") if (field.longest or 0) > _A_LINE else known


def _group(known: Control, field: Field, value: Any, extras: Extras) -> Control:
    filled: Values = value or {}
    known = replace(known, optional=is_optional(field), there=value is not None)
    if field.tag is None:
        return replace(known, shape="group", parts=controls(field.parts, filled, extras, known.name))
    variants = tuple(
        Control(known.name, "group", label_of(tag), value=tag, parts=controls(parts, filled, extras, known.name))
        for tag, parts in field.variants.items()
    )
    chosen = str(filled.get(field.tag) or next(iter(field.variants)))
    return replace(known, shape="variants", value=chosen, parts=variants, chooser=f"{known.name}/{field.tag}")


def _rows(known: Control, field: Field, values: Sequence[Any], extras: Extras) -> tuple[Control, ...]:
    anywhere = f"{_anywhere(known.name)}/*"
    one, choices = extras.labels.get(anywhere, known.label), tuple(extras.choices.get(anywhere, ()))
    rows = []
    for number in range(max(extras.rows.get(_anywhere(known.name), 1 if field.required else 0), len(values))):
        value = values[number] if number < len(values) else None
        place = f"{known.name}/{number}"
        label = extras.labels.get(place) or f"{one} {number + 1}"
        if field.kind is Kind.PARTS:
            rows.append(Control(place, "group", label, parts=controls(field.parts, value or {}, extras, place)))
        else:
            shape: Shape = "select" if choices else "line"
            rows.append(Control(place, shape, label, value=value or "", choices=choices, longest=field.longest))
    return tuple(rows)


def label_of(name: str) -> str:
    """What people call a field or a choice: its name in words, in their language."""
    return _(words_of(name))


def words_of(name: str) -> str:
    """A name in words: `missing_terms` is "Missing terms"."""
    return name.replace("_", " ").capitalize()


def _help(field: Field, extras: Extras, anywhere: str) -> str:
    given = extras.helps.get(anywhere)
    said = given if given is not None else _(field.description) if field.description else ""
    return said[:1].upper() + said[1:]  # declarations describe a field in half a sentence


def _written(value: Any, default: object) -> str:
    if value is None:
        value = default
    if value is True:
        return "yes"
    return "" if value in (None, False) else str(value)


def _anywhere(place: str) -> str:
    """A pointer, whichever the row."""
    return "/".join("*" if step.isdigit() else step for step in place.split("/"))
