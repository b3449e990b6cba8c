"""Examples of what commands take, made from their types: for the documents, and for tests that need something valid."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import inspect

_TEXTS = (
    "mentoring.guidance_given.v1",
    "mentoring/m-7",
    "f3b1c7d2e8a94560f3b1c7d2e8a94560f3b1c7d2e8a94560f3b1c7d2e8a94560",
    "CNY",
    "8",
    "2026-27",
)
"""The first that a field's pattern takes, where neither its type gives an example nor its name makes one."""


def example_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """A JSON object that the struct can be read from: what is required, and what has an example of its own."""
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    return _object(described)


def _object(struct: inspect.StructType, number: int = 0) -> dict[str, Any]:
    made = {struct.tag_field: struct.tag} if struct.tag_field else {}
    said = (field for field in struct.fields if field.required or _said(field.type))
    return made | {field.encode_name: _value(field.type, field.encode_name, number) for field in said}


def _said(kind: inspect.Type) -> list[Any]:
    """The examples that the type itself gives."""
    while isinstance(kind, inspect.Metadata):
        if examples := (kind.extra_json_schema or {}).get("examples"):
            return list(examples)
        kind = kind.type
    return []


def _value(kind: inspect.Type, name: str, number: int) -> Any:
    """number: of several such values, which one: 0, 1, 2 …"""
    if examples := _said(kind):
        return examples[number % len(examples)]
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    match kind:
        case inspect.UnionType(types=types):
            return _value(next(one for one in types if not isinstance(one, inspect.NoneType)), name, number)
        case inspect.StructType():
            return _object(kind, number)
        case (
            inspect.VarTupleType(item_type=item, min_length=least) | inspect.ListType(item_type=item, min_length=least)
        ):
            return [_value(item, name, which) for which in range(max(least or 0, 1))]
        case inspect.EnumType(cls=choices):
            return list(choices)[number % len(choices)].value
        case inspect.LiteralType(values=values):
            return values[number % len(values)]
        case inspect.BoolType():
            return True
        case inspect.IntType(ge=least):
            return max(least or 0, 1) + number
        case inspect.DateType():
            return "2026-09-01"
        case inspect.DateTimeType():
            return "2026-09-01T09:30:00+08:00"
        case inspect.StrType(pattern=pattern):
            return _text(pattern, name, number)
        case _:
            raise TypeError(f"{name}: no example of a {type(kind).__name__} is known")


def _text(pattern: str | None, name: str, number: int) -> str:
    sentence = name.replace("_", " ").capitalize()
    for text in (sentence, f"{name.replace('_', '-')}-{number + 1}", *_TEXTS):
        if pattern is None or re.search(pattern, text):
            return text
    raise TypeError(f"{name}: no example is known that matches {pattern}")
