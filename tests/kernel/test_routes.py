from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import pytest
from msgspec import Meta, Struct

from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.forms import Field, Kind, fields_of, read_struct
from baseplus.kernel.paging import ListQuery, Page, Query
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.routes import Routes
from baseplus.kernel.vocabulary import Day, Id, Instant, Line, TenantId, Text
from infra.wiring import ROUTES


class Colour(StrEnum):
    WARM = "warm"
    COLD = "cold"


class Lamp(Struct, frozen=True):
    """Where it stands."""

    room: Id
    colour: Colour = Colour.WARM


class Fixed(Struct, frozen=True, tag_field="rule", tag="fixed"):
    level: int


class Dimmed(Struct, frozen=True, tag_field="rule", tag="dimmed"):
    until: Day


class LightUp(Command, frozen=True):
    """Light the lamps.

    All of them,
    one after the other.
    """

    lamps: Annotated[tuple[Lamp, ...], Meta(min_length=1, description="which")]
    by: Annotated[Id, Meta(description="who lights them")]
    lumens: Annotated[int, Meta(ge=1)] = 800
    how: Fixed | Dimmed | None = None
    colours: tuple[Colour, ...] = ()
    on: Day | None = None
    at: Instant | None = None
    softly: bool = False


class PutOut(Command, frozen=True):
    """Put the lamps out."""


lamps: Decider[Any, Any, Any] = Decider("lamps", lambda: None, lambda *_: iter(()), lambda state, _: state)


def routes() -> Routes:
    made = Routes("lamps", lamps)
    made.command("POST /lamps", LightUp, may=(Role.STAFF, Role.MENTOR.own("by")))
    made.command("POST /lamps/{lamp}/put-out", PutOut, may=[Role.STAFF])
    return made


def test_a_route_says_all_that_a_border_needs() -> None:
    light, out = routes().commands
    assert (light.name, out.name) == ("light_up", "put_out")
    assert (light.summary, light.description) == ("Light the lamps", "All of them,\none after the other.")
    assert (out.summary, out.description) == ("Put the lamps out", "")
    assert (light.creates, light.ids) == (True, ())
    assert (out.creates, out.ids, out.path) == (False, ("lamp",), "/lamps/{lamp}/put-out")
    assert (out.capability, out.command, out.decider, out.fields) == ("lamps", PutOut, lamps, ())


def test_a_field_says_how_it_is_written_down() -> None:
    lamp, by, lumens, how, colours, on, at, softly = fields_of(LightUp)
    form = "an id: 1 to 64 lower-case letters, digits and hyphens, beginning with a letter or digit"
    room = Field("room", Kind.TEXT, False, True, None, (), "", form)
    colour = Field("colour", Kind.CHOICE, False, False, Colour.WARM, ("warm", "cold"), "", "")
    assert lamp == Field("lamps", Kind.PARTS, True, True, None, (), "which", "", parts=(room, colour))
    assert by == Field("by", Kind.TEXT, False, True, None, (), "who lights them", form)
    assert lumens == Field("lumens", Kind.NUMBER, False, False, 800, (), "", "")
    assert (how.kind, how.tag, how.parts) == (Kind.PARTS, "rule", ())
    assert {tag: [part.name for part in parts] for tag, parts in how.variants.items()} == {
        "fixed": ["level"],
        "dimmed": ["until"],
    }
    assert (colours.kind, colours.many, colours.choices) == (Kind.CHOICE, True, ("warm", "cold"))
    assert (on.kind, on.form, on.default) == (Kind.DAY, "a day, like 2026-03-01", None)
    assert at.kind is Kind.TIME
    assert (softly.kind, softly.default) == (Kind.FLAG, False)


def test_a_text_says_how_long_it_may_be() -> None:
    class Say(Command, frozen=True):
        """Say something."""

        line: Line
        text: Text
        note: Line | None = None

    assert [field.longest for field in fields_of(Say)] == [200, 20_000, 200]


def test_a_field_that_nobody_could_write_down_is_refused_at_once() -> None:
    class Odd(Command, frozen=True):
        """Odd."""

        blob: bytes

    with pytest.raises(TypeError, match="BytesType"):
        fields_of(Odd)


@pytest.mark.parametrize(
    "route", ["GET /lamps", "PUT /lamps", "POST lamps", "POST /lamps/{lamp}/{bulb}", "POST /Lamps"]
)
def test_a_route_has_one_form(route: str) -> None:
    with pytest.raises(TypeError, match="must look like"):
        Routes("lamps", lamps).command(route, PutOut, may=[Role.STAFF])


def test_a_path_and_a_command_are_declared_once_and_a_command_is_described() -> None:
    class Dim(Command, frozen=True):
        """Dim the lamps."""

    class Undescribed(Command, frozen=True):
        pass

    Undescribed.__doc__ = None
    with pytest.raises(TypeError, match="declared twice"):
        routes().command("POST /lamps", Dim, may=[Role.STAFF])
    with pytest.raises(TypeError, match="declared twice"):
        routes().command("POST /lamps/{lamp}/again", PutOut, may=[Role.STAFF])
    with pytest.raises(TypeError, match="needs a docstring"):
        routes().command("POST /lamps/{lamp}/again", Undescribed, may=[Role.STAFF])


GOOD: dict[str, Any] = {"lamps": [{"room": "hall"}], "by": "ann"}


def test_values_make_a_command() -> None:
    assert read_struct(LightUp, GOOD) == LightUp((Lamp("hall"),), "ann")
    dimmed = {"rule": "dimmed", "until": "2026-03-01"}
    assert read_struct(LightUp, {**GOOD, "how": dimmed}).how == Dimmed(date(2026, 3, 1))


def test_text_makes_numbers_and_flags_only_where_asked() -> None:
    typed = {**GOOD, "lumens": "60", "softly": "true"}
    assert read_struct(LightUp, typed, lax=True) == LightUp((Lamp("hall"),), "ann", 60, softly=True)
    with pytest.raises(Invalid, match="/lumens"):
        read_struct(LightUp, typed)


@pytest.mark.parametrize(
    ("values", "where", "reason"),
    [
        ({}, "/lamps", "is missing"),
        ({"lamps": [{}], "by": "ann"}, "/lamps/0/room", "is missing"),
        ({**GOOD, "by": "Ann"}, "/by", "must be an id: 1 to 64 lower-case letters"),
        ({"lamps": [{"room": "A B"}], "by": "ann"}, "/lamps/0/room", "must be an id"),
        ({**GOOD, "lamps": []}, "/lamps", "Expected list of length >= 1"),
        ({**GOOD, "lumens": 2.5}, "/lumens", "Expected int, got float"),
        ({**GOOD, "colours": ["red"]}, "/colours/0", "must be one of warm, cold"),
        ({**GOOD, "on": "1 March"}, "/on", "must be a day, like 2026-03-01"),
        ({**GOOD, "how": {"rule": "dimmed", "until": "x"}}, "/how/until", "must be a day"),
        ({**GOOD, "how": {"rule": "bright"}}, "/how/rule", "must be one of"),
        ({**GOOD, "how": {"rule": "fixed"}}, "/how/level", "is missing"),
        ({**GOOD, "watts": 3}, "/watts", "no such field"),
        ({"lamps": [{"room": "hall", "rom": "x"}], "by": "ann"}, "/lamps/0/rom", "no such field"),
        ({**GOOD, "how": {"rule": "fixed", "level": 1, "levl": 2}}, "/how/levl", "no such field"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(values: dict[str, Any], where: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_struct(LightUp, values)
    assert refused.value.facts["where"] == where
    assert str(refused.value.facts["reason"]).startswith(reason)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.capability}.{route.name}")
def test_every_declared_command_can_be_written_down_and_says_what_it_is(route: Any) -> None:
    assert route.summary
    assert len({field.name for field in route.fields} | set(route.ids)) == len(route.fields) + len(route.ids)
    assert all(field.description or field.form for field in route.fields)


class ListLamps(ListQuery, frozen=True, kw_only=True):
    """Which lamps."""

    colour: Colour | None = None


class ShowLamp(Query, frozen=True):
    """Which lamp."""

    lamp: Id


def list_lamps(reader: object, tenant: TenantId, asked: ListLamps, *, until: int | None = None) -> Page[Lamp]:
    """List the lamps."""
    return Page([])


def show_lamp(reader: object, tenant: TenantId, asked: ShowLamp, *, until: int | None = None) -> Lamp:
    """Show a lamp."""
    return Lamp(asked.lamp)


def test_a_query_is_read_off_its_function() -> None:
    made = Routes("lamps")
    made.query("GET /lamps", list_lamps, may=[Role.STAFF], columns=["room"])
    made.query("GET /lamps/{lamp}", show_lamp, may=[Role.STAFF, Role.ENTERPRISE.own("lamp")])
    made.query("GET /lamps/{lamp}/wiring-plan", show_lamp, may=[Role.STAFF])
    all_, one, plan = made.queries
    assert (all_.action, all_.paged, all_.row, all_.columns) == ("lamps.list", True, Lamp, ("room",))
    assert [field.name for field in all_.fields] == ["colour", "limit", "cursor"]
    assert (one.action, one.paged, one.row, one.columns) == ("lamps.show", False, Lamp, ("room", "colour"))
    assert one.fields == ()
    assert (plan.name, made.commands) == ("wiring_plan", ())


def test_a_query_that_cannot_be_asked_is_refused_at_once() -> None:
    made = Routes("lamps")
    with pytest.raises(TypeError, match="lacks the path's \\['lamp'\\]"):
        made.query("GET /lamps/{lamp}", list_lamps, may=[Role.STAFF])
    with pytest.raises(TypeError, match="has no \\['watts'\\]"):
        made.query("GET /lamps", list_lamps, may=[Role.STAFF], columns=["watts"])
    with pytest.raises(TypeError, match="no field 'party'"):
        made.query("GET /lamps", list_lamps, may=[Role.ENTERPRISE.own("party")])
    with pytest.raises(TypeError, match="no decider"):
        made.command("POST /lamps", LightUp, may=[Role.STAFF])
