"""Indicators that count days, against a count day by day from what the rules know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count

import hypothesis
import pytest
from hypothesis import HealthCheck, settings

from baseplus.apprenticeships.events import (
    ApprenticeEnrolled,
    ApprenticeshipCompleted,
    ApprenticeshipEvent,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    MentorAssigned,
    MentorReassigned,
    MentorRelieved,
)
from baseplus.apprenticeships.model import Stage as Standing
from baseplus.apprenticeships.model import apprenticeships
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES
from projections.benchmarks.presence import Presence
from projections.benchmarks.queries import contributions
from projections.benchmarks.release import measure
from projections.benchmarks.views import Contributions
from projections.runner.reader import Reader
from tests.apprenticeships.story import MASTER, TUTOR, both_relieved, day
from tests.mentoring.test_any_order import worlds
from tests.mentoring.world import World
from tests.projections.runner.stage import Stage

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VIEWS = (Presence(), Contributions())
Figures = dict[tuple[str, str], tuple[int, int, int]]
"""(base, period) -> (numerator, denominator, people)."""
Histories = Mapping[str, Sequence[ApprenticeshipEvent]]


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with closing(Stage(database, EVENT_TYPES)) as stage:
        yield stage


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def happened(stage: Stage, tenant: TenantId, histories: Histories) -> None:
    stage.store.register(tenant)
    for thing, events in histories.items():
        stream = StreamId(f"apprenticeships/{thing}")
        stage.store.append(tenant, [NewEvent(stream, n, event, NOON) for n, event in enumerate(events, 1)])
    stage.fold_all(VIEWS)


def asked(reader: Reader, tenant: TenantId, key: str, as_of: date, period: str | None = None) -> Figures:
    rows = contributions(reader, tenant, key, period=period, as_of=as_of)
    assert all(row.key == f"{row.base}/{key}/{row.period}/all" for row in rows)
    return {(row.base, row.period): (row.numerator, row.denominator, row.people) for row in rows}


def counted(histories: Histories, as_of: date) -> tuple[Figures, Figures]:
    """Coverage and load, day by day, from what the rules know at the end of each day."""
    trained, covered, pairs, active = (Counter[tuple[str, str]]() for _ in range(4))
    present: dict[tuple[str, str], set[str]] = {}
    guided: dict[tuple[str, str], set[str]] = {}
    first = min((events[0].on for events in histories.values()), default=as_of)
    for number in range((as_of - first).days):
        today = first + timedelta(days=number)
        busy = set[tuple[str, str]]()
        for thing, events in histories.items():
            state = apprenticeships.fold(event for event in events if event.on <= today)
            place = (state.base, f"{today:%Y-%m}")
            if state.stage is Standing.IN_TRAINING:
                trained[place] += 1
                covered[place] += {TUTOR, MASTER} == state.mentors.keys()
                present.setdefault(place, set()).add(thing)
            for mentor in state.mentors.values():
                pairs[place] += 1
                busy.add((state.base, mentor))
                guided.setdefault(place, set()).add(thing)
        for base, _ in busy:
            active[base, f"{today:%Y-%m}"] += 1
    coverage = {place: (100 * covered[place], trained[place], len(present[place])) for place in trained}
    return coverage, {place: (pairs[place], active[place], len(guided[place])) for place in pairs}


def enrolled(base: str = "drives") -> ApprenticeEnrolled:
    return ApprenticeEnrolled("p-1", "Shen Yutong", base, "yunchuan", "cnc-machinist", "agr-1", day(1, month=1))


def training(base: str = "drives", tutor: str = "m-he", master: str = "m-gao") -> tuple[ApprenticeshipEvent, ...]:
    """In training since 12 January 2026, with both mentors since the 10th."""
    assigned = MentorAssigned(TUTOR, tutor, day(10, month=1)), MentorAssigned(MASTER, master, day(10, month=1))
    return enrolled(base), *assigned, ApprenticeshipStarted(base, day(12, month=1))


NORTH, SOUTH = TenantId("north"), TenantId("south")


def test_days_of_training_are_counted_while_they_go_on(stage: Stage, reader: Reader) -> None:
    happened(stage, NORTH, {"ap-1": training()})
    assert asked(reader, NORTH, "dual_mentor_coverage", day(12, month=1)) == {}
    assert asked(reader, NORTH, "dual_mentor_coverage", day(13, month=1)) == {("drives", "2026-01"): (100, 1, 1)}
    assert asked(reader, NORTH, "dual_mentor_coverage", day(3, month=2)) == {
        ("drives", "2026-01"): (2000, 20, 1),
        ("drives", "2026-02"): (200, 2, 1),
    }
    assert asked(reader, NORTH, "dual_mentor_coverage", day(3, month=2), "2026-02") == {
        ("drives", "2026-02"): (200, 2, 1)
    }


def test_what_ended_later_had_not_ended_on_the_day_that_is_asked_for(stage: Stage, reader: Reader) -> None:
    done = (ApprenticeshipCompleted("drives", day(12, month=1), day(21, month=1)), *both_relieved(day(21, month=1)))
    happened(stage, NORTH, {"ap-1": (*training(), *done)})
    assert asked(reader, NORTH, "dual_mentor_coverage", day(15, month=1)) == {("drives", "2026-01"): (300, 3, 1)}
    assert asked(reader, NORTH, "mentor_load", day(15, month=1)) == {("drives", "2026-01"): (10, 10, 1)}


def test_a_day_without_one_of_both_is_not_covered_and_a_break_is_no_day(stage: Stage, reader: Reader) -> None:
    gap = MentorRelieved(MASTER, "m-gao", day(20, month=1)), MentorAssigned(MASTER, "m-xu", day(23, month=1))
    rest = BreakStarted(day(25, month=1)), BreakEnded(day(29, month=1))
    happened(stage, NORTH, {"ap-1": (*training(), *gap, *rest)})
    # From the 12th 20 days, less 4 of the break; the 20th, 21st and 22nd without a master.
    assert asked(reader, NORTH, "dual_mentor_coverage", day(1, month=2)) == {("drives", "2026-01"): (1300, 16, 1)}


def test_a_handover_leaves_no_day_without_a_mentor(stage: Stage, reader: Reader) -> None:
    happened(stage, NORTH, {"ap-1": (*training(), MentorReassigned(MASTER, "m-xu", "m-gao", day(20, month=1)))})
    assert asked(reader, NORTH, "dual_mentor_coverage", day(1, month=2)) == {("drives", "2026-01"): (2000, 20, 1)}
    # Two mentors a day from the 10th on.
    assert asked(reader, NORTH, "mentor_load", day(1, month=2)) == {("drives", "2026-01"): (44, 44, 1)}


def test_the_load_is_shared_by_those_who_guide_anybody_at_the_base(stage: Stage, reader: Reader) -> None:
    done = (ApprenticeshipCompleted("drives", day(12, month=1), day(21, month=1)), *both_relieved(day(21, month=1)))
    happened(
        stage,
        NORTH,
        {
            "ap-1": training(),
            "ap-2": (*training(), *done),
            "ap-3": training("foundry", tutor="m-lu"),
            "ap-4": (enrolled("foundry"),),
        },
    )
    assert asked(reader, NORTH, "mentor_load", day(1, month=2)) == {
        ("drives", "2026-01"): (2 * 22 + 2 * 11, 2 * 22, 2),
        ("foundry", "2026-01"): (2 * 22, 2 * 22, 1),
    }


def test_a_tenant_reads_its_own_days_only(stage: Stage, reader: Reader) -> None:
    happened(stage, NORTH, {"ap-1": training()})
    happened(stage, SOUTH, {"ap-1": (enrolled(),)})
    for key in ("dual_mentor_coverage", "mentor_load"):
        assert asked(reader, NORTH, key, day(1, month=2))
        assert asked(reader, SOUTH, key, day(1, month=2)) == {}


def test_a_release_counts_the_days_of_everybody(stage: Stage) -> None:
    for tenant in (NORTH, SOUTH):
        happened(stage, tenant, {"ap-1": training()})
    with stage.database.connect("worker") as connection:
        measured = measure(connection, "dual_mentor_coverage", ["2025-12", "2026-01", "2026-02"])
        loads = measure(connection, "mentor_load", ["2026-02"])
    assert [(one.period, one.universities, one.people, one.thresholds) for one in measured.distributions] == [
        ("2026-01", 2, 2, (100.0,) * 4),
        ("2026-02", 2, 2, (100.0,) * 4),
    ]
    assert measured.positions == loads.positions == {NORTH: 4, SOUTH: 4}
    assert [one.thresholds for one in loads.distributions] == [(1.0,) * 4]


def test_a_release_counts_no_days_of_a_period_that_is_not_over(stage: Stage) -> None:
    happened(stage, NORTH, {"ap-1": training()})
    with stage.database.connect("worker") as connection:
        with pytest.raises(Rejected, match="9999-01"):
            measure(connection, "mentor_load", ["2026-02", "9999-01"])
        assert measure(connection, "early_exit_rate", ["2026-01", "9999-01"]).positions == {NORTH: 4}


def test_a_parked_university_stands_before_what_could_not_be_folded(stage: Stage) -> None:
    happened(stage, NORTH, {"ap-1": training()})
    ((generation,),) = stage.ask("SELECT generation FROM views.generations WHERE view = 'presence' AND state = 'live'")
    with stage.connect() as connection:
        connection.execute(
            "INSERT INTO views.parked (view, generation, tenant, position, type, reason)"
            " VALUES ('presence', %s, 'north', 3, 'apprenticeships.break_ended.v1', 'unreadable')",
            (generation,),
        )
    with stage.database.connect("worker") as connection:
        assert measure(connection, "mentor_load", ["2026-02"]).positions == {NORTH: 2}
        assert measure(connection, "early_exit_rate", ["2026-01"]).positions == {NORTH: 4}


NUMBERS = count(1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@hypothesis.given(worlds(), hypothesis.strategies.dates(date(2026, 1, 1), date(2026, 7, 1)))
def test_whatever_happened_days_are_those_of_a_count_day_by_day(
    stage: Stage, reader: Reader, world: World, as_of: date
) -> None:
    tenant = TenantId(f"t-{next(NUMBERS)}")
    happened(stage, tenant, world.apprenticeships)
    coverage, load = counted(world.apprenticeships, as_of)
    assert asked(reader, tenant, "dual_mentor_coverage", as_of) == coverage
    assert asked(reader, tenant, "mentor_load", as_of) == load
