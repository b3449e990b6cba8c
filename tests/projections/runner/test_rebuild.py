from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from typing import Any

import pytest

from baseplus.kernel.refusals import NotFound
from projections.runner.comparison import Comparison
from projections.runner.generations import UnknownView, ViewOutdated
from projections.runner.rebuild import Progress, rebuild
from projections.runner.switching import RebuildRunning, generations_locked, switch_back
from projections.runner.view import At, Row, View
from tests.projections.runner.shop import (
    TYPES,
    VIEWS,
    Customers,
    Line,
    OrderEvent,
    OrderPaid,
    OrderPlaced,
    Orders,
    Products,
)
from tests.projections.runner.stage import Stage, running, until

PLACED = OrderPlaced(customer="c-1", lines=(Line("tea", 2),))
ALL = ["orders", "customers", "products"]
TENANTS = [f"tenant-{n}" for n in range(12)]


def _tables(stage: Stage) -> list[str]:
    rows = stage.ask(
        "SELECT relname FROM pg_class WHERE relnamespace = 'views'::regnamespace AND relkind = 'r' AND relname ~ '__'"
    )
    return sorted(name for (name,) in rows)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_rebuild_gives_the_rows_that_the_workers_gave_and_keeps_one_earlier_generation(
    stage: Stage, processes: int
) -> None:
    stage.play(TENANTS, 80, seed=1)
    stage.fold_all()
    seen: list[Progress] = []
    done = rebuild(stage.connect, VIEWS, TYPES, ALL, processes=processes, progress=seen.append)
    assert [(each.view, each.generation, each.live, each.parked) for each in done] == [(n, 2, True, ()) for n in ALL]
    for each in done:
        assert each.compared == Comparison(len(TENANTS), each.rows, 0, 0, 0)
    assert seen[0] == Progress("building", 0, 960)
    assert max(each.done for each in seen) == 960
    assert not stage.verify().differences
    rebuild(stage.connect, VIEWS, TYPES, ["orders"], processes=processes)
    assert _tables(stage) == ["customers__1", "customers__2", "orders__2", "orders__3", "products__1", "products__2"]
    stage.play(TENANTS, 20, seed=2)
    stage.fold_all()
    assert not stage.verify().differences


def test_views_are_rebuilt_switched_and_switched_back_while_workers_fold(stage: Stage) -> None:
    def load(seed: int) -> None:
        stage.play(TENANTS[:6], 40, seed=seed)
        stage.publish()

    with running(stage.worker(batch=50), stage.worker(batch=50)):
        for seed in range(3):
            load(seed)
        rebuild(stage.connect, VIEWS, TYPES, ALL, progress=lambda at: load(hash(at.stage) % 1000 + 10))
        load(2000)
        until(stage.folded)
        assert not stage.verify().differences
        load(2001)
        assert switch_back(stage.connect, VIEWS, TYPES, "orders") == 1
        load(2002)
        until(stage.folded)
        assert not stage.verify().differences
        assert switch_back(stage.connect, VIEWS, TYPES, "orders") == 2
        until(stage.folded)
    assert not stage.verify().differences
    assert stage.ask("SELECT generation FROM views.generations WHERE view = 'orders' AND state = 'live'") == [(2,)]


def test_a_view_with_changed_fields_is_built_before_its_workers_start_and_older_workers_stop(stage: Stage) -> None:
    class Count(Row):
        id: str
        orders: int

    class Counted(View[Count, OrderPlaced]):
        name = "customers"

        def keys(self, event: OrderPlaced, at: At) -> Iterable[str]:
            return [event.customer]

        def evolve(self, row: Count | None, event: OrderPlaced, at: At) -> Count:
            row = row or Count(id=at.key, orders=0)
            row.orders += 1
            return row

    later = (Orders(), Counted(), Products())
    stage.play(TENANTS, 30, seed=1)
    stage.fold_all()
    (done,) = rebuild(stage.connect, later, TYPES, ["customers"], processes=1)
    assert done.compared is not None
    assert done.compared.different == 0
    with pytest.raises(ViewOutdated):
        stage.fold_all()
    stage.play(TENANTS, 30, seed=2)
    stage.fold_all(later)
    assert not stage.verify(later).differences
    with pytest.raises(ViewOutdated):  # only the older program can go on with the older rows
        switch_back(stage.connect, later, TYPES, "customers")
    switch_back(stage.connect, VIEWS, TYPES, "customers")
    stage.play(TENANTS, 30, seed=3)
    stage.fold_all()
    assert not stage.verify().differences


def test_a_tenant_that_poisons_the_new_generation_is_parked_there_alone(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED))
    stage.happened("south", ("o-1", PLACED), ("o-1", OrderPaid(amount=8)))
    stage.fold_all()
    brittle = (Orders(refused={7}, too_large={8}), Customers(), Products())
    (done,) = rebuild(stage.connect, brittle, TYPES, ["orders"], processes=1)
    assert [(each.tenant, each.position) for each in done.parked] == [("north", 2), ("south", 2)]
    checked = stage.verify(brittle)
    assert checked.differences == ()
    assert checked.parked == (("orders", "north", 2), ("orders", "south", 2))
    switch_back(stage.connect, VIEWS, TYPES, "orders")
    checked = stage.verify()
    assert (checked.differences, checked.parked) == ((), ())


def test_a_rebuild_folds_a_tenant_that_stood_still_to_the_end_if_it_can(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED))
    stage.fold_all((Orders(refused={7}), Customers(), Products()))
    rebuild(stage.connect, VIEWS, TYPES, ["orders"], processes=1)
    checked = stage.verify()
    assert (checked.differences, checked.parked) == ((), ())


def test_a_tenant_too_large_for_memory_is_folded_in_batches(stage: Stage) -> None:
    stage.play(["north", "south"], 200, seed=1)
    stage.play(["north"], 200, seed=2)
    stage.fold_all()
    done = rebuild(stage.connect, VIEWS, TYPES, ALL, processes=1, large=300)
    assert all(each.compared == Comparison(2, each.rows, 0, 0, 0) for each in done)
    assert not stage.verify().differences


def test_a_killed_rebuild_is_simply_started_again(stage: Stage) -> None:
    stage.play(TENANTS, 60, seed=1)
    stage.fold_all()

    def die(at: Progress) -> None:
        if at.done:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        try:
            rebuild(stage.connect, VIEWS, TYPES, ALL, processes=2, progress=die)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert len(_tables(stage)) == 6
    until(lambda: _free(stage))
    rebuild(stage.connect, VIEWS, TYPES, ALL)
    assert sorted(_tables(stage)) == sorted(f"{view}__{number}" for view in ALL for number in (1, 3))
    assert not stage.verify().differences
    assert stage.ask("SELECT count(*) FROM views.rebuild_queue") == [(0,)]


def _free(stage: Stage) -> bool:
    try:
        with generations_locked(stage.connect):
            return True
    except RebuildRunning:
        return False


def test_what_a_process_that_died_left_behind_is_built_all_the_same(stage: Stage) -> None:
    class Deadly(Orders):
        name = "orders"
        parent = os.getpid()

        def evolve(self, row: Any, event: OrderEvent, at: At) -> Any:
            if os.getpid() != self.parent and at.tenant == "tenant-3":
                os.kill(os.getpid(), signal.SIGKILL)
            return super().evolve(row, event, at)

    stage.play(TENANTS, 30, seed=1)
    stage.fold_all()
    rebuild(stage.connect, (Deadly(), Customers(), Products()), TYPES, ALL, processes=2)
    assert not stage.verify().differences


def test_two_rebuilds_at_once_an_unknown_view_and_nothing_to_switch_back_to_are_refused(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED))
    stage.fold_all()
    with generations_locked(stage.connect), pytest.raises(RebuildRunning):
        rebuild(stage.connect, VIEWS, TYPES, ["orders"])
    with pytest.raises(UnknownView):
        rebuild(stage.connect, VIEWS, TYPES, ["nothing"])
    with pytest.raises(NotFound):
        switch_back(stage.connect, VIEWS, TYPES, "orders")


def test_a_backup_that_reads_what_is_to_be_dropped_holds_no_switch_up(stage: Stage) -> None:
    def orders() -> list[str]:
        return [table for table in _tables(stage) if table.startswith("orders")]

    stage.happened("north", ("o-1", PLACED))
    stage.fold_all()
    rebuild(stage.connect, VIEWS, TYPES, ["orders"])
    with stage.connect() as backup, backup.transaction():
        backup.execute("SELECT FROM views.orders__1")
        rebuild(stage.connect, VIEWS, TYPES, ["orders"])
        assert orders() == ["orders__1", "orders__2", "orders__3"]
    assert switch_back(stage.connect, VIEWS, TYPES, "orders") == 2
    assert orders() == ["orders__2", "orders__3"]
