from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.apprenticeships.events import Direction, ExitReason
from baseplus.apprenticeships.model import AssignMentor, Enrol, Exit, ReassignMentor, Start, apprenticeships
from baseplus.assessment.events import AssessmentRecorded
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Invalid, NotFound
from baseplus.kernel.vocabulary import StreamId, TenantId
from baseplus.mentoring.events import GuidanceGiven
from baseplus.mentoring.model import GiveGuidance, Qualify, Register, mentoring
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.apprenticeships import queries
from projections.apprenticeships.timeline import Timeline
from projections.apprenticeships.views import Apprenticeships, MentorNames
from projections.mentors.queries import ListMentors, ShowMentor, mentors, one_mentor
from projections.mentors.views import Mentors
from projections.runner.reader import Reader
from tests.apprenticeships.story import MASTER, TUTOR
from tests.contracts.examples import example
from tests.projections.paging import page_by_page
from tests.projections.runner.stage import Stage

NORTH, SOUTH = TenantId("north"), TenantId("south")
VIEWS = (Mentors(), Apprenticeships(), MentorNames(), Timeline())
MENTORS = {
    "m-gao": Register("p-1", "Gao Mingze", MASTER, "yunchuan", capacity=2),
    "m-he": Register("p-2", "He Ruolin", TUTOR, "qinglan"),
    "m-xu": Register("p-3", "Xu Anqi", MASTER, "hengtai", capacity=1),
}
APPRENTICES = {"ap-1": ("Shen Yutong", "yunchuan"), "ap-2": ("Lin Xiaoyu", "yunchuan"), "ap-3": ("Lin Mo", "hengtai")}


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    """North has three mentors and three apprentices: one in training, one enrolled, one who left. South has others."""
    with closing(Stage(database, EVENT_TYPES, FOLLOWERS)) as stage:
        stage.store.register(NORTH, SOUTH)
        stage.store.execute_all(NORTH, [*opening(), *course()])
        stage.store.execute_all(SOUTH, [*opening()][:4])
        stage.fold_all(VIEWS)
        yield stage


def opening() -> Iterator[Step]:
    for mentor, register in MENTORS.items():
        yield Step(mentoring, mentor, register)
    for thing, (name, enterprise) in APPRENTICES.items():
        enrol = Enrol(f"p-{thing}", name, f"base-{enterprise}", enterprise, "cnc-machinist", f"agr-{enterprise}")
        yield Step(apprenticeships, thing, enrol)


def course() -> Iterator[Step]:
    yield Step(mentoring, "m-gao", Qualify("Twelve years at the lathe"))
    for thing in ("ap-1", "ap-2"):
        yield Step(apprenticeships, thing, AssignMentor(MASTER, "m-gao"))
        yield Step(apprenticeships, thing, AssignMentor(TUTOR, "m-he"))
    yield Step(apprenticeships, "ap-1", ReassignMentor(MASTER, "m-xu"))
    yield Step(apprenticeships, "ap-1", Start())
    yield Step(apprenticeships, "ap-3", Exit(ExitReason.TRANSFERRED, Direction.ANOTHER_APPRENTICESHIP))


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def listed(reader: Reader, **asked: Any) -> list[str]:
    return [row.id for row in queries.apprenticeships(reader, NORTH, queries.ListApprenticeships(**asked)).rows]


def mentors_listed(reader: Reader, **asked: Any) -> list[str]:
    return [row.id for row in mentors(reader, NORTH, ListMentors(**asked)).rows]


def shown(reader: Reader, thing: str, **asked: Any) -> queries.NamedApprenticeshipRow:
    return queries.one_apprenticeship(reader, NORTH, queries.ShowApprenticeship(apprenticeship=thing, **asked))


def test_an_apprenticeship_names_its_mentors(reader: Reader) -> None:
    row = shown(reader, "ap-1")
    assert (row.name, row.state, row.tutor, row.tutor_name) == ("Shen Yutong", "in_training", "m-he", "He Ruolin")
    assert (row.master, row.master_name, [one.mentor for one in row.former]) == ("m-xu", "Xu Anqi", ["m-gao"])
    row = shown(reader, "ap-3")
    assert (row.state, row.exit_reason, row.tutor_name, row.master_name) == ("exited", "transferred", None, None)


def test_apprenticeships_are_asked_for_by_state_mentor_enterprise_base_agreement_person_and_name(
    reader: Reader,
) -> None:
    assert listed(reader) == ["ap-1", "ap-2", "ap-3"]
    assert listed(reader, state="enrolled") == ["ap-2"]
    assert listed(reader, mentor="m-he") == ["ap-1", "ap-2"]
    assert listed(reader, mentor="m-gao") == ["ap-2"]
    assert listed(reader, enterprise="hengtai") == ["ap-3"]
    assert listed(reader, base="base-yunchuan", state="in_training") == ["ap-1"]
    assert listed(reader, agreement="agr-hengtai") == ["ap-3"]
    assert listed(reader, apprentice="p-ap-2") == ["ap-2"]
    assert listed(reader, search="lin") == ["ap-2", "ap-3"]
    assert listed(reader, search="yutong", enterprise="hengtai") == []
    assert listed(reader, search="%") == []


def test_mentors_are_asked_for_by_kind_organisation_qualification_room_and_name(reader: Reader) -> None:
    assert mentors_listed(reader) == ["m-gao", "m-he", "m-xu"]
    assert mentors_listed(reader, kind="enterprise_master") == ["m-gao", "m-xu"]
    assert mentors_listed(reader, organisation="qinglan") == ["m-he"]
    assert mentors_listed(reader, qualified=True) == ["m-gao"]
    assert mentors_listed(reader, qualified=False, kind="enterprise_master") == ["m-xu"]
    assert mentors_listed(reader, with_room=True) == ["m-gao", "m-he"]
    assert mentors_listed(reader, with_room=False) == ["m-xu"]
    assert mentors_listed(reader, search="RUO") == ["m-he"]


def test_a_mentors_load_is_what_assignments_made_it(reader: Reader) -> None:
    rows = {row.id: (row.load, row.capacity, row.apprenticeships) for row in mentors(reader, NORTH, ListMentors()).rows}
    assert rows == {"m-gao": (1, 2, ["ap-2"]), "m-he": (2, 6, ["ap-1", "ap-2"]), "m-xu": (1, 1, ["ap-1"])}
    assert one_mentor(reader, NORTH, ShowMentor(mentor="m-xu", organisation="hengtai")).name == "Xu Anqi"
    with pytest.raises(NotFound, match="m-xu"):
        one_mentor(reader, NORTH, ShowMentor(mentor="m-xu", organisation="yunchuan"))


def test_what_is_not_ones_own_is_not_found(reader: Reader) -> None:
    assert shown(reader, "ap-1", mentor="m-he", enterprise="yunchuan").id == "ap-1"
    others: list[dict[str, Any]] = [{"mentor": "m-gao"}, {"enterprise": "hengtai"}]
    for own in others:
        with pytest.raises(NotFound, match="ap-1"):
            shown(reader, "ap-1", **own)
        with pytest.raises(NotFound, match="ap-1"):
            queries.timeline(reader, NORTH, queries.ShowTimeline(apprenticeship="ap-1", **own))


def test_another_tenants_people_are_not_found(reader: Reader) -> None:
    (row,) = queries.apprenticeships(reader, SOUTH, queries.ListApprenticeships()).rows
    assert (row.id, row.state, row.tutor) == ("ap-1", "enrolled", None)
    with pytest.raises(NotFound, match="ap-2"):
        queries.one_apprenticeship(reader, SOUTH, queries.ShowApprenticeship(apprenticeship="ap-2"))
    with pytest.raises(NotFound, match="ap-2"):
        queries.timeline(reader, SOUTH, queries.ShowTimeline(apprenticeship="ap-2"))
    assert [one.what for one in queries.timeline(reader, SOUTH, queries.ShowTimeline(apprenticeship="ap-1")).rows] == [
        "enrolled"
    ]
    assert [mentor.load for mentor in mentors(reader, SOUTH, ListMentors()).rows] == [0, 0, 0]


def test_the_timeline_begins_with_the_latest(reader: Reader) -> None:
    told = queries.timeline(reader, NORTH, queries.ShowTimeline(apprenticeship="ap-1")).rows
    assert [row.what for row in told] == [
        "started",
        "mentor_reassigned",
        "mentor_assigned",
        "mentor_assigned",
        "enrolled",
    ]
    assert [(row.mentor_name, row.previous_name) for row in told[1:3]] == [
        ("Xu Anqi", "Gao Mingze"),
        ("He Ruolin", None),
    ]


def test_guidance_and_assessments_are_in_the_timeline_of_the_apprentice(stage: Stage, reader: Reader) -> None:
    stage.store.execute(NORTH, mentoring, "m-xu", GiveGuidance("ap-1", "2.5"))
    recorded = example(AssessmentRecorded)
    for number, person in enumerate(("p-ap-1", "p-ap-2")):
        today = datetime.now(UTC).date()
        event = msgspec.structs.replace(recorded, apprentice=person, assessor="m-he", other_total=None, on=today)
        stream = StreamId(f"assessments/as-{number}")
        stage.store.append(NORTH, [NewEvent(stream, 1, event, datetime.now(UTC))])
    stage.fold_all(VIEWS)
    told = queries.timeline(reader, NORTH, queries.ShowTimeline(apprenticeship="ap-1", limit=2)).rows
    assert [(row.what, row.mentor_name, row.hours, row.assessment) for row in told] == [
        ("assessment_recorded", "He Ruolin", None, "as-0"),
        ("guidance_given", "Xu Anqi", Decimal("2.5"), None),
    ]
    assert queries.timeline(reader, NORTH, queries.ShowTimeline(apprenticeship="ap-3")).rows[0].what == "exited"


def test_what_was_recorded_later_stands_at_the_day_when_it_happened(stage: Stage, reader: Reader) -> None:
    happened = date(2000, 1, 1)
    event = msgspec.structs.replace(example(GuidanceGiven), apprenticeship="ap-3", on=happened)
    stage.store.append(NORTH, [NewEvent(StreamId("mentoring/m-old"), 1, event, datetime.now(UTC))])
    stage.fold_all(VIEWS)

    asked = queries.ShowTimeline(apprenticeship="ap-3")
    days = [row.day for row in queries.timeline(reader, NORTH, asked).rows]
    assert days == sorted(days, reverse=True)
    assert days[-1] == happened
    assert [row.day for row in page_by_page(queries.timeline, reader, NORTH, asked, limit=2)] == days


def test_pages_follow_one_another_without_gap_or_overlap(reader: Reader) -> None:
    def pages(query: Any, asked: type[Any], place: str, **named: str) -> list[Any]:
        return [getattr(row, place) for row in page_by_page(query, reader, NORTH, asked(**named), limit=2)]

    assert pages(queries.apprenticeships, queries.ListApprenticeships, "id") == ["ap-1", "ap-2", "ap-3"]
    assert pages(mentors, ListMentors, "id") == ["m-gao", "m-he", "m-xu"]
    assert pages(queries.timeline, queries.ShowTimeline, "what", apprenticeship="ap-1")[-1] == "enrolled"


def test_a_bad_cursor_is_refused(reader: Reader) -> None:
    with pytest.raises(Invalid, match="cursor"):
        queries.apprenticeships(reader, NORTH, queries.ListApprenticeships(cursor="nonsense"))
    with pytest.raises(Invalid, match="cursor"):
        queries.timeline(reader, NORTH, queries.ShowTimeline(apprenticeship="ap-1", cursor="nonsense"))
    with pytest.raises(Invalid, match="cursor"):
        mentors(reader, NORTH, ListMentors(cursor="nonsense"))


def test_the_live_rows_equal_a_fold_of_the_store(stage: Stage) -> None:
    assert stage.verify(VIEWS).differences == ()
