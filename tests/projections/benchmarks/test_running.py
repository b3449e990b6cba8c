"""Vacant posts, used resources and services in time, against a count day by day from what the rules know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, settings

from baseplus.bases.events import (
    BaseClosed,
    ManagerAppointed,
    PostAbolished,
    PostHandedOver,
    PostVacated,
    ResourceContributed,
    ResourceKind,
    ResourceRetired,
    ResourceUsed,
    RetiredFor,
)
from baseplus.bases.model import bases
from baseplus.bases.resources import resources
from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import StreamId, TenantId
from baseplus.mentoring.events import Channel
from baseplus.services.events import (
    CancelledBy,
    ServiceCancelled,
    ServiceDelivered,
    ServiceRequested,
)
from baseplus.services.model import services
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES
from projections.benchmarks.holdings import PostSpans, ResourceSpans, ResourceUse
from projections.benchmarks.queries import contributions
from projections.benchmarks.release import measure
from projections.benchmarks.views import Contributions
from projections.runner.reader import Reader
from tests.bases.story import HR, TEACHER, at, day, hr_post, teacher_post
from tests.bases.test_any_order import TYPES, of_a_base, of_a_resource, of_a_service
from tests.projections.runner.stage import Stage
from tests.properties import Order, played

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NORTH = TenantId("north")
VIEWS = (PostSpans(), ResourceSpans(), ResourceUse(), Contributions())
Figures = dict[tuple[str, str, str], tuple[int, int, int]]
"""(base, period, category) -> (numerator, denominator, people)."""


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    with closing(Stage(database, EVENT_TYPES)) as stage:
        yield stage


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def happened(stage: Stage, tenant: TenantId, histories: Mapping[str, Sequence[Event]]) -> None:
    stage.store.register(tenant)
    for stream, events in histories.items():
        stage.store.append(tenant, [NewEvent(StreamId(stream), n, event, NOON) for n, event in enumerate(events, 1)])
    stage.fold_all(VIEWS)


def asked(reader: Reader, key: str, as_of: date | None = None, tenant: TenantId = NORTH) -> Figures:
    rows = contributions(reader, tenant, key, as_of=as_of)
    return {(row.base, row.period, row.category): (row.numerator, row.denominator, row.people) for row in rows}


appointed = ManagerAppointed("hr", HR, "p-bai", "Bai Yang", day(10))


def test_a_post_counts_the_days_for_which_it_stood_empty_in_each_month(stage: Stage, reader: Reader) -> None:
    history = (teacher_post, hr_post, appointed, ManagerAppointed("head", TEACHER, "p-lin", "Lin Mei", day(3)))
    happened(stage, NORTH, {"bases/drives": history})
    # Created on the 3rd: the 3rd to the 9th are seven days.
    assert asked(reader, "post_vacancy_days", day(1, month=3)) == {("drives", "2026-02", "all"): (7, 2, 2)}
    assert asked(reader, "post_vacancy_days", day(5)) == {("drives", "2026-02", "all"): (2, 2, 1)}
    assert asked(reader, "post_vacancy_days", day(3)) == {}


def test_a_handover_leaves_no_day_empty_and_a_post_counts_until_it_is_abolished(stage: Stage, reader: Reader) -> None:
    handed = PostHandedOver("hr", HR, "p-bai", "p-cao", "Cao Rui", ("Keys",), day(20))
    ended = PostVacated("hr", HR, "p-cao", day(25)), PostAbolished("hr", HR, day(27))
    happened(stage, NORTH, {"bases/drives": (hr_post, appointed, handed, *ended)})
    assert asked(reader, "post_vacancy_days", day(20, month=3)) == {("drives", "2026-02", "all"): (9, 1, 2)}


def test_no_post_of_a_closed_base_stands_empty(stage: Stage, reader: Reader) -> None:
    happened(stage, NORTH, {"bases/drives": (hr_post, BaseClosed("…", day(10)))})
    assert asked(reader, "post_vacancy_days", day(20, month=3)) == {("drives", "2026-02", "all"): (7, 1, 0)}


def contributed(hours: int, on: date) -> ResourceContributed:
    return ResourceContributed("drives", "yunchuan", ResourceKind.ROOM, "Hall 3", hours, on)


def test_hours_used_are_a_share_of_the_hours_for_which_resources_were_there(stage: Stage, reader: Reader) -> None:
    happened(
        stage,
        NORTH,
        {
            "resources/hall": (
                contributed(35, day(22)),
                ResourceUsed("u-1", "drives", at(23, 9), at(23, 16), "p-shen"),
                ResourceUsed("u-2", "drives", at(28, 23), at(1, 1, month=3), "p-lin"),
            ),
            "resources/mill": (contributed(7, day(27)), ResourceRetired("drives", RetiredFor.LOST, day(28))),
        },
    )
    # Seven days of 5 hours and two of one, the last one included; eight hours used.
    february, march = ("drives", "2026-02", "all"), ("drives", "2026-03", "all")
    whole = {february: (700 * 8 * 60, 7 * (7 * 5 + 2) * 60, 2), march: (700 * 60, 7 * 5 * 60, 1)}
    assert asked(reader, "resource_utilisation", day(2, month=3)) == whole
    assert asked(reader, "resource_utilisation", day(24)) == {february: (700 * 7 * 60, 7 * 2 * 5 * 60, 1)}
    assert asked(reader, "resource_utilisation", day(23)) == {february: (0, 7 * 5 * 60, 0)}


ONLINE, OFFLINE = Channel.ONLINE, Channel.OFFLINE


def requested(name: str, channel: Channel, on: date) -> ServiceRequested:
    return ServiceRequested(name, "drives", channel, "p-shen", on, on + timedelta(days=7))


def delivered(name: str, asked: Channel, on: date, got: date) -> ServiceDelivered:
    return ServiceDelivered(name, "drives", ONLINE, asked, on, on + timedelta(days=7), got)


def test_a_service_counts_in_the_month_and_by_the_channel_it_was_asked_for(stage: Stage, reader: Reader) -> None:
    history = (
        requested("rq-1", ONLINE, day(27)),
        requested("rq-2", OFFLINE, day(27)),
        requested("rq-3", OFFLINE, day(1, month=3)),
        requested("rq-4", OFFLINE, day(27)),
        delivered("rq-1", ONLINE, day(27), day(7, month=3)),
        delivered("rq-2", OFFLINE, day(27), day(6, month=3)),
        ServiceCancelled("rq-4", "drives", OFFLINE, CancelledBy.BASE, "…", day(27), day(6, month=3), day(28)),
    )
    happened(stage, NORTH, {"services/advice": history})
    assert asked(reader, "service_on_time_rate") == {
        ("drives", "2026-02", "online"): (0, 1, 0),
        ("drives", "2026-02", "offline"): (100, 2, 0),
        ("drives", "2026-03", "offline"): (0, 1, 0),
    }


def test_what_is_called_off_in_time_by_who_asked_is_not_counted(stage: Stage, reader: Reader) -> None:
    def called_off(on: int) -> tuple[Event, ...]:
        off = ServiceCancelled("rq-1", "drives", ONLINE, CancelledBy.REQUESTER, "…", day(2), day(9), day(on))
        return requested("rq-1", ONLINE, day(2)), off

    happened(stage, NORTH, {"services/in-time": called_off(9)})
    assert asked(reader, "service_on_time_rate") == {("drives", "2026-02", "online"): (0, 0, 0)}
    happened(stage, TenantId("south"), {"services/late": called_off(10)})
    assert asked(reader, "service_on_time_rate", tenant=TenantId("south")) == {
        ("drives", "2026-02", "online"): (0, 1, 0)
    }


def test_a_release_stands_before_what_could_not_be_folded_in_any_of_its_views(stage: Stage) -> None:
    happened(stage, NORTH, {"resources/hall": (contributed(35, day(22)),), "bases/drives": (hr_post, appointed)})
    ((generation,),) = stage.ask(
        "SELECT generation FROM views.generations WHERE view = 'resource_use' AND state = 'live'"
    )
    with stage.connect() as connection:
        connection.execute(
            "INSERT INTO views.parked (view, generation, tenant, position, type, reason)"
            " VALUES ('resource_use', %s, 'north', 2, 'bases.resource_used.v1', 'unreadable')",
            (generation,),
        )
    with stage.database.connect("worker") as connection:
        assert measure(connection, "resource_utilisation", ["2026-02"]).positions == {NORTH: 1}
        assert measure(connection, "post_vacancy_days", ["2026-02"]).positions == {NORTH: 3}


def vacancies(history: Sequence[Any], as_of: date) -> Figures:
    """Day by day, from what the rules know at the end of each day."""
    empty, there, holders = Counter[str](), dict[str, set[str]](), dict[str, set[str]]()
    first = min((event.on for event in history), default=as_of)
    for number in range((as_of - first).days):
        today = first + timedelta(days=number)
        month, state = f"{today:%Y-%m}", bases.fold(event for event in history if event.on <= today)
        for name, post in state.posts.items():
            if state.closed or post.abolished:
                continue
            there.setdefault(month, set()).add(name)
            if post.holder:
                holders.setdefault(month, set()).add(post.holder)
            else:
                empty[month] += 1
    return {
        ("drives", month, "all"): (empty[month], len(names), len(holders.get(month, ())))
        for month, names in there.items()
    }


def utilisation(history: Sequence[Any], as_of: date) -> Figures:
    """Minute by minute, from what the rules know."""
    state = resources.fold(history)
    if not state.base:
        return {}
    used, available, people = Counter[str](), Counter[str](), dict[str, set[str]]()
    who = {event.use: event.used_by for event in history if isinstance(event, ResourceUsed)}
    for use, taken in state.used.items():
        minute = taken.since
        while minute < taken.until:
            if minute.date() < as_of:
                used[f"{minute:%Y-%m}"] += 1
                people.setdefault(f"{minute:%Y-%m}", set()).add(who[use])
            minute += timedelta(minutes=1)
    today = state.since
    while today < as_of and (state.retired is None or today <= state.retired):
        available[f"{today:%Y-%m}"] += 40 * 60
        today += timedelta(days=1)
    return {
        ("drives", month, "all"): (700 * used[month], minutes, len(people.get(month, ())))
        for month, minutes in available.items()
    }


def in_time(history: Sequence[Any]) -> Figures:
    """Request by request, from what the rules know."""
    wanted = {event.request: event for event in history if isinstance(event, ServiceRequested)}
    last = {event.request: event for event in history if isinstance(event, ServiceDelivered | ServiceCancelled)}
    found: dict[tuple[str, str, str], list[int]] = {}
    for name, case in services.fold(history).cases.items():
        figures = found.setdefault(("drives", f"{case.requested:%Y-%m}", case.asked.value), [0, 0])
        end = last.get(name)
        match end:
            case ServiceDelivered():
                figures[0] += 100 if end.on <= wanted[name].due else 0
                figures[1] += 1
            case ServiceCancelled(by=CancelledBy.REQUESTER) if end.on <= wanted[name].due:
                pass
            case _:
                figures[1] += 1
    return {place: (numerator, denominator, 0) for place, (numerator, denominator) in found.items()}


NUMBERS = count(1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@hypothesis.given(
    of_a_base(), of_a_resource(), of_a_service(), hypothesis.strategies.dates(date(2026, 1, 20), date(2026, 5, 1))
)
def test_whatever_happened_figures_are_those_of_a_count_from_the_rules(
    stage: Stage, reader: Reader, base: list[Order], resource: list[Order], service: list[Order], as_of: date
) -> None:
    tenant = TenantId(f"t-{next(NUMBERS)}")
    ran, used, served = played(bases, TYPES, base), played(resources, TYPES, resource), played(services, TYPES, service)
    happened(stage, tenant, {"bases/drives": ran, "resources/hall": used, "services/law": served})
    assert asked(reader, "post_vacancy_days", as_of, tenant) == vacancies(ran, as_of)
    assert asked(reader, "resource_utilisation", as_of, tenant) == utilisation(used, as_of)
    assert asked(reader, "service_on_time_rate", as_of, tenant) == in_time(served)
