"""What projects contribute to indicators, and products counted beside the apprentices who are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import hypothesis
import pytest
from hypothesis import settings

from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipStarted,
    BreakEnded,
    BreakStarted,
    Direction,
    ExitReason,
)
from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import StreamId, TenantId
from baseplus.projects.events import (
    IncubationAdmitted,
    IncubationGraduated,
    ProductRegistered,
    ProductVerified,
    ProjectApproved,
    ProjectCompleted,
    ProjectEvent,
    ProjectStaffed,
)
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES
from projections.benchmarks.presence import Presence
from projections.benchmarks.queries import contributions
from projections.benchmarks.release import measure
from projections.benchmarks.views import Contributions
from projections.projects.views import Products
from projections.runner.reader import Reader
from tests.apprenticeships.story import day
from tests.projections.benchmarks.test_days import training
from tests.projections.folding import fold
from tests.projections.runner.stage import Stage
from tests.projects.story import accepted, at_work, incubated, team
from tests.projects.test_any_order import histories

NORTH, SOUTH = TenantId("north"), TenantId("south")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VIEWS = (Presence(), Products(), Contributions())
Figures = dict[tuple[str, str], tuple[int, int, int]]
"""(base, period) -> (numerator, denominator, people)."""


def figures(key: str, *events: Event) -> Figures:
    rows = fold(Contributions(), "projects/p-1", events).values()
    return {
        (row.base, row.period): (row.numerator, row.denominator, row.people) for row in rows if row.indicator == key
    }


def test_a_completion_counts_among_the_projects_approved_in_the_same_month() -> None:
    completed = ProjectCompleted("drives", day(2, month=6), day(20, month=2), "In use")
    assert figures("project_completion_rate", *accepted) == {("drives", "2026-02"): (0, 1, 0)}
    assert figures("project_completion_rate", *at_work, completed) == {("drives", "2026-02"): (100, 1, 2)}
    changed = ProjectStaffed("drives", team, ("person-19",), day(9), day(20, month=2))
    assert figures("project_completion_rate", *at_work, changed) == {("drives", "2026-02"): (0, 1, 3)}


def test_a_graduation_counts_among_the_ventures_admitted_in_the_same_month() -> None:
    graduated = IncubationGraduated("drives", day(2, month=9), day(2), "Grip Ltd")
    assert figures("incubation_graduation_rate", *incubated) == {("drives", "2026-03"): (0, 1, 2)}
    assert figures("incubation_graduation_rate", *incubated, graduated) == {("drives", "2026-03"): (100, 1, 2)}


@settings(max_examples=150, deadline=None)
@hypothesis.given(histories)
def test_rates_are_shares_of_projects_whatever_happened(history: list[ProjectEvent]) -> None:
    happened = [type(event) for event in history]
    joined = {person for event in history if isinstance(event, ProjectStaffed) for person in event.joined}
    for numerator, denominator, people in figures("project_completion_rate", *history).values():
        assert (numerator, denominator) == (100 * happened.count(ProjectCompleted), happened.count(ProjectApproved))
        assert people == len(joined)
    for numerator, denominator, _ in figures("incubation_graduation_rate", *history).values():
        assert (numerator, denominator) == (
            100 * happened.count(IncubationGraduated),
            happened.count(IncubationAdmitted),
        )


def poached(started: date | None, reason: ExitReason = ExitReason.POACHED) -> ApprenticeExited:
    return ApprenticeExited("person-17", "drives", reason, Direction.WORK, day(5, month=6), started)


def test_the_poached_are_a_part_of_those_who_started_in_the_same_month() -> None:
    started = [ApprenticeshipStarted("drives", day(2)) for _ in range(4)]
    left = [poached(day(2)), poached(day(2), ExitReason.CAREER_CHANGE), poached(None)]
    assert figures("poaching_rate", *started, *left) == {("drives", "2026-03"): (100, 4, 4)}
    assert figures("early_exit_rate", *started, *left) == {("drives", "2026-03"): (200, 4, 4)}


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with closing(Stage(database, EVENT_TYPES)) as stage:
        yield stage


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def happened(stage: Stage, tenant: TenantId, streams: Mapping[str, Sequence[Event]]) -> None:
    stage.store.register(tenant)
    for stream, events in streams.items():
        new = [NewEvent(StreamId(stream), number, event, NOON) for number, event in enumerate(events, 1)]
        stage.store.append(tenant, new)
    stage.fold_all(VIEWS)


def made(project: str, *days: date, base: str = "drives") -> dict[str, Sequence[Event]]:
    """Products verified on these days, and one that nobody has verified."""
    events: list[Event] = [ProductRegistered("p-x", "Gripper", base, ("person-17",), day(1, month=1))]
    for number, on in enumerate(days):
        product = f"p-{number}"
        events.append(ProductRegistered(product, "Gripper", base, ("person-17",), on))
        events.append(ProductVerified(product, base, "m-xu", "…", on))
    return {f"projects/{project}": events}


def asked(reader: Reader, tenant: TenantId, as_of: date, **more: Any) -> Figures:
    rows = contributions(reader, tenant, "products_per_apprentice", as_of=as_of, **more)
    return {(row.base, row.period): (row.numerator, row.denominator, row.people) for row in rows}


def test_verified_products_are_counted_for_each_apprentice_in_training_that_month(stage: Stage, reader: Reader) -> None:
    rested = (*training(), BreakStarted(day(20, month=1)), BreakEnded(day(1)))
    happened(
        stage,
        NORTH,
        {
            "apprenticeships/ap-1": training(),
            "apprenticeships/ap-2": rested,
            "apprenticeships/ap-3": training("foundry"),
            **made("p-1", day(5, month=2), day(28, month=2), day(1), day(31)),
            **made("p-2", day(9, month=2), base="foundry"),
        },
    )
    assert asked(reader, NORTH, day(1, month=4)) == {
        ("drives", "2026-01"): (0, 2, 2),
        ("drives", "2026-02"): (2, 1, 1),
        ("drives", "2026-03"): (2, 2, 2),
        ("foundry", "2026-01"): (0, 1, 1),
        ("foundry", "2026-02"): (1, 1, 1),
        ("foundry", "2026-03"): (0, 1, 1),
    }
    assert asked(reader, NORTH, day(1, month=4), period="2026-02") == {
        ("drives", "2026-02"): (2, 1, 1),
        ("foundry", "2026-02"): (1, 1, 1),
    }


def test_the_day_that_is_asked_for_is_not_counted_itself(stage: Stage, reader: Reader) -> None:
    happened(stage, NORTH, {"apprenticeships/ap-1": training(), **made("p-1", day(5, month=2))})
    assert asked(reader, NORTH, day(5, month=2), period="2026-02") == {("drives", "2026-02"): (0, 1, 1)}
    assert asked(reader, NORTH, day(6, month=2), period="2026-02") == {("drives", "2026-02"): (1, 1, 1)}


def test_products_of_a_month_without_apprentices_have_nobody_behind_them(stage: Stage, reader: Reader) -> None:
    happened(stage, NORTH, made("p-1", day(5, month=2)))
    assert asked(reader, NORTH, day(1)) == {("drives", "2026-02"): (1, 0, 0)}
    happened(stage, SOUTH, {"apprenticeships/ap-1": training()})
    assert asked(reader, SOUTH, day(1)) == {("drives", "2026-01"): (0, 1, 1), ("drives", "2026-02"): (0, 1, 1)}


def test_it_is_measured_over_all_universities_from_where_both_its_views_stand(stage: Stage) -> None:
    happened(stage, NORTH, {"apprenticeships/ap-1": training(), **made("p-1", day(5, month=2))})
    happened(stage, SOUTH, {"apprenticeships/ap-1": training()})
    with stage.connect() as connection:
        measured = measure(connection, "products_per_apprentice", ["2026-02"])
    assert set(measured.positions) == {NORTH, SOUTH}
    (distribution,) = measured.distributions
    assert (distribution.universities, distribution.people) == (2, 2)
    assert measured.positions[NORTH] == len(training()) + 3
