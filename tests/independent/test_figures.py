"""The independent count and the program's, on histories that random commands made, of many things at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import hypothesis
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from baseplus.agreements.events import AgreementProposed, AgreementTookEffect, BreachCured
from baseplus.bases.model import bases
from baseplus.bases.resources import resources
from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import StreamId, TenantId
from baseplus.services.model import services
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES, VIEWS
from projections.benchmarks.indicators import INDICATORS
from projections.runner.reader import Reader
from tests.agreements import test_any_order as of_agreements
from tests.apprenticeships import test_any_order as of_careers
from tests.apprenticeships.story import day
from tests.assessment import test_any_order as of_assessments
from tests.bases.test_any_order import TYPES, of_a_base, of_a_resource, of_a_service
from tests.independent.comparing import CALCULATIONS, differences
from tests.independent.stories import RENEWED, STREAMS
from tests.investment import test_any_order as of_money
from tests.logbook import test_any_order as of_logbooks
from tests.mentoring import test_dispatches_in_any_order as of_dispatches
from tests.mentoring.test_any_order import worlds
from tests.projections.runner.stage import Stage
from tests.projects import test_any_order as of_projects
from tests.properties import Order, played

COUNTED = [
    view for view in VIEWS if type(view).__module__.startswith("projections.benchmarks") or view.name == "products"
]
"""The views that figures are read from."""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = date(2027, 9, 20)


@pytest.fixture
def stage(migrated_database: Database) -> Iterator[Stage]:
    with closing(Stage(migrated_database, EVENT_TYPES)) as stage:
        yield stage


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def _happened(event: Event) -> datetime:
    """When it did, where the event does not say so."""
    match event:
        case AgreementProposed(on=date() as day) | AgreementTookEffect(signed=date() as day):
            return datetime.combine(day, time(9), UTC)
        case BreachCured(due=date() as day):
            return datetime.combine(day + timedelta(days=1), time(9), UTC)
        case _:
            return NOON


def tell(stage: Stage, tenant: TenantId, stream: str, events: Sequence[Event]) -> None:
    new = [NewEvent(StreamId(stream), n, event, _happened(event)) for n, event in enumerate(events, 1)]
    stage.store.append(tenant, new)


def drawn(histories: st.SearchStrategy[Any], number: int) -> list[Any]:
    """So many histories: always the same ones, since figures of few are often 0, and some must not be."""
    found = list[Any]()

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(histories)
    def keep(one: Any) -> None:
        found.append(one)

    keep()
    return found


def _played(decider: Any, orders: st.SearchStrategy[list[Order]]) -> st.SearchStrategy[Any]:
    return orders.map(lambda given: played(decider, TYPES, given))


def _about(base: str, history: Sequence[Any]) -> list[Event]:
    """The same agreement, about a base."""
    return [msgspec.structs.replace(one, base=base) if hasattr(one, "base") else one for one in history]


def everything() -> dict[str, Sequence[Event]]:
    """Streams of all capabilities but mentors, which random commands made."""
    capabilities: dict[str, st.SearchStrategy[Any]] = {
        "apprenticeships": of_careers.histories(),
        "logbook": of_logbooks.histories,
        "mentoring": of_dispatches.histories(),
        "investment": of_money.histories,
        "projects": of_projects.histories,
        "agreements": of_agreements.histories().map(partial(_about, "drives")),
        "assessments": of_assessments.histories.map(of_assessments.played),
        "bases": _played(bases, of_a_base()),
        "resources": _played(resources, of_a_resource()),
        "services": _played(services, of_a_service()),
    }
    return {
        f"{capability}/x-{number}": events
        for capability, histories in capabilities.items()
        for number, events in enumerate(drawn(histories, 25))
        if events
    }


RANDOM = {
    "resource_utilisation",
    "dispatch_delivery_rate",
    "post_vacancy_days",
    "enterprise_cost_share",
    "return_on_training",
}
"""What random histories show well, and the stories leave to them."""


def check(stage: Stage, reader: Reader, tenant: str, streams: Mapping[str, Sequence[Event]], *days: date) -> set[str]:
    """That nothing differs, up to each of these days. The indicators that have anything above the line."""
    stage.store.register(TenantId(tenant))
    for stream, events in streams.items():
        tell(stage, TenantId(tenant), stream, events)
    stage.fold_all(COUNTED)
    moved = set[str]()
    for today in days:
        found, above = differences(stage.database, reader, TenantId(tenant), today)
        assert found == []
        moved |= above
    return moved


def test_the_figures_of_the_stories_are_those_of_the_raw_history(stage: Stage, reader: Reader) -> None:
    moved = check(stage, reader, "north", STREAMS, day(9), date(2027, 1, 5))
    assert moved == CALCULATIONS.keys() - RANDOM, "of what is never above 0 nothing is shown"


def test_certificates_that_expire_and_are_renewed_count_as_they_do_in_the_raw_history(
    stage: Stage, reader: Reader
) -> None:
    assert "dual_certification_rate" in check(stage, reader, "north", RENEWED, day(21), day(23), day(26))


def test_whatever_happened_figures_are_those_of_the_raw_history(stage: Stage, reader: Reader) -> None:
    assert check(stage, reader, "north", everything(), day(20, month=2), LATER) >= RANDOM


def test_whoever_guides_whom_the_days_are_those_of_the_raw_history(stage: Stage, reader: Reader) -> None:
    for number, world in enumerate(drawn(worlds(), 60)[-12:]):
        check(stage, reader, f"t-{number}", world.streams, day(20))


def test_every_indicator_is_counted_anew() -> None:
    assert CALCULATIONS.keys() == {one.key for one in INDICATORS}
