from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import msgspec
import psycopg
import pytest

from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.vocabulary import TenantId
from projections.runner.reader import Reader, StandsStill
from projections.runner.rebuild import rebuild
from tests.projections.runner.shop import TYPES, VIEWS, Customers, Line, OrderPaid, OrderPlaced, Orders, Products
from tests.projections.runner.stage import NOON, Stage, running, until

NORTH, SOUTH = TenantId("north"), TenantId("south")
PLACED = OrderPlaced(customer="c-1", lines=(Line("tea", 2),))


class Asked(msgspec.Struct):
    id: str
    placed_at: datetime
    lines: list[Line]


@pytest.fixture
def reader(stage: Stage) -> Iterator[Reader]:
    """One connection, so that tenants come after one another on it."""
    with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
        yield reader


def test_rows_are_read_as_structs_of_one_tenant_only(stage: Stage, reader: Reader) -> None:
    stage.happened("north", ("o-1", PLACED))
    stage.happened("south", ("o-2", PLACED))
    stage.fold_all()
    assert reader.rows(NORTH, "SELECT id, placed_at, lines FROM views.orders", (), Asked) == [
        Asked("o-1", NOON, [Line("tea", 2)])
    ]
    found = reader.rows(SOUTH, "SELECT id, placed_at, lines FROM views.orders WHERE status = %s", ("open",), Asked)
    assert [row.id for row in found] == ["o-2"]


def test_no_table_shows_a_row_without_its_tenant_even_on_a_connection_that_another_tenant_used(
    stage: Stage, reader: Reader
) -> None:
    """Every table and view of both schemas, as the database lists them."""
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED))
    stage.fold_all((Orders(refused={7}), Customers(), Products()))
    rebuild(stage.connect, VIEWS, TYPES, ["customers"], processes=1)
    with stage.database.connect("admin") as admin:
        relations = [
            name
            for (name,) in admin.execute(
                "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname IN ('views', 'store') AND c.relkind IN ('r', 'v', 'm', 'p', 'f')"
            )
        ]
    assert {"views.orders", "views.orders__1", "views.customers__2", "views.parked", "store.events"} <= set(relations)
    readable = []
    for relation in relations:
        counting = f"SELECT count(*) AS id FROM {relation}"
        try:
            own = reader.rows(NORTH, counting, (), dict)[0]["id"]
        except psycopg.errors.InsufficientPrivilege:
            continue  # nothing at all is shown
        readable.append(relation)
        assert reader.rows(SOUTH, counting, (), dict) == [{"id": 0}], relation
        assert reader.rows(TenantId(""), counting, (), dict) == [{"id": 0}], relation
        with stage.database.connect("app") as fresh:
            assert fresh.execute(counting).fetchone() == (0,), relation
        if relation.startswith("views.") and "customers__1" not in relation:
            assert own, f"{relation} proves nothing: north has no row in it"
    assert {"views.orders", "views.orders__1", "views.customers", "views.tenant_position"} <= set(readable)


def test_a_reader_waits_until_the_read_models_have_come_to_a_position(stage: Stage, reader: Reader) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-2", PLACED))
    stage.publish()
    counting = "SELECT count(*) AS id FROM views.orders"
    with running(stage.worker()):
        assert reader.position(NORTH) in (0, 1, 2)
        assert reader.wait(NORTH, 2, patience=30)
        assert reader.rows(NORTH, counting, (), dict, until=2) == [{"id": 2}]
    assert not reader.wait(NORTH, 3, patience=0.05)
    with pytest.raises(Unavailable) as refused:
        reader.rows(NORTH, counting, (), dict, until=3, patience=0.05)
    assert refused.value.facts["reason"] == "the read models stand at 2"


def test_when_too_many_wait_the_next_is_told_at_once_that_the_read_models_are_behind(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED))
    with closing(Reader(stage.database.dsn("app"), size=3, waits=1)) as reader:
        waiting = [threading.Thread(target=reader.wait, args=(NORTH, 1, 240.0)) for _ in range(3)]
        for thread in waiting:
            thread.start()
        try:
            until(lambda: sum(thread.is_alive() for thread in waiting) == 1)  # two of three are told at once
            assert not reader.wait(NORTH, 1, patience=240.0)
            assert sum(thread.is_alive() for thread in waiting) == 1, "who waited first still waits"
        finally:
            stage.fold_all()
            for thread in waiting:
                thread.join()
        assert reader.wait(NORTH, 1, patience=240.0), "a seat is given back"


def test_a_database_that_is_away_is_a_refusal() -> None:
    with (
        closing(Reader("host=127.0.0.1 port=1 user=nobody", timeout=0.2)) as reader,
        pytest.raises(Unavailable),
    ):
        reader.rows(NORTH, "SELECT 1", (), dict)


def test_a_prepared_query_goes_on_after_a_switch_to_another_generation(stage: Stage, reader: Reader) -> None:
    class Later(Customers):
        name = "customers"
        version = 2

    stage.happened("north", ("o-1", PLACED))
    stage.fold_all()
    for _ in range(8):
        assert len(reader.rows(NORTH, "SELECT * FROM views.customers", (), dict)) == 1
    rebuild(stage.connect, (Orders(), Later(), Products()), TYPES, ["customers"], processes=1)
    for _ in range(8):
        assert len(reader.rows(NORTH, "SELECT * FROM views.customers", (), dict)) == 1


def test_a_read_that_must_see_what_its_view_could_not_fold_is_refused_and_others_are_not(
    stage: Stage, reader: Reader
) -> None:
    orders, customers = "SELECT count(*) AS id FROM views.orders", "SELECT sum(orders) AS id FROM views.customers"
    both = "SELECT (SELECT count(*) FROM views.orders) AS id, (SELECT count(*) FROM views.customers) AS customers"
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED))
    stage.happened("south", ("o-1", PLACED), ("o-2", PLACED))
    stage.fold_all((Orders(refused={7}), Customers(), Products()))
    for sql in (orders, both):
        with pytest.raises(StandsStill) as refused:
            reader.rows(NORTH, sql, (), dict, until=3)
        assert refused.value.facts == {"view": "orders", "position": 2}
    assert reader.rows(NORTH, customers, (), dict, until=3) == [{"id": 2}]
    assert reader.rows(NORTH, orders, (), dict, until=1) == [{"id": 1}]
    assert reader.rows(NORTH, orders, (), dict) == [{"id": 1}], "whoever must see nothing newer is shown what there is"
    assert reader.rows(SOUTH, orders, (), dict, until=2) == [{"id": 2}]
    rebuild(stage.connect, VIEWS, TYPES, ["orders"], processes=1)  # only the retired generation stands still now
    assert reader.rows(NORTH, orders, (), dict, until=3) == [{"id": 2}]
