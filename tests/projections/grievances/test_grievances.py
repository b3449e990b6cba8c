from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import msgspec
import pytest

from baseplus.kernel.events import Event
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES, VIEWS
from projections.grievances.queries import ListGrievances, ShowGrievance, grievances, one_grievance
from projections.grievances.views import GrievanceMentors, GrievanceRow, Grievances
from projections.runner.reader import Reader
from tests.apprenticeships.story import day
from tests.apprenticeships.test_grievances import TEXT, entrusted, raised, registered, resolved
from tests.projections.folding import fold
from tests.projections.runner.stage import Stage

NORTH, NOON = TenantId("north"), datetime(2026, 3, 2, 12, tzinfo=UTC)
row = GrievanceRow(
    id="g-1",
    apprenticeship="ap-17",
    apprentice="person-17",
    base="drives",
    about="m-gao",
    about_person="p-9",
    handlers=["t-zhou", "t-lin"],
    state="open",
    text=TEXT,
    raised_on=day(2),
    position=1,
)


def test_a_grievance_says_what_was_complained_of_and_who_handles_it() -> None:
    assert fold(Grievances(), "grievances/g-1", [raised]) == {"g-1": row}
    handed = fold(Grievances(), "grievances/g-1", [raised, entrusted])["g-1"]
    assert (handed.handlers, handed.position) == (["t-wu"], 2)
    done = fold(Grievances(), "grievances/g-1", [raised, resolved])["g-1"]
    assert (done.state, done.outcome, done.resolution, done.resolved_by, done.resolved_on) == (
        "resolved",
        "upheld",
        "At the lathe from Monday",
        "t-zhou",
        day(2),
    )
    assert fold(Grievances(), "grievances/g-1", [entrusted, resolved]) == {}
    before = fold(Grievances(), "grievances/g-1", [msgspec.structs.replace(raised, about_person=None)])["g-1"]
    assert (before.about, before.about_person) == ("m-gao", None)


def test_the_text_of_a_grievance_is_in_no_other_view() -> None:
    """Whatever a mentor may read is folded from other events."""
    for view in VIEWS:
        if view.name != Grievances.name:
            assert not {type(raised), type(resolved)} & {*view.events}, view.name


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    """g-1 is handled by t-zhou and t-lin, g-2 by t-zhou. By some mistake, the mentor whom g-2 names is among them, by
    the id of the mentor as by that of the person; and those whom g-3 and g-4 name, which are of before, when events did
    not say which person a mentor is."""
    with closing(Stage(database, EVENT_TYPES)) as stage:
        stage.store.register(NORTH)
        mistaken = msgspec.structs.replace(
            raised, handlers=("t-zhou", "m-gao", "p-9"), base="foundry", about_person="p-9"
        )
        before = msgspec.structs.replace(raised, handlers=("p-7", "m-7", "m-8", "p-8"), about_person=None)
        by_mentor, by_person = (msgspec.structs.replace(before, about=about) for about in ("m-7", "p-8"))
        histories: dict[str, tuple[Event, ...]] = {
            "grievances/g-1": (raised,),
            "grievances/g-2": (mistaken, resolved),
            "grievances/g-3": (by_mentor,),
            "grievances/g-4": (by_person,),
            "mentoring/m-7": (registered("p-7"),),
            "mentoring/m-8": (registered("p-8"),),
        }
        for name, events in histories.items():
            stream = StreamId(name)
            stage.store.append(NORTH, [NewEvent(stream, n, event, NOON) for n, event in enumerate(events, 1)])
        stage.fold_all((Grievances(), GrievanceMentors()))
        with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
            yield reader


def listed(reader: Reader, handler: str, **asked: str) -> list[str]:
    asking = msgspec.convert({"handler": handler, **asked}, ListGrievances)
    return [one.id for one in grievances(reader, NORTH, asking).rows]


def test_a_grievance_is_visible_to_its_handlers_only_never_to_the_mentor_it_names(reader: Reader) -> None:
    assert listed(reader, "t-zhou") == ["g-1", "g-2"]
    assert listed(reader, "t-lin") == ["g-1"]
    assert listed(reader, "t-wu") == listed(reader, "m-gao") == listed(reader, "p-9") == []
    assert listed(reader, "m-7") == listed(reader, "p-7") == ["g-4"]
    assert listed(reader, "m-8") == listed(reader, "p-8") == ["g-3"]
    assert one_grievance(reader, NORTH, ShowGrievance(grievance="g-1", handler="t-lin")).text == TEXT
    for thing, person in (("g-2", "t-lin"), ("g-1", "m-gao"), ("g-2", "m-gao"), ("g-2", "p-9")):
        with pytest.raises(NotFound, match=thing):
            one_grievance(reader, NORTH, ShowGrievance(grievance=thing, handler=person))


def test_grievances_are_asked_for_by_state_base_and_apprenticeship_a_page_at_a_time(reader: Reader) -> None:
    assert listed(reader, "t-zhou", state="open") == ["g-1"]
    assert listed(reader, "t-zhou", base="foundry") == ["g-2"]
    assert listed(reader, "t-zhou", apprenticeship="ap-99") == []
    page = grievances(reader, NORTH, ListGrievances(handler="t-zhou", limit=1))
    assert ([one.id for one in page.rows], page.has_more) == (["g-1"], True)
    page = grievances(reader, NORTH, ListGrievances(handler="t-zhou", limit=1, cursor=page.cursor))
    assert ([one.id for one in page.rows], page.has_more) == (["g-2"], False)
