"""Who does the enterprise's duties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import StreamId, TenantId
from baseplus.logbook.events import LogbookOpened, MentorEntered, SkillDemonstrated, SkillSignedOff, TaskAssigned, Work
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.benchmarks.duties import ENTERPRISE_DUTY_SHARE, DutiesDone, Duty
from tests.projections.folding import NOON, fold
from tests.projections.runner.stage import Stage

QINGLAN = TenantId("qinglan")
MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 2)
TUTOR, MASTER = MentorKind.CAMPUS_TUTOR, MentorKind.ENTERPRISE_MASTER
opened: tuple[Event, ...] = (
    LogbookOpened("p-1", "drives", MARCH),
    MentorEntered("tutor", TUTOR, MARCH),
    MentorEntered("master", MASTER, MARCH),
)
done: tuple[Event, ...] = (
    SkillDemonstrated("turning", "master", MARCH),
    SkillSignedOff("p-1", "drives", "turning", "master", 2, MARCH),
    TaskAssigned("t-1", "…", Work.JOB, "tutor", MARCH),
    TaskAssigned("t-2", "…", Work.EXERCISE, "tutor", MARCH),
    SkillDemonstrated("milling", "tutor", APRIL),
)


def test_a_logbooks_row_keeps_who_did_which_duty_when() -> None:
    (row,) = fold(DutiesDone(), "logbook/ap-1", [*opened, *done]).values()
    assert row.base == "drives"
    assert row.done == [Duty(MARCH, MASTER), Duty(MARCH, MASTER), Duty(MARCH, TUTOR), Duty(APRIL, TUTOR)]


def test_what_is_done_where_no_logbook_was_opened_counts_for_nobody() -> None:
    assert fold(DutiesDone(), "logbook/ap-1", done) == {}


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with closing(Stage(database, EVENT_TYPES, FOLLOWERS)) as stage:
        stage.store.register(QINGLAN)
        for number in (1, 2):
            stream = StreamId(f"logbook/ap-{number}")
            events: Sequence[Event] = (*opened, *done)
            stage.store.append(QINGLAN, [NewEvent(stream, n, event, NOON) for n, event in enumerate(events, 1)])
        stage.fold_all((DutiesDone(),))
        yield stage


def share(stage: Stage, as_of: date | None = None, periods: list[str] | None = None) -> list[tuple[Any, ...]]:
    with stage.connect() as connection:
        asked = {"as_of": as_of, "per": "month", "periods": periods, "whole": False}
        return sorted(connection.execute(ENTERPRISE_DUTY_SHARE, asked).fetchall())


def test_the_share_is_of_the_month_in_which_the_duties_were_done(stage: Stage) -> None:
    march, april = (QINGLAN, "drives", "2026-03", 400, 6, 2), (QINGLAN, "drives", "2026-04", 0, 2, 2)
    assert share(stage, date(2026, 5, 1)) == [march, april]
    assert share(stage, date(2026, 5, 1), ["2026-04"]) == [april]
    assert share(stage, APRIL) == [march]
