"""How a capability declares its commands: one line each, no framework in sight.

    routes = Routes("agreements", agreements)
    routes.command("POST /agreements/{agreement}/sign", Sign)

Whatever lets people or programs give commands (the command line, HTTP, reference pages) is read off the `Route`: path,
verb, summary and description from the command's docstring, and its fields from their annotations. `read_command` is
the border itself: what came in becomes a command, or a refusal that says where and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from inspect import cleandoc
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Invalid

C = TypeVar("C", bound=Command)

_ROUTE = re.compile(r"POST (/[a-z_-]+)((/\{[a-z_]+\})?(/[a-z_-]+)*)")


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
    description: what it means. form: the sentence that says what a value looks like.
    """

    name: str
    kind: Kind
    many: bool
    required: bool
    default: object
    choices: tuple[str, ...]
    description: str
    form: str


@dataclass(frozen=True)
class Route:
    """One command: where it is found and what it takes. `path` comes after the tenant's."""

    capability: str
    path: str
    command: type[Command]
    decider: Decider[Any, Any, Any]

    @property
    def name(self) -> str:
        """The verb, as in `add_clause`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.command.__name__).lower()

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the ids in the path."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def creates(self) -> bool:
        """It opens a new thing, whose id is not in the path: whoever sends the command chooses one."""
        return not self.ids

    @property
    def summary(self) -> str:
        """The first line of the command's docstring, without its full stop."""
        return self._said.partition("\n")[0].rstrip(".")

    @property
    def description(self) -> str:
        """The rest of the command's docstring, perhaps empty."""
        return self._said.partition("\n")[2].strip()

    @property
    def fields(self) -> tuple[Field, ...]:
        """What the command takes besides the ids in its path."""
        return fields_of(self.command)

    @property
    def _said(self) -> str:
        return cleandoc(self.command.__doc__ or "")


class Routes:
    """The commands of one capability, in the order of their declaration."""

    def __init__(self, capability: str, decider: Decider[Any, Any, Any]) -> None:
        self.capability, self.decider = capability, decider
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def command(self, route: str, command: type[Command]) -> None:
        """Declare a command. Without an id in its path it opens a new stream. Raises TypeError for a wrong one."""
        if not _ROUTE.fullmatch(route):
            raise TypeError(f"{route!r} must look like 'POST /agreements/{{agreement}}/sign'")
        path = route.removeprefix("POST ")
        if any(path == other.path or command is other.command for other in self):
            raise TypeError(f"{route} or {command.__name__} is declared twice")
        if not command.__doc__:
            raise TypeError(f"{command.__name__} needs a docstring: it is what people read about it")
        self._routes.append(Route(self.capability, path, command, self.decider))


def fields_of(command: type[Command]) -> tuple[Field, ...]:
    """The fields of a command. Raises TypeError for a type that no border can write down."""
    described = inspect.type_info(command)
    assert isinstance(described, inspect.StructType)
    return tuple(_field(field) for field in described.fields)


def read_command(command: type[C], values: Mapping[str, object], *, lax: bool = False) -> C:
    """The command that these values make, as JSON has them; `lax` also reads numbers and flags from text.

    Raises Invalid: `where` is a JSON pointer to the value, `reason` what it should be.
    """
    try:
        made = msgspec.convert(values, command, strict=not lax)
    except msgspec.ValidationError as error:
        raise _invalid(command, str(error)) from None
    for where in _strangers(values, made, ""):
        raise Invalid(where=where, reason="no such field")
    return made


def _field(field: inspect.Field) -> Field:
    kind, description, form = _bare(field.type)
    many = isinstance(kind, inspect.VarTupleType | inspect.ListType)
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        kind, meaning, form = _bare(kind.item_type)
        description = description or meaning
    choices = tuple(str(choice.value) for choice in kind.cls) if isinstance(kind, inspect.EnumType) else ()
    default = None if field.default is msgspec.NODEFAULT else field.default
    return Field(field.encode_name, _kind(kind), many, field.required, default, choices, description, form)


_KINDS: tuple[tuple[Any, Kind], ...] = (
    (inspect.StrType, Kind.TEXT),
    (inspect.IntType, Kind.NUMBER),
    (inspect.BoolType, Kind.FLAG),
    (inspect.DateType, Kind.DAY),
    (inspect.DateTimeType, Kind.TIME),
    (inspect.EnumType, Kind.CHOICE),
    ((inspect.StructType, inspect.UnionType), Kind.PARTS),
)


def _kind(kind: inspect.Type) -> Kind:
    for described, answer in _KINDS:
        if isinstance(kind, described):
            return answer
    raise TypeError(f"a command cannot hold a {type(kind).__name__}: no form or command line could write it down")


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


def _invalid(command: type[Command], said: str) -> Invalid:
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
        form = _form(inspect.type_info(command), [name or int(index) for name, index in steps])
        reason = f"must be {form}" if form else _plain(reason)
    return Invalid(where="".join(f"/{name or index}" for name, index in steps), reason=reason)


def _one_of(choices: Iterable[object]) -> str:
    return f"one of {', '.join(map(str, choices))}"


def _form(kind: inspect.Type, steps: list[str | int]) -> str:
    kind, _, form = _bare(kind)
    if not steps:
        return _one_of(choice.value for choice in kind.cls) if isinstance(kind, inspect.EnumType) else form
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
