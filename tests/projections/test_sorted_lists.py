"""Every list that can be sorted, by each of its columns, answered by the real database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import msgspec
import pytest

from baseplus.apprenticeships.events import PoolLeaving
from baseplus.kernel.decisions import Step
from baseplus.kernel.events import Event
from baseplus.kernel.forms import read_struct
from baseplus.kernel.paging import read_cursor
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.routes import QueryRoute
from baseplus.kernel.scenario import NOON
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES, FOLLOWERS, ROUTES, VIEWS
from projections.runner.reader import Reader
from tests.apprenticeships.story import enrolled
from tests.apprenticeships.test_grievances import raised, resolved
from tests.apprenticeships.test_talent_pool import accepted, consent, joined, left, offered
from tests.assessment.certifying import OWN, VOCATIONAL, awarded
from tests.pages.town import QINGLAN, tell, tell_of_assessments, tell_of_people
from tests.projections.bases.test_queries import story
from tests.projections.investment.test_queries import steps as of_money
from tests.projections.logbook.test_queries import course, opening
from tests.projections.oversight.test_queries import told
from tests.projections.paging import page_by_page
from tests.projections.projects.test_queries import steps as of_projects
from tests.projections.runner.stage import Stage
from tests.projections.talents.test_talents import completed, in_pool

NORTH = TenantId("north")
TODAY = date(2026, 9, 1)
OF_TOWN = {"agreements", "assessments", "mentoring", "apprenticeships"}
"""What Qinglan University has rows of. North has those of all others, but for what stands in STORIES."""
STORIES: dict[str, Callable[[], Iterable[Step]]] = {
    "investment": of_money,
    "projects": of_projects,
    "logbook": lambda: (*opening(), *course()),
    "training_plans": lambda: (*opening(), *course()),
}
"""Each is that of a university of its own, called after the capability."""
NEEDED = {"grievances.list": {"handler": raised.handlers[0]}}
"""What a list must be asked for besides its order."""

SORTED = {
    f"{route.capability}.{route.name}": route
    for route in ROUTES
    if isinstance(route, QueryRoute) and "descending" in route.input.__struct_fields__
}
ORDERS = [
    (name, choice)
    for name, route in SORTED.items()
    for field in route.fields
    if field.name == "sort"
    for choice in field.choices
]


@pytest.fixture(scope="module")
def reader(module_database: Database) -> Iterator[Reader]:
    with (
        closing(Stage(module_database, EVENT_TYPES, FOLLOWERS)) as stage,
        closing(Reader(module_database.dsn("app"), size=1, types=EVENT_TYPES)) as reader,
    ):
        for one in (tell, tell_of_people, tell_of_assessments):
            one(stage.store, TODAY)
        stage.store.register(NORTH)
        stage.store.execute_all(NORTH, [*story()])
        stage.store.execute_all(NORTH, [*told()], at=NOON, now=NOON)
        certificates = (awarded(), awarded(OWN, expires=TODAY), awarded(VOCATIONAL, expires=date(2027, 9, 1)))
        histories: dict[str, tuple[Event, ...]] = {f"certificates/c-{n}": (one,) for n, one in enumerate(certificates)}
        for n, until in enumerate((None, date(9000, 1, 1), date(9000, 1, 2)), 1):
            asking = (msgspec.structs.replace(consent, until=until), msgspec.structs.replace(joined, until=until))
            histories[f"apprenticeships/ap-{n}"] = (enrolled, *asking, completed)[: n + 2]
            histories[f"grievances/g-{n}"] = (raised, resolved)[:n]
        histories["apprenticeships/ap-4"] = (*in_pool, offered, accepted, left(PoolLeaving.HIRED, 4))
        for stream, events in histories.items():
            new = [NewEvent(StreamId(stream), version, event, NOON) for version, event in enumerate(events, 1)]
            stage.store.append(NORTH, new)
        for name, steps in STORIES.items():
            stage.store.register(TenantId(tenant_named(name)))
            for step in steps():
                stage.store.execute_all(TenantId(tenant_named(name)), [step])
        stage.fold_all(VIEWS)
        yield reader


def tenant_of(route: QueryRoute) -> TenantId:
    if route.capability in STORIES:
        return TenantId(tenant_named(route.capability))
    return QINGLAN if route.capability in OF_TOWN else NORTH


def tenant_named(capability: str) -> str:
    return capability.replace("_", "-")


def as_text_sorts(database: Database, texts: list[str]) -> list[str]:
    """In the order of the database, which depends on its collation."""
    with database.connect("app") as connection:
        rows = connection.execute("SELECT one FROM unnest(%s::text[]) AS one ORDER BY one", ([*map(str, texts)],))
        return [row[0] for row in rows]


@pytest.mark.parametrize(("name", "sort"), ORDERS)
def test_a_list_is_sorted_by_each_column_in_either_direction_page_by_page(
    module_database: Database, reader: Reader, name: str, sort: str
) -> None:
    route = SORTED[name]
    asked = read_struct(route.input, {"sort": sort, "descending": False, "limit": 1000, **NEEDED.get(name, {})})
    rising = route.read(reader, tenant_of(route), asked).rows
    assert len(rising) > 1
    values = [getattr(row, sort) for row in rising]
    there = [value for value in values if value is not None]
    assert values == [*there, *[None] * (len(values) - len(there))]
    if isinstance(there[0], str):
        assert there == as_text_sorts(module_database, there)
    else:
        assert there == sorted(there)
    falling = msgspec.structs.replace(asked, descending=True)
    assert route.read(reader, tenant_of(route), falling).rows == rising[::-1]
    if sort == "name" and route.capability != "bases":
        page = route.read(reader, tenant_of(route), msgspec.structs.replace(asked, limit=1))
        assert values[0] not in str(read_cursor(page.cursor, list[Any])), "nobody's name goes into an address"
    for one, rows in ((asked, rising), (falling, rising[::-1])):
        assert page_by_page(route.read, reader, tenant_of(route), one, limit=2) == rows


@pytest.mark.parametrize("name", SORTED)
def test_the_usual_order_is_what_a_list_has_unasked_and_its_cursors_are_of_no_other(reader: Reader, name: str) -> None:
    route = SORTED[name]
    needed = NEEDED.get(name, {})
    usual: Any = read_struct(route.input, {"limit": 1, **needed})
    page = route.read(reader, tenant_of(route), usual)
    asked: dict[str, Any] = {"cursor": page.cursor, "descending": not usual.descending, **needed}
    with pytest.raises(Invalid, match="not one that we gave"):
        route.read(reader, tenant_of(route), read_struct(route.input, asked))
