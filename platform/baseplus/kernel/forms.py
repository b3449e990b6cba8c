"""What people and programs fill in: the fields of a command or query, and how what came in becomes one.

Fields are read off the struct's annotations, so that the command line, HTTP, forms and reference pages show the same.
`read_struct` is the border: what came in becomes a command or query, or a refusal that says where and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from baseplus.kernel.refusals import Invalid
from baseplus.kernel.typed import learned

T = TypeVar("T", bound=msgspec.Struct)


class Kind(StrEnum):
    """How one value of a field is written down."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    TIME = "time"
    CHOICE = "choice"
    PARTS = "parts"  # a value with parts of its own: a JSON object


@dataclass(frozen=True)
class Field:
    """A field of a command, as a form or a command line shows it.

    many: a list of such values. default: what it is where left out, `None` for nothing. choices: of Kind.CHOICE.
    description: what it means. form: the sentence that says what a value looks like. longest: characters of Kind.TEXT,
    at most. parts: the fields of a value of Kind.PARTS; where it may be one of several kinds, `variants` has the fields
    of each, by what the member `tag` says.
    """

    name: str
    kind: Kind
    many: bool
    required: bool
    default: object
    choices: tuple[str, ...]
    description: str
    form: str
    longest: int | None = None
    parts: tuple[Field, ...] = ()
    variants: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    tag: str | None = None


@cache  # asked with each question that comes, and annotations are slow to read
def fields_of(struct: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of a command or query. Raises TypeError for a type that no border can write down."""
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    return tuple(map(_field, described.fields))


def read_struct(struct: type[T], values: Mapping[str, object], *, lax: bool = False) -> T:
    """The command or query that these values make, as JSON has them; `lax` also reads numbers and flags from text.

    Raises Invalid: `where` is a JSON pointer to the value, `reason` what it should be.
    """
    try:
        made = msgspec.convert(values, learned(struct), strict=not lax)
    except msgspec.ValidationError as error:
        raise _invalid(struct, str(error)) from None
    for where in _strangers(values, made, ""):
        raise Invalid(where=where, reason="no such field")
    return made


def _field(described: inspect.Field) -> Field:
    kind, description, form = _bare(described.type)
    many = isinstance(kind, inspect.VarTupleType | inspect.ListType)
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        kind, meaning, form = _bare(kind.item_type)
        description = description or meaning
    default = None if described.default is msgspec.NODEFAULT else described.default
    known = Field(
        described.encode_name, _kind(kind), many, described.required, default, _choices(kind), description, form
    )
    match kind:
        case inspect.StrType():
            return replace(known, longest=kind.max_length)
        case inspect.StructType():
            return replace(known, parts=tuple(map(_field, kind.fields)))
        case inspect.UnionType():
            kinds = [one for one in kind.types if isinstance(one, inspect.StructType)]
            variants = {str(one.tag): tuple(map(_field, one.fields)) for one in kinds}
            return replace(known, variants=variants, tag=kinds[0].tag_field)
        case _:
            return known


_KINDS: tuple[tuple[Any, Kind], ...] = (
    (inspect.StrType, Kind.TEXT),
    (inspect.IntType, Kind.NUMBER),
    (inspect.BoolType, Kind.FLAG),
    (inspect.DateType, Kind.DAY),
    (inspect.DateTimeType, Kind.TIME),
    ((inspect.EnumType, inspect.LiteralType), Kind.CHOICE),
    ((inspect.StructType, inspect.UnionType), Kind.PARTS),
)


def _choices(kind: inspect.Type) -> tuple[str, ...]:
    if isinstance(kind, inspect.EnumType):
        return tuple(str(choice.value) for choice in kind.cls)
    return tuple(map(str, kind.values)) if isinstance(kind, inspect.LiteralType) else ()


def _kind(kind: inspect.Type) -> Kind:
    for described, answer in _KINDS:
        if isinstance(kind, described):
            return answer
    raise TypeError(
        f"a command or query cannot hold a {type(kind).__name__}: no form or command line could write it down"
    )


def _bare(kind: inspect.Type) -> tuple[inspect.Type, str, str]:
    """A type without its notes and without "or nothing", and what the notes say: description and form."""
    description = form = ""
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            description = description or (kind.extra_json_schema or {}).get("description", "")
            form = form or (kind.extra or {}).get("form", "")
            kind = kind.type
        else:
            rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
            if len(rest) > 1:
                break
            kind = rest[0]
    return kind, description, form


def _invalid(struct: type[msgspec.Struct], said: str) -> Invalid:
    """A refusal from msgspec's message, in the words of the vocabulary where it has some for this value."""
    reason, _, path = said.partition(" - at `")
    steps = re.findall(r"\.(\w+)|\[(\d+)\]", path)
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", reason):
        steps.append((missing[1], ""))
        reason = "is missing"
    elif stranger := re.fullmatch(r"Object contains unknown field `(\w+)`", reason):
        steps.append((stranger[1], ""))
        reason = "no such field"
    else:
        form = _form(inspect.type_info(struct), [name or int(index) for name, index in steps])
        reason = f"must be {form}" if form else _plain(reason)
    return Invalid(where="".join(f"/{name or index}" for name, index in steps), reason=reason)


def _one_of(choices: Iterable[object]) -> str:
    return f"one of {', '.join(map(str, choices))}"


def _form(kind: inspect.Type, steps: list[str | int]) -> str:
    kind, _, form = _bare(kind)
    if not steps:
        return _one_of(choices) if (choices := _choices(kind)) else form
    step, rest = steps[0], steps[1:]
    if isinstance(kind, inspect.UnionType):
        tags = [one.tag for one in kind.types if isinstance(one, inspect.StructType) and one.tag_field == step]
        return _one_of(tags) if tags else next((form for one in kind.types if (form := _form(one, steps))), "")
    if isinstance(kind, inspect.StructType):
        return next((_form(field.type, rest) for field in kind.fields if field.encode_name == step), "")
    return _form(kind.item_type, rest) if isinstance(kind, inspect.VarTupleType | inspect.ListType) else ""


def _plain(reason: str) -> str:
    return reason.replace("`", "").replace("array of length", "list of length")


def _strangers(given: object, made: object, where: str) -> Iterator[str]:
    """Pointers to what was given and is not in what was made: a misspelt field must not be passed over in silence."""
    if isinstance(made, msgspec.Struct) and isinstance(given, Mapping):
        known = {*type(made).__struct_encode_fields__, type(made).__struct_config__.tag_field}
        for name, value in given.items():
            if name in known:
                yield from _strangers(value, getattr(made, name, None), f"{where}/{name}")
            else:
                yield f"{where}/{name}"
    elif isinstance(made, tuple | list) and isinstance(given, tuple | list):
        for index, (value, part) in enumerate(zip(given, made, strict=True)):
            yield from _strangers(value, part, f"{where}/{index}")
