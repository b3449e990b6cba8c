"""The border: values from outside become a struct, or all their mistakes are named, each with its place.

marshmallow walks the structure, so that one answer names every mistake; msgspec judges each value by the annotation
that stored events, the OpenAPI document and forms are made from, so that they cannot disagree. What has no limits is
refused when the program starts: text without a longest length, whole numbers without a least and a greatest one,
lists without a longest length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from marshmallow import Schema, ValidationError, fields, post_load
from msgspec import inspect

from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid
from infra.http.refusals import Mistaken, Wrong

S = TypeVar("S", bound=msgspec.Struct)

_ENDLESS = re.compile(r"[*+]|\{\d+,\}")
_ATOM = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]")


def load(struct: type[S], values: object, *, lax: bool = False, below: str = "") -> S:
    """The struct that these values make, as JSON has them; `lax` reads numbers and flags from text.

    below: a JSON pointer to where the values lie. Raises Mistaken.
    """
    try:
        made = schema_of(struct, lax).load(values)  # type: ignore[arg-type]  # marshmallow says what is no mapping
    except ValidationError as error:
        raise Mistaken(_located(error.messages, below)) from None
    assert isinstance(made, struct)
    return made


def judge(annotation: Any, value: object, where: str) -> Iterator[Wrong]:
    """What is wrong with one value."""
    try:
        _field(annotation, lax=False).deserialize(value)
    except ValidationError as error:
        yield from _located(error.messages, where)


@cache
def schema_of(struct: type[msgspec.Struct], lax: bool = False) -> Schema:
    """The marshmallow schema that loads the struct. Raises TypeError for a field without limits."""
    hints = get_type_hints(struct, include_extras=True)
    made: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        try:
            made[field.encode_name] = _field(hints[field.name], lax, required=field.required, attribute=field.name)
        except TypeError as error:
            raise TypeError(f"{struct.__name__}.{field.name}: {error}") from None
    kind: type[_StructSchema] = type(struct.__name__, (_StructSchema,), made)
    schema = kind()
    schema.struct = struct
    return schema


class _StructSchema(Schema):
    struct: type[msgspec.Struct]
    error_messages = {"unknown": "no such field", "type": "must be an object"}  # noqa: RUF012 - as the library has it

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> msgspec.Struct:
        try:
            return self.struct(**data)
        except ValueError as error:  # what the struct says about its fields together
            raise ValidationError(str(error)) from None


class _Leaf(fields.Field[Any]):
    """A value without parts."""

    def __init__(self, annotation: Any, kind: inspect.Type, lax: bool, **more: Any) -> None:
        super().__init__(**more)
        _require_limits(kind)
        self._annotation, self._strict = annotation, not lax
        self._whole = isinstance(kind, inspect.IntType)

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValidationError("must not hold the character NUL")  # PostgreSQL stores none
        if self._whole and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON has one kind of number: 2.0 is a whole one, 2.5 is not
        try:
            return msgspec.convert(value, self._annotation, strict=self._strict)
        except msgspec.ValidationError:
            raise ValidationError(self._reason(value)) from None

    def _reason(self, value: object) -> str:
        """What the value should be, in the words of the vocabulary."""
        one = msgspec.defstruct("Value", [("value", self._annotation)])
        try:
            read_struct(one, {"value": value}, lax=not self._strict)
        except Invalid as refusal:
            return str(refusal.facts["reason"])
        raise AssertionError("read_struct takes what msgspec refused")


class _Items(fields.List[Any]):
    """A list, between a shortest and a longest length. `make`: what its struct keeps it in."""

    def __init__(self, item: fields.Field[Any], kind: inspect.VarTupleType | inspect.ListType, **more: Any) -> None:
        super().__init__(item, **more)
        if kind.max_length is None:
            raise TypeError("a list needs a max_length")
        self._least, self._most = kind.min_length or 0, kind.max_length
        self._make = tuple if isinstance(kind, inspect.VarTupleType) else list

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, list):
            raise ValidationError("must be a list")
        if not self._least <= len(value) <= self._most:
            raise ValidationError(f"must hold {self._least} to {self._most} values, not {len(value)}")
        return self._make(super()._deserialize(value, attr, data, **more))


class _Tagged(fields.Field[Any]):
    """One of several structs, told apart by the member `tag`."""

    def __init__(self, tag: str, schemas: Mapping[str, Schema], **more: Any) -> None:
        super().__init__(**more)
        self._tag, self._schemas = tag, schemas

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("must be an object")
        schema = self._schemas.get(str(value.get(self._tag)))
        if schema is None:
            raise ValidationError({self._tag: [f"must be one of {', '.join(self._schemas)}"]})
        return schema.load({name: part for name, part in value.items() if name != self._tag})


def _field(annotation: Any, lax: bool, **more: Any) -> fields.Field[Any]:
    kind = inspect.type_info(annotation)
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if isinstance(kind, inspect.UnionType) and get_origin(bare) in (Union, UnionType):
        more["allow_none"] = kind.includes_none
        rest = [one for one in get_args(bare) if one is not NoneType]
        if len(rest) == 1:
            return _field(_with_notes(annotation, rest[0]), lax, **more)
        return _tagged(kind, lax, **more)
    more["error_messages"] = {"required": "is missing", "null": "must not be null"}
    match kind:
        case inspect.StructType(cls=struct):
            return fields.Nested(schema_of(struct, lax), **more)
        case inspect.VarTupleType() | inspect.ListType():
            return _Items(_field(get_args(bare)[0], lax), kind, **more)
        case inspect.TupleType() | inspect.DictType() | inspect.SetType() | inspect.FrozenSetType():
            raise TypeError(f"{type(kind).__name__} is nothing that the border reads: a list of structs is")
        case _:
            return _Leaf(annotation, kind, lax, **more)


def _with_notes(annotation: Any, inner: Any) -> Any:
    """`inner` with the notes that stand outside of "or nothing": `Annotated[Id | None, …]` limits the id."""
    notes = annotation.__metadata__ if get_origin(annotation) is Annotated else ()
    for note in notes:
        inner = Annotated[inner, note]
    return inner


def _tagged(kind: inspect.UnionType, lax: bool, **more: Any) -> fields.Field[Any]:
    structs = [one for one in kind.types if isinstance(one, inspect.StructType)]
    if len(structs) + kind.includes_none != len(kind.types) or structs[0].tag_field is None:
        raise TypeError("one of several kinds must be structs with a tag")
    return _Tagged(structs[0].tag_field, {str(one.tag): schema_of(one.cls, lax) for one in structs}, **more)


def _require_limits(kind: inspect.Type) -> None:
    match kind:
        case inspect.StrType(max_length=None, pattern=pattern) if not pattern or _ENDLESS.search(
            _ATOM.sub("x", pattern)
        ):
            raise TypeError("text needs a max_length, or a pattern that ends")
        case inspect.IntType(ge=None, gt=None) | inspect.IntType(le=None, lt=None):
            raise TypeError("a whole number needs a least and a greatest value")
        case inspect.FloatType() | inspect.DecimalType() | inspect.BytesType() | inspect.AnyType():
            raise TypeError(f"{type(kind).__name__} is nothing that the border reads: amounts are text with a pattern")


def _located(messages: Any, where: str) -> Iterator[Wrong]:
    """A ValidationError's messages, flat, with JSON pointers (RFC 6901)."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _located(inner, where + step)
    elif isinstance(messages, list):
        for message in messages:
            yield from _located(message, where)
    else:
        yield Wrong(where, str(messages))
