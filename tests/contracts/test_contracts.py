"""What is stored once is read for ever: no event type may change so that old events or other programs break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, ClassVar

import jsonschema
import pytest

from baseplus.kernel.events import Event, EventTypes, Personal
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.schemas import incompatibilities, schema_of
from infra.wiring import EVENT_TYPES
from tests.contracts.contract import (
    golden_file,
    publish,
    published,
    read_golden,
    read_schema,
    schema_file,
)

NAMES = sorted(event.TYPE for event in EVENT_TYPES)


@pytest.mark.parametrize("name", NAMES)
def test_every_event_type_has_a_contract(name: str) -> None:
    assert schema_file(name).exists(), "run: make contracts"
    assert golden_file(name).exists(), "run: make contracts"


@pytest.mark.parametrize("name", published())
def test_no_type_is_forgotten_and_its_stored_events_are_still_read(name: str) -> None:
    assert name in EVENT_TYPES, f"{name} was published: keep its class, or add an upcast to its next version"
    EVENT_TYPES.decode(name, bytes(read_golden(name).data))


@pytest.mark.parametrize("name", NAMES)
def test_a_type_stays_compatible_with_its_published_schema(name: str) -> None:
    problems = incompatibilities(read_schema(name), schema_of(EVENT_TYPES.class_of(name)))
    assert not problems, f"a new version of the name and an upcast are needed: {problems}"


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_is_the_current_one(name: str) -> None:
    assert read_schema(name) == schema_of(EVENT_TYPES.class_of(name)), "run: make contracts"


def _as_kept(stored: Any, kept: Any) -> Any:
    """What is stored, without the fields that it and its parts gained since it was kept."""
    match stored, kept:
        case dict(), dict():
            return {field: _as_kept(stored[field], kept[field]) for field in kept}
        case list(), list() if len(stored) == len(kept):
            return [_as_kept(*pair) for pair in zip(stored, kept, strict=True)]
        case _:
            return stored


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_event_is_stored_again_byte_for_byte_but_for_fields_gained_since(name: str) -> None:
    golden, event = read_golden(name), EVENT_TYPES.decode(name, bytes(read_golden(name).data))
    assert golden.type == name
    again = EVENT_TYPES.encode(event)
    assert EVENT_TYPES.decode(name, again) == event
    kept, stored = json.loads(bytes(golden.data)), json.loads(again)
    assert _as_kept(stored, kept) == kept
    assert again == bytes(golden.data) or stored != kept


@pytest.mark.parametrize("name", published())
def test_a_schema_is_valid_and_describes_its_golden_event(name: str) -> None:
    schema = read_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(bytes(read_golden(name).data)))


class LampLit(Event):
    TYPE: ClassVar = "lamps.lamp_lit.v1"
    lumens: int
    by: str
    remark: Annotated[str, Personal("by")] = ""


def test_publishing_writes_what_is_missing_and_no_golden_event_twice(tmp_path: Path) -> None:
    types = EventTypes(LampLit)
    written = [file.name for file in publish(types, tmp_path)]
    assert written == ["lamps.lamp_lit.v1.schema.json", "lamps.lamp_lit.v1.golden.json"]
    assert publish(types, tmp_path) == []
    golden_file(LampLit.TYPE, tmp_path).write_text('{"type":"lamps.lamp_lit.v1","data":{"lumens":1,"by":"ann"}}')
    schema_file(LampLit.TYPE, tmp_path).unlink()
    assert [file.name for file in publish(types, tmp_path)] == ["lamps.lamp_lit.v1.schema.json"]


def changed(**fields: Any) -> type[Event]:
    """LampLit with its fields changed; None removes one."""
    notes = {"lumens": int, "by": str, "remark": Annotated[str, Personal("by")], **fields}
    body: dict[str, Any] = {name: value for name, value in {"remark": ""}.items() if notes[name] is not None}
    body |= {"__annotations__": {name: note for name, note in notes.items() if note is not None}}
    return type("LampLit", (Event,), {"TYPE": LampLit.TYPE, "__module__": __name__, **body})


def test_publishing_never_breaks_what_was_published(tmp_path: Path) -> None:
    publish(EventTypes(LampLit), tmp_path)
    with pytest.raises(Invalid, match="/by is gone"):
        publish(EventTypes(changed(by=None)), tmp_path)
    assert read_schema(LampLit.TYPE, tmp_path) == schema_of(LampLit)


def test_a_gone_a_retyped_a_required_and_a_bared_field_each_break_the_contract() -> None:
    old = schema_of(LampLit)
    assert incompatibilities(old, schema_of(changed())) == []
    assert incompatibilities(old, schema_of(changed(by=None))) == ["/by is gone"]
    assert incompatibilities(old, schema_of(changed(lumens=str))) == ["/lumens: type was 'integer' and is 'string'"]
    assert incompatibilities(old, schema_of(changed(remark=str))) == ["/remark is no longer personal"]
    assert incompatibilities(schema_of(changed(by=None)), old) == ["/by is required now"]
