from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event
from typing import Any

import msgspec
import pytest

from baseplus.kernel.vocabulary import TenantId
from projections.runner import metrics
from projections.runner.parked import TooManyParked
from projections.runner.parking import StillMissing, resume
from projections.runner.source import Delivered
from projections.runner.view import At
from tests.projections.runner.memory import MemorySource
from tests.projections.runner.shop import (
    VIEWS,
    Customers,
    Line,
    OrderCancelled,
    OrderEvent,
    OrderPaid,
    OrderPlaced,
    Orders,
    Products,
    ShopPainted,
)
from tests.projections.runner.stage import Stage, running, until

PLACED = OrderPlaced(customer="c-1", lines=(Line("tea", 2), Line("jam", 1), Line("tea", 1)))


def test_events_become_rows_and_the_position_moves_with_them(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED))
    stage.fold_all()
    assert stage.ask('SELECT id, status, paid FROM views."orders" ORDER BY id') == [
        ("o-1", "paid", 7),
        ("o-2", "open", None),
    ]
    assert stage.ask('SELECT id, orders FROM views."customers"') == [("c-1", 2)]
    assert stage.ask('SELECT id, pieces, position FROM views."products" ORDER BY id') == [("jam", 2, 3), ("tea", 6, 3)]
    assert stage.ask("SELECT * FROM views.tenant_position") == [("north", 3)]
    checked = stage.verify()
    assert (checked.rows, checked.differences, checked.parked) == (5, (), ())


def test_an_event_that_no_view_handles_moves_the_position_alone(stage: Stage) -> None:
    stage.happened("north", ("o-1", ShopPainted(colour="red")))
    unknown = Delivered("north", 2, "gardening.rose_cut.v1", "roses/r-1", "", "2026-01-01T00:00:00+00:00", b"{}")
    stage.publish()
    stage.log.add(stage.partition("north"), unknown)
    with running(stage.worker()):
        until(lambda: stage.ask("SELECT position FROM views.tenant_position") == [(2,)])
    assert stage.ask("SELECT count(*) FROM views.orders") == [(0,)]


def test_a_stored_event_of_an_older_version_is_folded_as_the_newer_one(stage: Stage) -> None:
    stage.store.register("north")  # type: ignore[arg-type]
    with stage.database.connect("admin") as admin:
        admin.execute(
            "INSERT INTO store.events (tenant, position, stream, version, type, occurred_at, data) VALUES ('north', 1, "
            "'orders/o-1', 1, 'shop.order_placed.v1', now(), %s)",
            (b'{"customer":"c-9","product":"tea"}',),
        )
        admin.execute("UPDATE store.tenants SET last_position = 1")
    stage.fold_all()
    assert stage.ask("SELECT id, pieces FROM views.products") == [("tea", 1)]
    assert not stage.verify().differences


def test_an_event_that_is_delivered_twice_counts_once(stage: Stage) -> None:
    stage.play(["north", "south"], 50, seed=1)
    stage.publish()
    for events in stage.log.partitions.values():
        events.extend(events[len(events) // 2 :])
        events.extend(events[:10])
    stage.fold_all()
    assert not stage.verify().differences


def test_a_gap_in_the_log_is_healed_from_the_store_whatever_its_size(stage: Stage) -> None:
    stage.play(["north", "south"], 120, seed=2)
    stage.publish()
    for events in stage.log.partitions.values():
        del events[5:100]  # several batches' worth
        del events[:1]
    healed = metrics.HEALED._value.get()
    stage.fold_all(batch=20)
    assert not stage.verify().differences
    assert metrics.HEALED._value.get() - healed == 2 * 96


def test_a_gap_that_nobody_can_fill_stops_its_tenant_in_every_view_and_nobody_else(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED))
    stage.happened("south", ("o-1", PLACED))
    stage.publish()
    partition = stage.partition("north")
    (event,) = (event for event in stage.log.partitions[partition] if event.tenant == "north")
    stage.log.add(partition, *(msgspec.structs.replace(event, position=position) for position in (4, 5)))
    stage.happened("south", ("o-1", OrderPaid(amount=8)))
    stage.publish("south")
    with running(stage.worker(parked_limit=0)):
        until(lambda: stage.ask("SELECT position FROM views.tenant_position WHERE tenant = 'south'") == [(2,)])
        until(lambda: len(stage.ask("SELECT FROM views.parked")) == len(VIEWS))
    assert stage.ask("SELECT DISTINCT tenant, position, type, reason FROM views.parked") == [
        ("north", 2, "missing", "neither the log nor the event store has the events at positions 2 to 3")
    ]
    assert stage.ask("SELECT position FROM views.tenant_position WHERE tenant = 'north'") == [(1,)]
    assert not stage.verify().differences


def test_once_a_gap_is_filled_its_tenant_goes_on_to_the_end_of_its_history(stage: Stage) -> None:
    story = [("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED), ("o-2", OrderPaid(amount=9))]
    stage.happened("north", *story)
    stage.publish()
    with stage.database.connect("admin") as admin:
        admin.execute("CREATE TABLE lost AS SELECT * FROM store.events WHERE position IN (2, 3)")
        admin.execute("ALTER TABLE store.events DISABLE TRIGGER USER")
        admin.execute("DELETE FROM store.events WHERE position IN (2, 3)")
    events = stage.log.partitions[stage.partition("north")]
    del events[1:3]
    brittle = (Orders(refused={9}), Customers(), Products())
    with running(stage.worker(brittle)):
        until(lambda: len(stage.ask("SELECT FROM views.parked")) == len(VIEWS))
        with pytest.raises(StillMissing) as refused:
            resume(stage.connect, brittle, stage.types, "orders", TenantId("north"))
        assert refused.value.facts == {"tenant": "north", "position": 2}
        with stage.database.connect("admin") as admin:
            admin.execute("INSERT INTO store.events SELECT * FROM lost")
        poison = resume(stage.connect, brittle, stage.types, "customers", TenantId("north"))
        assert poison is not None
        assert (poison.view, poison.position) == ("orders", 4)
        stage.happened("north", ("o-3", PLACED))
        stage.publish()
        until(stage.folded)
    assert stage.ask("SELECT view, tenant, position FROM views.parked") == [("orders", "north", 4)]
    assert not stage.verify(brittle).differences
    assert resume(stage.connect, VIEWS, stage.types, "orders", TenantId("north")) is None
    assert not stage.verify().differences


def test_a_poison_event_stops_one_tenant_of_one_view_and_nobody_else(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED), ("o-1", OrderCancelled()))
    stage.happened("south", ("o-1", PLACED), ("o-1", OrderPaid(amount=8)))
    brittle = (Orders(refused={7}), Customers(), Products())
    stage.fold_all(brittle)
    assert stage.ask("SELECT view, tenant, position, type FROM views.parked") == [
        ("orders", "north", 2, OrderPaid.TYPE)
    ]
    assert stage.ask("SELECT tenant, id, status FROM views.orders ORDER BY tenant") == [
        ("north", "o-1", "open"),
        ("south", "o-1", "paid"),
    ]
    assert stage.ask("SELECT orders FROM views.customers WHERE tenant = 'north'") == [(2,)]
    checked = stage.verify(brittle)
    assert (checked.differences, checked.parked) == ((), (("orders", "north", 2),))


def test_a_parked_tenant_stays_parked_for_the_next_worker(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)))
    stage.fold_all((Orders(refused={7}), Customers(), Products()))
    stage.happened("north", ("o-2", PLACED))
    stage.fold_all()
    assert stage.ask("SELECT id FROM views.orders") == [("o-1",)]
    assert stage.ask("SELECT orders FROM views.customers") == [(2,)]


def test_an_event_that_cannot_be_read_parks_its_tenant_in_every_view_that_handles_it(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED))
    stage.publish()
    partition = stage.partition("north")
    (event,) = stage.log.partitions[partition]
    stage.log.partitions[partition] = [msgspec.structs.replace(event, data=b'{"customer":7}')]
    with running(stage.worker()):
        until(stage.folded)
    assert stage.ask("SELECT view FROM views.parked ORDER BY view") == [("customers",), ("orders",), ("products",)]


def test_a_row_that_the_database_cannot_hold_parks_its_tenant_only(stage: Stage) -> None:
    for tenant in ("north", "south", "east"):
        stage.happened(tenant, ("o-1", PLACED), ("o-1", OrderPaid(amount=5)), ("o-2", PLACED))
    stage.happened("south", ("o-2", OrderPaid(amount=7)), ("o-3", PLACED), ("o-3", OrderPaid(amount=7)))
    brittle = (Orders(too_large={7}), Customers(), Products())
    stage.fold_all(brittle)
    assert stage.ask("SELECT view, tenant, position FROM views.parked") == [("orders", "south", 4)]
    checked = stage.verify(brittle)
    assert checked.differences == ()


@pytest.mark.parametrize("broken", ["no\0text", "no\ud800text"])
def test_a_key_that_the_database_cannot_hold_parks_its_tenant_only(stage: Stage, broken: str) -> None:
    class Broken(Customers):
        name = "customers"

        def keys(self, event: OrderPlaced, at: At) -> list[str]:
            return [broken if at.thing == "o-2" else "fine"]

    stage.happened("north", ("o-1", PLACED), ("o-2", PLACED), ("o-3", PLACED))
    stage.happened("south", ("o-1", PLACED))
    stage.fold_all((Orders(), Broken(), Products()))
    assert stage.ask("SELECT view, tenant, position FROM views.parked") == [("customers", "north", 2)]
    assert stage.ask("SELECT tenant, orders FROM views.customers ORDER BY tenant") == [("north", 1), ("south", 1)]


def test_many_parked_tenants_mean_a_bad_deploy_and_stop_the_worker(stage: Stage) -> None:
    for n in range(5):
        stage.happened(f"tenant-{n}", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)))
    stage.publish()
    worker = stage.worker((Orders(refused={7}), Customers(), Products()), parked_limit=3)
    with pytest.raises(TooManyParked) as refused:
        worker.run(Event())
    assert refused.value.facts["view"] == "orders"
    stage.fold_all()  # the mended version goes on; a few may have been parked before the limit was reached
    assert len(stage.ask("SELECT FROM views.parked")) <= 3


def test_a_row_with_another_key_than_its_place_is_a_poison(stage: Stage) -> None:
    class Misplaced(Orders):
        name = "orders"

        def keys(self, event: OrderEvent, at: At) -> list[str]:
            return ["elsewhere"]

        def evolve(self, row: Any, event: OrderEvent, at: At) -> Any:
            return super().evolve(row, event, msgspec.structs.replace(at, key="here"))

    stage.happened("north", ("o-1", PLACED))
    stage.fold_all((Misplaced(), Customers(), Products()))
    assert [row[0] for row in stage.ask("SELECT reason FROM views.parked")] == [
        "ValueError: the row for 'elsewhere' has the key 'here'"
    ]


def test_workers_share_the_partitions_and_a_third_gets_its_part(stage: Stage) -> None:
    def held() -> list[int]:
        return sorted(
            count
            for (count,) in stage.ask("SELECT count(*) FROM views.checkpoint WHERE owner IS NOT NULL GROUP BY owner")
        )

    tenants = [f"tenant-{n}" for n in range(20)]
    stage.play(tenants, 20, seed=3)
    with running(stage.worker(lease=0.6), stage.worker(lease=0.6)):
        until(lambda: held() == [6, 6])
        stage.publish()
        with running(stage.worker(lease=0.6)):
            until(lambda: held() == [4, 4, 4])
            stage.play(tenants, 20, seed=4)
            stage.publish()
            until(stage.folded)
        until(lambda: held() == [6, 6])
        stage.play(tenants, 20, seed=5)
        stage.publish()
        until(stage.folded)
    assert held() == []
    assert not stage.verify().differences


def test_a_worker_that_stood_still_while_another_went_on_writes_nothing_of_what_it_held(stage: Stage) -> None:
    class Stalling(MemorySource):
        asleep = False

        def poll(self, timeout: float, limit: int) -> Mapping[int, tuple[Sequence[Delivered], int]]:
            fetched = super().poll(timeout, limit)
            if fetched and self.asleep:
                self.asleep = False
                stage.ask("UPDATE views.checkpoint SET lease_until = clock_timestamp() RETURNING 1")
                stage.ask("DELETE FROM views.workers RETURNING 1")
                with running(stage.worker()):
                    until(stage.folded)
                    stage.play(["north"], 40, seed=7)
                    stage.publish()
                    until(stage.folded)
            return fetched

    source = Stalling(stage.log)
    fenced = metrics.FENCED._value.get()
    stage.play(["north"], 40, seed=5)
    stage.publish()
    with running(stage.worker(source=source)):
        until(stage.folded)
        source.asleep = True
        stage.play(["north"], 40, seed=6)
        stage.publish()
        until(lambda: not source.asleep)
        stage.play(["north"], 40, seed=8)
        stage.publish()
        until(stage.folded)
    assert metrics.FENCED._value.get() > fenced
    assert not stage.verify().differences


def test_a_worker_goes_on_after_its_connection_is_cut(stage: Stage) -> None:
    stage.play(["north", "south"], 30, seed=8)
    stage.publish()
    with running(stage.worker()):
        until(stage.folded)
        for seed in range(9, 14):
            with stage.database.connect("admin") as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'baseplus_worker' "
                    "AND datname = current_database()"
                )
            stage._reading.close()
            stage._reading = stage.database.connect("worker", options="-c timezone=UTC")
            stage.play(["north", "south"], 30, seed=seed)
            stage.publish()
            until(stage.folded)
    assert not stage.verify().differences


def test_a_small_cache_gives_the_same_rows(stage: Stage) -> None:
    stage.play(["north", "south"], 300, seed=15)
    stage.fold_all(batch=17, cached_rows=5)
    assert not stage.verify().differences
