from __future__ import annotations

from typing import Annotated, Any, ClassVar

import pytest

from baseplus.kernel.events import Event, EventTypes, Personal, Upcast, personal_fields
from baseplus.kernel.refusals import Invalid, UnknownEventType, UnreadableEvent


class LampLit(Event):
    TYPE: ClassVar = "lamps.lamp_lit.v2"
    lumens: int
    by: str
    remark: Annotated[str, Personal("by")] = ""


class LampPutOut(Event):
    TYPE: ClassVar = "lamps.lamp_put_out.v1"


LampEvent = LampLit | LampPutOut


def watts_to_lumens(fields: dict[str, Any]) -> dict[str, Any]:
    return {"lumens": fields["watts"] * 12, "by": fields["by"]}


TYPES = EventTypes(LampEvent, upcasts=[Upcast("lamps.lamp_lit.v1", "lamps.lamp_lit.v2", watts_to_lumens)])


def test_an_event_is_read_back_as_it_was_written() -> None:
    event = LampLit(800, "ann", "bright")
    assert TYPES.encode(event) == b'{"lumens":800,"by":"ann","remark":"bright"}'
    assert TYPES.decode(LampLit.TYPE, TYPES.encode(event)) == event


def test_what_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(Invalid, match="lumens") as refused:
        TYPES.encode(LampLit("bright", "ann"))  # type: ignore[arg-type]
    assert refused.value.facts["where"] == LampLit.TYPE


def test_an_old_stored_shape_is_read_as_the_new_one() -> None:
    assert TYPES.decode("lamps.lamp_lit.v1", b'{"watts":60,"by":"ann"}') == LampLit(720, "ann")
    assert TYPES.stored_names(LampLit) == ["lamps.lamp_lit.v2", "lamps.lamp_lit.v1"]
    assert TYPES.class_of("lamps.lamp_lit.v1") is LampLit


def test_an_unknown_type_and_unreadable_data_are_told_apart() -> None:
    with pytest.raises(UnknownEventType, match="lamp_eaten"):
        TYPES.decode("lamps.lamp_eaten.v1", b"{}")
    with pytest.raises(UnreadableEvent, match="lumens"):
        TYPES.decode(LampLit.TYPE, b'{"by":"ann"}')
    with pytest.raises(UnreadableEvent, match="watts"):
        TYPES.decode("lamps.lamp_lit.v1", b"{}")


def test_personal_fields_say_whose_they_are() -> None:
    assert personal_fields(LampLit) == {"remark": "by"}
    assert personal_fields(LampPutOut) == {}


def test_a_name_is_given_once_and_has_the_right_form() -> None:
    class Other(Event):
        TYPE: ClassVar = "lamps.lamp_lit.v2"

    with pytest.raises(TypeError, match="names both"):
        EventTypes(LampEvent, Other)
    with pytest.raises(TypeError, match="must look like"):

        class Nameless(Event):
            pass

    with pytest.raises(TypeError, match="no event class"):
        EventTypes(LampPutOut, upcasts=[Upcast("lamps.lamp_lit.v1", "lamps.lamp_lit.v2", watts_to_lumens)])


def test_a_type_is_known_by_every_name_that_it_was_stored_under() -> None:
    assert list(TYPES) == [LampLit, LampPutOut]
    assert "lamps.lamp_lit.v1" in TYPES
    assert LampLit.TYPE in TYPES
    assert "lamps.lamp_eaten.v1" not in TYPES
    with pytest.raises(UnknownEventType, match="lamp_eaten"):
        TYPES.class_of("lamps.lamp_eaten.v1")


def test_only_an_event_that_the_program_knows_is_written() -> None:
    with pytest.raises(UnknownEventType, match="lamp_lit"):
        EventTypes(LampPutOut).encode(LampLit(800, "ann"))


def test_an_old_name_is_read_in_one_way_and_its_upcasts_end() -> None:
    old, new = "lamps.lamp_lit.v1", "lamps.lamp_lit.v2"
    with pytest.raises(TypeError, match="has a reader already"):
        EventTypes(LampLit, upcasts=[Upcast(new, old, watts_to_lumens)])
    with pytest.raises(TypeError, match="round in a circle"):
        EventTypes(LampPutOut, upcasts=[Upcast(old, new, watts_to_lumens), Upcast(new, old, watts_to_lumens)])


def test_what_is_no_event_is_no_event_type() -> None:
    with pytest.raises(TypeError, match="neither an event class nor a union"):
        EventTypes(int)
