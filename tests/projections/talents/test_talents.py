from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    Destination,
    Direction,
    EmploymentConfirmed,
    ExitReason,
    OfferDeclined,
    PoolConsentWithdrawn,
    PoolLeaving,
)
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES
from projections.runner.reader import Reader
from projections.talents.queries import ListPool, ListTalents, ShowTalent, one_talent, pool, talents
from projections.talents.views import Confirmation, Offer, TalentRow, Talents
from tests.apprenticeships.story import day, enrolled
from tests.apprenticeships.test_talent_pool import accepted, consent, joined, left, offered, offered_here, taken_over
from tests.projections.folding import fold
from tests.projections.runner.stage import Stage

NORTH, NOON = TenantId("north"), datetime(2026, 3, 2, 12, tzinfo=UTC)
completed = ApprenticeshipCompleted("drives", day(16, month=2), day(20))
in_pool = (enrolled, consent, joined)


def row(*history: Event) -> TalentRow:
    found = fold(Talents(), "apprenticeships/ap-1", history)["ap-1"]
    assert isinstance(found, TalentRow)
    return found


def confirmed(months: int, destination: Destination, previous: Destination | None = None) -> EmploymentConfirmed:
    on = day(20, month=12)
    return EmploymentConfirmed("person-17", "drives", months, destination, day(20), on, previous=previous)


def test_an_enrolled_apprentice_is_in_no_pool() -> None:
    assert row(enrolled) == TalentRow(
        id="ap-1",
        apprentice="person-17",
        name="Shen Yutong",
        base="drives",
        enterprise="yunchuan",
        occupation="cnc-machinist",
        position=1,
    )
    assert fold(Talents(), "apprenticeships/ap-1", [joined]) == {}


def test_consent_and_membership_are_shown_with_their_days() -> None:
    found = row(*in_pool)
    assert (found.consent, found.consent_until, found.pool_since) == (True, None, day(2))
    found = row(*in_pool, left(PoolLeaving.CONSENT_WITHDRAWN, 5), PoolConsentWithdrawn("person-17", day(5)))
    assert (found.consent, found.pool_since, found.pool_left, found.pool_left_on) == (
        False,
        None,
        PoolLeaving.CONSENT_WITHDRAWN,
        day(5),
    )


def test_each_offer_is_shown_and_what_became_of_it() -> None:
    found = row(*in_pool, offered, offered_here, OfferDeclined("offer-2", "yunchuan", day(4)), accepted)
    assert found.offers == [
        Offer("offer-1", "hengtai", "Machinist", day(3), "accepted", True, Decimal(6200), "CNY", day(4)),
        Offer("offer-2", "yunchuan", "Machinist", day(3), "declined", False, answered_on=day(4)),
    ]
    assert (found.hired_by, found.hired_on, found.work_starts) == ("hengtai", day(4), day(5))
    assert (found.by_trainer, found.through_pool) == (False, True)
    found = row(enrolled, offered_here, taken_over)
    assert (found.by_trainer, found.through_pool) == (True, False)


def test_the_latest_finding_counts_for_each_number_of_months() -> None:
    found = row(
        enrolled,
        completed,
        confirmed(6, Destination.UNKNOWN),
        confirmed(3, Destination.STUDY),
        confirmed(6, Destination.STUDY, Destination.UNKNOWN),
    )
    assert found.completed_on == day(20)
    on = day(20, month=12)
    assert found.confirmed == [Confirmation(3, Destination.STUDY, on), Confirmation(6, Destination.STUDY, on)]
    gone = ApprenticeExited("person-17", "drives", ExitReason.OTHER, Direction.WORK, day(9))
    assert row(enrolled, gone).left_training


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    """ap-1 is in the pool, ap-2 was hired from it, ap-3's consent has run out, ap-4 completed and studies."""
    today = datetime.now(UTC).date()

    def until(last: date) -> tuple[Event, ...]:
        return (
            msgspec.structs.replace(enrolled, name="Bai Yuchen", base="foundry"),
            msgspec.structs.replace(consent, until=last),
            msgspec.structs.replace(joined, until=last),
        )

    histories = {
        "ap-1": until(today + timedelta(days=9)),
        "ap-2": (*in_pool, offered, accepted, left(PoolLeaving.HIRED, 4)),
        "ap-3": until(today - timedelta(days=1)),
        "ap-4": (enrolled, completed, confirmed(3, Destination.UNKNOWN), confirmed(6, Destination.STUDY)),
    }
    with closing(Stage(database, EVENT_TYPES)) as stage:
        stage.store.register(NORTH)
        for thing, events in histories.items():
            stream = StreamId(f"apprenticeships/{thing}")
            stage.store.append(NORTH, [NewEvent(stream, n, event, NOON) for n, event in enumerate(events, 1)])
        stage.fold_all((Talents(),))
        with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
            yield reader


def listed(reader: Reader, **asked: Any) -> list[str]:
    return [one.id for one in talents(reader, NORTH, ListTalents(**asked)).rows]


def test_the_pool_shows_who_agreed_to_be_shown_today_and_what_they_agreed_to(reader: Reader) -> None:
    (member,) = pool(reader, NORTH, ListPool()).rows
    assert (member.id, member.name, member.base, member.since) == ("ap-1", "Bai Yuchen", "foundry", day(2))
    assert pool(reader, NORTH, ListPool(base="drives")).rows == []
    assert pool(reader, NORTH, ListPool(occupation="welder")).rows == []
    assert pool(reader, NORTH, ListPool(completed=True)).rows == []


def test_the_way_to_work_is_asked_for_by_what_became_of_them(reader: Reader) -> None:
    assert listed(reader) == ["ap-1", "ap-2", "ap-3", "ap-4"]
    assert (listed(reader, in_pool=True), listed(reader, in_pool=False)) == (["ap-1"], ["ap-2", "ap-3", "ap-4"])
    assert (listed(reader, hired=True), listed(reader, hired_by="hengtai")) == (["ap-2"], ["ap-2"])
    assert (listed(reader, completed=True), listed(reader, confirmed=Destination.STUDY)) == (["ap-4"], ["ap-4"])
    assert listed(reader, confirmed=Destination.UNKNOWN) == []
    assert (listed(reader, base="foundry"), listed(reader, search="yuchen")) == (["ap-1", "ap-3"], ["ap-1", "ap-3"])
    assert listed(reader, enterprise="elsewhere") == []
    page = talents(reader, NORTH, ListTalents(limit=3))
    assert page.has_more
    assert [one.id for one in talents(reader, NORTH, ListTalents(limit=3, cursor=page.cursor)).rows] == ["ap-4"]


def test_one_of_them_is_shown_with_every_offer(reader: Reader) -> None:
    assert [one.offer for one in one_talent(reader, NORTH, ShowTalent(apprenticeship="ap-2")).offers] == ["offer-1"]
    with pytest.raises(NotFound):
        one_talent(reader, NORTH, ShowTalent(apprenticeship="ap-2", enterprise="elsewhere"))
