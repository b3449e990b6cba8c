"""Every list that can be sorted, by each of its columns, answered by the real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.routes import QueryRoute
from baseplus.kernel.scenario import NOON
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES, FOLLOWERS, ROUTES, VIEWS
from projections.runner.reader import Reader
from tests.assessment.certifying import OWN, VOCATIONAL, awarded
from tests.pages.town import QINGLAN, tell, tell_of_assessments, tell_of_people
from tests.projections.bases.test_queries import story
from tests.projections.oversight.test_queries import told
from tests.projections.paging import page_by_page
from tests.projections.runner.stage import Stage

NORTH = TenantId("north")
TODAY = date(2026, 9, 1)
OF_TOWN = {"agreements", "assessments", "mentoring", "apprenticeships"}
"""What Qinglan University has rows of; North has those of all others."""

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
        stage.store.append(
            NORTH,
            [NewEvent(StreamId(f"certificates/c-{n}"), 1, event, NOON) for n, event in enumerate(certificates)],
        )
        stage.fold_all(VIEWS)
        yield reader


def tenant_of(route: QueryRoute) -> TenantId:
    return QINGLAN if route.capability in OF_TOWN else NORTH


@pytest.mark.parametrize(("name", "sort"), ORDERS)
def test_a_list_is_sorted_by_each_column_in_either_direction_page_by_page(reader: Reader, name: str, sort: str) -> None:
    route = SORTED[name]
    asked = read_struct(route.input, {"sort": sort, "limit": 1000})
    rising = route.read(reader, tenant_of(route), asked).rows
    assert len(rising) > 1
    values = [getattr(row, sort) for row in rising]
    there = [value for value in values if value is not None]
    assert values == [*there, *[None] * (len(values) - len(there))]
    if isinstance(there[0], int | date | datetime | Decimal):
        assert there == sorted(there)
    falling = msgspec.structs.replace(asked, descending=True)
    assert route.read(reader, tenant_of(route), falling).rows == rising[::-1]
    for one, rows in ((asked, rising), (falling, rising[::-1])):
        assert page_by_page(route.read, reader, tenant_of(route), one, limit=2) == rows


@pytest.mark.parametrize("name", SORTED)
def test_the_usual_order_is_what_a_list_has_unasked_and_its_cursors_are_of_no_other(reader: Reader, name: str) -> None:
    route = SORTED[name]
    page = route.read(reader, tenant_of(route), read_struct(route.input, {"limit": 1}))
    asked: dict[str, Any] = {"cursor": page.cursor, "descending": True}
    with pytest.raises(Invalid, match="not one that we gave"):
        route.read(reader, tenant_of(route), read_struct(route.input, asked))
