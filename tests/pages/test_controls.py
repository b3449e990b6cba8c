"""Forms by themselves: from a command's fields to controls, from what was sent to values, from refusals to fields."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from msgspec import Meta, Struct
from werkzeug.datastructures import MultiDict

from baseplus.kernel.decisions import Command
from baseplus.kernel.forms import fields_of
from baseplus.kernel.refusals import Invalid, Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, Text
from infra.http.refusals import Mistaken, Wrong
from infra.http.schemas import load
from infra.pages.forms.controls import Choice, Control, Extras, controls, every, place_of
from infra.pages.forms.refusals import explain
from infra.pages.forms.submission import Values, sent_values


class Lamp(Struct, frozen=True):
    room: Id
    colour: Literal["warm", "cold"] = "warm"


class ByDay(Struct, frozen=True, tag_field="rule", tag="by_day"):
    due: Day


class Daily(Struct, frozen=True, tag_field="rule", tag="daily"):
    hours: Annotated[int, Meta(ge=1, le=24)]


class Timer(Struct, frozen=True):
    when: ByDay | Daily
    note: Line | None = None


class Light(Command, frozen=True):
    """Light the lamps."""

    title: Annotated[Line, Meta(description="what it is called")]
    lamps: Annotated[tuple[Lamp, ...], Meta(min_length=2, max_length=9)]
    story: Text | None = None
    lumens: Annotated[int, Meta(ge=1, le=9000)] = 800
    softly: bool = False
    timer: Timer | None = None
    colours: Annotated[tuple[Literal["warm", "cold"], ...], Meta(max_length=2)] = ()
    helpers: Annotated[tuple[Id, ...], Meta(max_length=5)] = ()


FIELDS = fields_of(Light)


def shown(values: Values | None = None, **extras: object) -> dict[str, Control]:
    found: dict[str, Control] = {}
    for one in every(controls(FIELDS, values or {}, Extras(**extras))):  # type: ignore[arg-type]
        found.setdefault(one.name, one)  # the kinds of a value go by its name, too
    return found


def sent(*pairs: tuple[str, str]) -> Values:
    return sent_values(FIELDS, MultiDict(pairs))


def test_a_control_is_named_by_the_pointer_to_its_value() -> None:
    found = shown({"lamps": [{}, {}]})

    assert {"/title", "/lamps", "/lamps/0", "/lamps/1/room", "/timer", "/timer/when", "/timer/when/due"} <= set(found)
    assert found["/lamps/1/room"].id == "f-lamps-1-room"


def test_each_kind_of_value_has_its_control() -> None:
    shapes = {name: one.shape for name, one in shown().items()}

    assert shapes["/title"] == "line"
    assert shapes["/story"] == "area"
    assert shapes["/lumens"] == "number"
    assert shapes["/softly"] == "flag"
    assert shapes["/lamps"] == "rows"
    assert shapes["/lamps/0/colour"] == "select"
    assert shapes["/timer"] == "group"
    assert shapes["/timer/when"] == "variants"
    assert shapes["/timer/when/due"] == "day"
    assert shapes["/colours"] == "boxes"


def test_what_a_field_is_for_and_whether_it_must_be_filled_in_comes_from_the_declaration() -> None:
    found = shown()

    assert (found["/title"].label, found["/title"].help, found["/title"].required) == (
        "Title",
        "What it is called",
        True,
    )
    assert (found["/lumens"].value, found["/lumens"].required) == ("800", False)
    assert (found["/timer"].optional, found["/timer"].there) == (True, False)
    assert found["/story"].longest == 20_000


def test_a_form_says_more_than_the_declaration() -> None:
    found = shown(
        {"lamps": [{"room": "hall"}]},
        choices={"/lamps/*/room": [Choice("hall", "The hall"), Choice("yard", "The yard")]},
        fixed={"/title": "Evening"},
        labels={"/lamps/*": "Lamp", "/lamps/1/colour": "Its colour"},
        rows={"/lamps": 2},
        hidden=frozenset({"/story"}),
    )

    assert (found["/lamps/0/room"].shape, found["/lamps/0/room"].value) == ("select", "hall")
    assert (found["/title"].shape, found["/title"].value) == ("hidden", "Evening")
    assert [found[f"/lamps/{row}"].label for row in (0, 1)] == ["Lamp 1", "Lamp 2"]
    assert (found["/lamps/0/colour"].label, found["/lamps/1/colour"].label) == ("Colour", "Its colour")
    assert "/story" not in found


def test_what_was_sent_becomes_the_command() -> None:
    values = sent(
        ("/title", " Evening "),
        ("/lamps/0/room", "hall"),
        ("/lamps/0/colour", "cold"),
        ("/lamps/3/room", "yard"),
        ("/story", "One\r\nTwo"),
        ("/lumens", "900"),
        ("/softly", "yes"),
        ("/timer", "yes"),
        ("/timer/when/rule", "daily"),
        ("/timer/when/hours", "3"),
        ("/colours", "warm"),
        ("/colours", "cold"),
        ("/helpers/0", ""),
        ("/helpers/1", "he"),
        ("csrf_token", "…"),
    )

    assert load(Light, values, lax=True) == Light(
        "Evening",
        (Lamp("hall", "cold"), Lamp("yard")),
        "One\nTwo",
        900,
        True,
        Timer(Daily(3)),
        ("warm", "cold"),
        ("he",),
    )


def test_a_row_in_which_nobody_wrote_is_no_row() -> None:
    values = sent(("/lamps/0/room", ""), ("/lamps/0/colour", "warm"), ("/lamps/1/room", "hall"))

    assert values["lamps"] == [{"room": "hall"}], "so that a refusal of the first row is one of the first row shown"


def test_whoever_wants_one_more_row_keeps_those_that_are_empty() -> None:
    given = MultiDict(
        [("/lamps/0/room", ""), ("/lamps/0/colour", "cold"), ("/lamps/1/room", "hall"), ("/helpers/0", "")]
    )

    values = sent_values(FIELDS, given, as_shown=True)

    assert values == {"lamps": [{"colour": "cold"}, {"room": "hall"}], "helpers": [""]}


def test_an_optional_part_counts_only_where_its_box_is_ticked() -> None:
    given = (("/timer/when/rule", "by_day"), ("/timer/when/due", "2026-03-01"))

    assert "timer" not in sent(*given)
    assert sent(("/timer", "yes"), *given)["timer"] == {"when": {"rule": "by_day", "due": "2026-03-01"}}


def test_what_belongs_to_a_kind_that_was_not_chosen_is_left_out() -> None:
    given = (("/timer", "yes"), ("/timer/when/rule", "daily"), ("/timer/when/due", "2026-03-01"))

    assert sent(*given)["timer"]["when"] == {"rule": "daily"}
    assert "when" not in sent(("/timer", "yes"), ("/timer/note", "x"), ("/timer/when/rule", "forged"))["timer"]


@pytest.mark.parametrize("row", ["x", "-1", "1e3", "99999", "²"])
def test_rows_that_nobody_could_have_sent_are_passed_over(row: str) -> None:
    assert sent((f"/lamps/{row}/room", "hall")) == {}


def test_every_mistake_stands_beside_its_field() -> None:
    values = sent(
        ("/lamps/0/room", "Not An Id"),
        ("/lamps/1/room", "hall"),
        ("/timer", "yes"),
        ("/timer/when/rule", "by_day"),
        ("/lumens", "0"),
    )
    with pytest.raises(Mistaken) as refused:
        load(Light, values, lax=True)
    found = controls(FIELDS, values, Extras())

    concerns = explain(refused.value, [field.name for field in FIELDS])

    places = {place_of(one.where, found): one.said for one in concerns}
    assert set(places) == {"/title", "/lamps/0/room", "/lumens", "/timer/when/due"}
    assert places["/title"] == "Fill this in."


def test_a_refusal_stands_beside_what_it_surrounds_most_closely() -> None:
    found = controls(FIELDS, {"lamps": [{}]}, Extras())

    assert place_of("/lamps/0/room", found) == "/lamps/0/room"
    assert place_of("/lamps/0/nothing", found) == "/lamps/0"
    assert place_of("/lamps/7/room", found) == "/lamps"
    assert place_of("/elsewhere", found) == ""
    assert place_of("", found) == ""


def test_what_the_rules_refuse_stands_beside_the_field_that_they_name() -> None:
    refusal = Rejected("mentor_at_capacity", mentor="gao", capacity=2)

    (concern,) = explain(refusal, ["kind", "mentor"], {"gao": "Gao Mingze"})

    assert concern.where == "/mentor"
    assert concern.said == "No room: Gao Mingze. Choose somebody else, or raise the capacity of 2."


def test_a_refusal_that_names_no_field_concerns_the_whole() -> None:
    (concern,) = explain(Rejected("no_clauses"), [])

    assert (concern.where, concern.said[:20]) == ("", "An agreement without")


def test_a_refusal_without_a_sentence_says_its_words() -> None:
    (concern,) = explain(Rejected("moon_is_full", phase=1), [])

    assert concern.said == "Moon is full."


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("is missing", "Fill this in."),
        ("must be a day, like 2026-03-01", "It must be a day, like 2026-03-01."),
        ("must hold 2 to 9 values, not 1", "Between 2 and 9 are needed."),
        ('must be a number in quotes with at most 4 places, like "8" or "7.5"',
         'It must be a number with at most 4 places, like "8" or "7.5".'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_put_in_words_for_people(reason: str, said: str) -> None:
    for refusal in (Invalid(where="/title", reason=reason), Mistaken([Wrong("/title", reason)])):
        assert [(one.where, one.said) for one in explain(refusal, [])] == [("/title", said)]
