from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, assert_never

import msgspec
import pytest

from baseplus.kernel.decisions import Command, Decider, request_digest
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Invalid, Rejected
from baseplus.kernel.scenario import NOON, Scenario


class Light(Command, frozen=True):
    """Light the lamp."""

    lumens: int


class PutOut(Command, frozen=True):
    """Put the lamp out."""


class Lit(Event):
    TYPE: ClassVar = "lamps.lit.v1"
    lumens: int
    at: datetime


class WentOut(Event):
    TYPE: ClassVar = "lamps.went_out.v1"


class Lamp(msgspec.Struct, frozen=True):
    lumens: int = 0


def decide(command: Light | PutOut, lamp: Lamp, now: datetime) -> Iterator[Lit | WentOut]:
    match command:
        case Light(lumens):
            if lamp.lumens:
                raise Rejected("lit_already", lumens=lamp.lumens)
            yield Lit(lumens, now)
        case PutOut():
            if lamp.lumens:
                yield WentOut()
        case _:
            assert_never(command)


def evolve(lamp: Lamp, event: Lit | WentOut) -> Lamp:
    return msgspec.structs.replace(lamp, lumens=event.lumens if isinstance(event, Lit) else 0)


lamps = Decider("lamps", Lamp, decide, evolve)
given = Scenario(lamps)
lit = Lit(800, NOON)


def test_a_history_folds_to_a_state_from_its_beginning_or_from_a_snapshot() -> None:
    assert lamps.fold([lit]) == Lamp(800)
    assert lamps.fold([WentOut()], Lamp(800)) == Lamp(0)
    assert lamps.fold([]) == Lamp()


def test_a_thing_has_one_stream() -> None:
    assert lamps.stream("desk") == "lamps/desk"
    with pytest.raises(Invalid):
        lamps.stream("Desk")


def test_equal_requests_have_equal_digests_and_others_have_others() -> None:
    digests = {
        request_digest("lamps/desk", Light(800)),
        request_digest("lamps/desk", Light(801)),
        request_digest("lamps/hall", Light(800)),
        request_digest("lamps/desk", PutOut()),
        request_digest("lamps/desk", Light(800), PutOut()),
        request_digest("lamps/desk", PutOut(), Light(800)),
    }
    assert len(digests) == 6
    assert request_digest("lamps/desk", Light(800)) in digests
    assert {len(digest) for digest in digests} == {32}


def test_a_scenario_tells_what_happened_from_what_was_expected() -> None:
    given().when(Light(800)).then(lit)
    given(lit).when(PutOut()).then(WentOut())
    given().when(PutOut()).then()
    given(lit).when(Light(1)).then_rejected("lit_already", lumens=800)
    given().when(Light(800), PutOut(), Light(2)).then(Lit(2, NOON))
    assert given(lit).state == Lamp(800)


def test_a_scenario_fails_where_anything_else_happened() -> None:
    with pytest.raises(AssertionError, match="expected"):
        given().when(Light(800)).then()
    with pytest.raises(AssertionError, match="refused: lit already"):
        given(lit).when(Light(1)).then(lit)
    with pytest.raises(AssertionError, match="not refused"):
        given().when(Light(1)).then_rejected("lit_already")
    with pytest.raises(AssertionError, match="refused with lit_already"):
        given(lit).when(Light(1)).then_rejected("too_bright")
    with pytest.raises(AssertionError, match="refused with"):
        given(lit).when(Light(1)).then_rejected("lit_already", lumens=1)


def test_a_field_that_json_cannot_carry_fails_in_the_scenario_already() -> None:
    class Counted(Event):
        TYPE: ClassVar = "lamps.counted.v1"
        lamps: object

    with pytest.raises(AssertionError, match="changed by being stored"):
        _ = given(Counted((1, 2))).state


def test_a_command_with_unknown_fields_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="watts"):
        msgspec.convert({"lumens": 1, "watts": 2}, Light)
