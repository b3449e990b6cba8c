from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from baseplus.agreements.drafting import AddClause, Draft, Propose
from baseplus.agreements.model import agreements
from baseplus.agreements.terms import Party, PartyKind
from baseplus.kernel.decisions import Metadata
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from projections.history.queries import EventRow, ListEvents, events
from projections.runner.reader import Reader
from tests.agreements.story import ENTERPRISE, SCHOOL

NORTH, SOUTH = TenantId("north"), TenantId("south")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    with closing(Reader(database.dsn("app"), size=1)) as reader:
        yield reader


@pytest.fixture(autouse=True)
def told(store: Store) -> None:
    """North: a-1 is drafted (1), gains a clause (2) and is proposed (3), a-12 is drafted (4). South: one draft."""
    store.register(NORTH, SOUTH)
    draft, clause = Draft("A base", (SCHOOL, ENTERPRISE)), AddClause("found", SCHOOL.id, "…")
    who = Metadata(actor="k-1")
    store.execute(NORTH, agreements, "a-1", draft, clause, Propose(), at=NOON, metadata=who)
    store.execute(NORTH, agreements, "a-12", draft)
    store.execute(SOUTH, agreements, "a-1", Draft("Another", (SCHOOL, Party("other", PartyKind.ENTERPRISE, "Other"))))


def positions(reader: Reader, asked: ListEvents, tenant: TenantId = NORTH) -> list[int]:
    return [row.position for row in events(reader, tenant, asked).rows]


def test_the_latest_event_comes_first_with_when_it_happened_and_by_whom(reader: Reader) -> None:
    rows = events(reader, NORTH, ListEvents()).rows

    assert [row.position for row in rows] == [4, 3, 2, 1]
    first = rows[-1]
    assert first == EventRow(1, "agreements.agreement_drafted.v1", "agreements/a-1", 1, NOON, first.recorded_at, "k-1")
    assert first.recorded_at > NOON


def test_nobody_sees_another_tenant_s_events(reader: Reader) -> None:
    assert positions(reader, ListEvents(), SOUTH) == [1]
    assert positions(reader, ListEvents(), TenantId("nobody")) == []


def test_events_are_found_by_stream_by_capability_and_by_type(reader: Reader) -> None:
    assert positions(reader, ListEvents(stream="agreements/a-1")) == [3, 2, 1]
    assert positions(reader, ListEvents(stream="agreements")) == [4, 3, 2, 1]
    assert positions(reader, ListEvents(type="agreements.clause_added.v1")) == [2]
    assert positions(reader, ListEvents(type="agreements.agreement_")) == [4, 3, 1]
    assert positions(reader, ListEvents(stream="agreements/a-12", type="agreements.clause_added.v1")) == []


def test_the_history_can_be_read_as_it_stood_at_a_position(reader: Reader) -> None:
    assert positions(reader, ListEvents(at=2)) == [2, 1]


def test_the_whole_history_can_be_read_a_page_at_a_time(reader: Reader) -> None:
    first = events(reader, NORTH, ListEvents(limit=3))
    second = events(reader, NORTH, ListEvents(limit=3, cursor=first.cursor))

    assert ([row.position for row in first.rows], first.has_more) == ([4, 3, 2], True)
    assert ([row.position for row in second.rows], second.has_more) == ([1], False)
