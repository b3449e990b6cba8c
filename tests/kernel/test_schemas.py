from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import pytest
from msgspec import Meta, Struct

from baseplus.kernel.events import Event, Personal
from baseplus.kernel.schemas import incompatibilities, schema_of


class Bulb(Struct):
    watts: int
    spare: Bulb | None = None


class LampLit(Event):
    """A lamp was lit."""

    TYPE: ClassVar = "lamps.lamp_lit.v1"
    bulb: Bulb
    by: str
    name: Annotated[str, Personal("by")] = ""


def test_a_schema_says_what_it_is_of_and_whose_personal_fields_are() -> None:
    schema = schema_of(LampLit)
    assert schema["$id"] == "urn:baseplus:event:lamps.lamp_lit.v1"
    assert schema["x-personal"] == {"name": "by"}
    assert schema["required"] == ["bulb", "by"]
    assert schema["properties"]["bulb"] == {"$ref": "#/$defs/Bulb"}
    assert incompatibilities(schema, schema) == []


def field(old: Any, new: Any) -> list[str]:
    """What breaks when a field of one type becomes one of another."""

    def event(kind: Any) -> type[Event]:
        namespace = {"TYPE": LampLit.TYPE, "__module__": __name__, "__annotations__": {"x": kind}}
        return type("LampLit", (Event,), namespace)

    return incompatibilities(schema_of(event(old)), schema_of(event(new)))


class Dimmed(Struct):
    watts: int
    level: int = 100


class Bright(Struct):
    watts: int
    level: int = 90


class Strict(Struct, forbid_unknown_fields=True):
    watts: int


class Plain(Struct):
    watts: int


class Retyped(Struct):
    watts: str


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Plain, Dimmed),
        (Strict, Plain),
        (Annotated[int, Meta(ge=1, le=5)], Annotated[int, Meta(ge=0, le=6)]),
        (Annotated[int, Meta(ge=1)], int),
        (Annotated[str, Meta(pattern="^a$")], str),
        (Annotated[list[int], Meta(min_length=1)], list[int]),
    ],
)
def test_a_field_may_gain_optional_parts_and_looser_limits(old: Any, new: Any) -> None:
    assert field(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (int, str, "/x: type was 'integer' and is 'string'"),
        (list[int], list[str], "/x/items: type was 'integer' and is 'string'"),
        (dict[str, int], dict[str, str], "/x/additionalProperties: type was 'integer' and is 'string'"),
        (Plain, Retyped, "/x/watts: type was 'integer' and is 'string'"),
        (Dimmed, Plain, "/x/level is gone"),
        (Plain, Strict, "/x: no further fields are allowed now"),
        (int | None, int, "/x: "),
        (Plain | None, Retyped | None, "/x|0/watts: type was 'integer' and is 'string'"),
        (Dimmed, Bright, "/x/level: default was 100 and is 90"),
        (int, Annotated[int, Meta(ge=1)], "/x: minimum was None and is 1"),
        (Annotated[str, Meta(max_length=9)], Annotated[str, Meta(max_length=8)], "/x: maxLength was 9 and is 8"),
        (str, Annotated[str, Meta(pattern="^a$")], "/x: pattern was None and is '^a$'"),
    ],
)
def test_a_field_may_not_come_to_refuse_what_is_stored(old: Any, new: Any, problem: str) -> None:
    assert any(found.startswith(problem) for found in field(old, new)), field(old, new)


def test_a_choice_may_be_added_but_not_taken_away() -> None:
    assert field(Literal["a"], Literal["a", "b"]) == []
    assert field(Literal["a", "b"], Literal["a"]) == ["/x: no longer one of ['b']"]


def test_a_type_within_itself_is_compared_once() -> None:
    assert field(Bulb, Bulb) == []
