"""As known on a day, and as it was on one: equal to an account by somebody who has the whole history before them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from baseplus.assessment.criteria import Side
from baseplus.assessment.events import AssessmentCorrected
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.apprenticeships.queries import ShowApprenticeship, ShowTimeline, one_apprenticeship, timeline
from projections.apprenticeships.timeline import Timeline
from projections.apprenticeships.views import Apprenticeships, MentorNames
from projections.assessments.queries import ShowAssessment, one_assessment
from projections.assessments.views import Assessments
from projections.runner.as_of import AsOf
from projections.runner.reader import Reader
from tests.apprenticeships.story import in_training
from tests.assessment.story import by_enterprise, by_school, marks, moderated
from tests.projections.as_of.lives import (
    FIRST,
    Apprentice,
    Fact,
    Sides,
    an_apprentice,
    an_assessment,
    happened_by,
    recorded_by,
    told_of_apprentice,
    told_of_assessment,
)
from tests.projections.runner.stage import Stage

NORTH, SOUTH = TenantId("north"), TenantId("south")
MANY = 50
VIEWS = (Apprenticeships(), MentorNames(), Timeline(), Assessments())
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOON.date()
CORRECTED = AssessmentCorrected(
    apprentice="person-17",
    base="drives",
    side=Side.SCHOOL,
    assessor="t-he",
    marks=marks(90, 70, 100),
    total="86.00",
    previous="81.00",
    reason="Two scores were swapped",
    began=TODAY,
    other_total=by_enterprise.total,
)


def after(event: Event, days: int) -> Fact:
    """Recorded, and said to have happened, so many days later."""
    return Fact(event, NOON + timedelta(days=days), NOON + timedelta(days=days))


LATE_AND_CORRECTED = [after(by_school, 0), after(by_enterprise, 3), after(CORRECTED, 9), after(moderated, 12)]
"""Both sides assessed on the same day; the second one's was entered late, the first one's set right, then moderated."""


def put(stage: Stage, tenant: TenantId, stream: str, facts: Sequence[Fact]) -> None:
    """Into the store, as if each had been recorded at its own time."""
    stage.store.register(tenant)
    new = [NewEvent(StreamId(stream), n, fact.event, fact.occurred_at) for n, fact in enumerate(facts, 1)]
    stage.store.append(tenant, new)
    with stage.database.connect("admin") as admin:
        for version, fact in enumerate(facts, 1):
            admin.execute(
                "UPDATE store.events SET recorded_at = %s WHERE tenant = %s AND stream = %s AND version = %s",
                (fact.recorded_at, tenant, stream, version),
            )


@pytest.fixture(scope="module")
def lives() -> dict[str, list[Fact]]:
    """Fifty apprentices and fifty assessments, by their stream."""
    chance = random.Random(7)
    found = {f"apprenticeships/ap-{number}": an_apprentice(chance) for number in range(MANY)}
    return found | {f"assessments/as-{number}": an_assessment(chance) for number in range(MANY)}


@pytest.fixture(scope="module")
def stage(module_database: Database, lives: dict[str, list[Fact]]) -> Iterator[Stage]:
    with closing(Stage(module_database, EVENT_TYPES, FOLLOWERS)) as stage:
        for stream, facts in lives.items():
            put(stage, NORTH, stream, facts)
        late = datetime(2026, 3, 9, 23, 59, 59, 999999, tzinfo=UTC)
        put(stage, SOUTH, "apprenticeships/ap-7", [Fact(event, late, late) for event in in_training])
        put(stage, SOUTH, "assessments/as-9", LATE_AND_CORRECTED)
        stage.fold_all(VIEWS)
        yield stage


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1, types=EVENT_TYPES)) as reader:
        yield reader


def asked_days(stream: str, facts: Sequence[Fact]) -> list[date]:
    """Random days around a life, those on which something was recorded among them."""
    chance = random.Random(stream)
    spread = (facts[-1].recorded_at.date() - FIRST).days + 5
    days = [FIRST + timedelta(days=chance.randrange(-3, spread)) for _ in range(4)]
    return [*days, chance.choice(facts).recorded_at.date()]


def apprentice(reader: Reader, tenant: TenantId, thing: str, **days: date | None) -> Apprentice | None:
    try:
        row = one_apprenticeship(reader, tenant, ShowApprenticeship(apprenticeship=thing, **days))  # type: ignore[arg-type]
    except NotFound:
        return None
    guides = {"campus_tutor": row.tutor, "enterprise_master": row.master}
    return Apprentice(
        row.state,
        {kind: mentor for kind, mentor in guides.items() if mentor},  # type: ignore[misc]
        len(row.former),
        [(one.role, one.ended is None) for one in row.roles],
        {one.module: one.points for one in row.modules},
    )


def assessment(reader: Reader, tenant: TenantId, thing: str, **days: date | None) -> Sides:
    try:
        found = one_assessment(reader, tenant, ShowAssessment(assessment=thing, **days))  # type: ignore[arg-type]
    except NotFound:
        return {}
    return {row.side: (f"{row.total:.2f}", f"{row.given:.2f}", row.state) for row in found.sides}


TELLING: dict[str, tuple[Any, Any]] = {
    "apprenticeships": (apprentice, told_of_apprentice),
    "assessments": (assessment, told_of_assessment),
}


@pytest.mark.parametrize("capability", TELLING)
def test_each_event_carries_when_it_happened_and_when_it_was_recorded_so_that_what_was_known_on_date_x(
    reader: Reader, lives: dict[str, list[Fact]], capability: str
) -> None:
    shown, told = TELLING[capability]
    answers = []
    for stream, facts in lives.items():
        kind, _, thing = stream.partition("/")
        for day in asked_days(stream, facts) if kind == capability else ():
            found = shown(reader, NORTH, thing, known_on=day)
            assert found == told(recorded_by(facts, day)), (stream, day)
            answers.append(found != shown(reader, NORTH, thing))
    assert len(answers) == 5 * MANY
    assert sum(answers) > 2 * MANY  # most days are no empty question: something was recorded after them


@pytest.mark.parametrize("capability", TELLING)
def test_as_it_was_on_a_day_is_what_had_happened_by_then_with_later_corrections(
    reader: Reader, lives: dict[str, list[Fact]], capability: str
) -> None:
    shown, told = TELLING[capability]
    late = 0
    for stream, facts in lives.items():
        kind, _, thing = stream.partition("/")
        for day in asked_days(stream, facts) if kind == capability else ():
            found = shown(reader, NORTH, thing, was_on=day)
            assert found == told(happened_by(facts, day)), (stream, day)
            late += found != shown(reader, NORTH, thing, known_on=day)
    assert late > MANY // 2  # late and corrected facts make the two differ


@pytest.mark.parametrize("capability", TELLING)
def test_both_at_once_is_as_it_was_on_the_one_day_as_known_on_the_other(
    reader: Reader, lives: dict[str, list[Fact]], capability: str
) -> None:
    shown, told = TELLING[capability]
    for stream, facts in lives.items():
        kind, _, thing = stream.partition("/")
        if kind == capability:
            was, known = asked_days(stream, facts)[:2]
            by_then = list(recorded_by(facts, known))
            assert shown(reader, NORTH, thing, was_on=was, known_on=known) == told(happened_by(by_then, was))


def test_the_timeline_tells_what_was_known_and_what_had_happened(reader: Reader, lives: dict[str, list[Fact]]) -> None:
    """All of these lives are one person's, so that each timeline has every assessment of them, too."""
    position = count(1)
    told = {stream: [(next(position), fact) for fact in facts] for stream, facts in lives.items()}
    assessed = [placed for stream, placed in told.items() if stream.startswith("assessments/")]
    for stream, facts in list(lives.items())[:10]:
        thing = stream.partition("/")[2]
        for day in asked_days(stream, facts)[1:4:2]:
            for name, chosen in (("known_on", recorded_by), ("was_on", happened_by)):
                expected = {
                    place
                    for placed in [told[stream], *assessed]
                    for one in [list(chosen([fact for _, fact in placed], day))]
                    for place, fact in placed
                    if fact in one
                }
                asked = ShowTimeline(apprenticeship=thing, limit=1000, **{name: day})  # type: ignore[arg-type]
                try:
                    found = {row.position for row in timeline(reader, NORTH, asked).rows}
                except NotFound:
                    found = set()
                assert found == expected, (stream, name, day)


def test_on_a_day_to_come_everything_is_as_it_stands(reader: Reader, lives: dict[str, list[Fact]]) -> None:
    for thing in ("ap-1", "ap-2", "ap-3"):
        now = one_apprenticeship(reader, NORTH, ShowApprenticeship(apprenticeship=thing))
        known = ShowApprenticeship(apprenticeship=thing, known_on=date.max)
        was = ShowApprenticeship(apprenticeship=thing, was_on=date.max)
        assert one_apprenticeship(reader, NORTH, known) == one_apprenticeship(reader, NORTH, was) == now
    for thing in ("as-1", "as-2", "as-3"):
        assert one_assessment(reader, NORTH, ShowAssessment(assessment=thing, was_on=date.max)) == one_assessment(
            reader, NORTH, ShowAssessment(assessment=thing)
        )


def test_a_day_ends_at_midnight_by_universal_time(reader: Reader) -> None:
    assert apprentice(reader, SOUTH, "ap-7", known_on=date(2026, 3, 8)) is None
    assert apprentice(reader, SOUTH, "ap-7", known_on=date(2026, 3, 9)) is not None


def test_a_tenant_is_shown_its_own_history_alone(reader: Reader) -> None:
    there = {row.tutor for row in [one_apprenticeship(reader, SOUTH, ShowApprenticeship(apprenticeship="ap-7"))]}
    assert there == {"m-he"}
    assert apprentice(reader, SOUTH, "ap-1", was_on=date(2026, 3, 9)) is None
    assert apprentice(reader, NORTH, "ap-7", was_on=date(2026, 3, 9)) != apprentice(
        reader, SOUTH, "ap-7", was_on=date(2026, 3, 9)
    )


def test_a_correction_counts_for_the_day_of_what_it_corrects_and_moderation_for_its_own(reader: Reader) -> None:
    def totals(**days: date) -> dict[str, str]:
        return {side: total for side, (total, _, _) in assessment(reader, SOUTH, "as-9", **days).items()}

    assert totals(known_on=TODAY) == {"school": "81.00"}
    assert totals(was_on=TODAY) == {"school": "86.00", "enterprise": "69.00"}
    assert totals(was_on=TODAY + timedelta(days=12)) == {"school": "76.00", "enterprise": "69.00"}
    assert totals(was_on=TODAY - timedelta(days=1)) == {}


def test_a_reader_without_event_types_reads_no_history(stage: Stage) -> None:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader, pytest.raises(TypeError, match="event types"):
        apprentice(reader, NORTH, "ap-1", was_on=FIRST)


def test_a_question_about_now_names_no_day() -> None:
    assert AsOf().now
    assert not AsOf(known_on=FIRST).now
    assert not AsOf(was_on=FIRST).now
