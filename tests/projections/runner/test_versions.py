"""What a worker does where another version of the program made, or makes, the read models."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from projections.runner.generations import ViewOutdated, prepare_views
from projections.runner.view import At, Row, View
from tests.projections.runner.shop import (
    TYPES,
    VIEWS,
    Customers,
    Line,
    Order,
    OrderCancelled,
    OrderPaid,
    OrderPlaced,
    Orders,
    Products,
    ReturnAsked,
)
from tests.projections.runner.stage import HANG, Stage, running, until

PLACED = OrderPlaced(customer="c-1", lines=(Line("tea", 2), Line("jam", 1), Line("tea", 1)))


def test_a_view_with_changed_fields_is_refused_until_it_is_rebuilt(stage: Stage) -> None:
    stage.play(["north"], 10, seed=16)
    stage.fold_all()

    class Count(Row):
        id: str
        orders: int

    class Counted(View[Count, OrderPlaced]):
        name = "customers"

    with pytest.raises(ViewOutdated) as refused:
        stage.worker((Orders(), Counted(), Products())).run(Event())
    assert refused.value.facts["view"] == "customers"
    assert "baseplus rebuild" in refused.value.mend


class Returned(Row):
    id: str


class Returns(View[Returned, ReturnAsked]):
    def keys(self, event: ReturnAsked, at: At) -> list[str]:
        return [at.thing]

    def evolve(self, row: Returned | None, event: ReturnAsked, at: At) -> Returned:
        return Returned(id=at.key)


def test_workers_that_do_not_know_a_new_view_stop(stage: Stage) -> None:
    newer = (*VIEWS, Returns())
    stage.happened("north", ("o-1", PLACED))
    with ThreadPoolExecutor(1) as pool:
        old = pool.submit(stage.worker().run, Event())
        stage.publish()
        until(stage.folded)
        with stage.connect() as migrating:
            prepare_views(migrating, newer, TYPES, "")
        with pytest.raises(ViewOutdated, match="returns"):
            old.result(HANG)
    stage.happened("north", ("o-1", ReturnAsked()))
    stage.fold_all(newer)
    assert stage.ask("SELECT id FROM views.returns") == [("o-1",)]


def test_an_older_version_may_come_back_and_what_it_does_not_know_is_dropped(stage: Stage) -> None:
    newer = (*VIEWS, Returns())
    stage.happened("north", ("o-1", PLACED))
    with running(stage.worker(newer)):
        until(lambda: stage.ask("SELECT to_regclass('views.returns') IS NULL") == [(False,)])
        with pytest.raises(ViewOutdated, match="another version"):
            stage.worker().run(Event())
    stage.happened("north", ("o-1", ReturnAsked()))
    stage.fold_all()
    assert stage.ask("SELECT to_regclass('views.returns') IS NULL") == [(True,)]
    with pytest.raises(ViewOutdated, match="it is new and there are events for it already"):
        stage.worker(newer).run(Event())


def test_a_new_view_needs_a_rebuild_only_if_there_is_something_it_missed(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED))
    stage.fold_all((Orders(), Products()))
    stage.fold_all((Orders(), Products(), Returns()))  # nothing was ever returned
    with pytest.raises(ViewOutdated):  # customers have ordered
        stage.worker().run(Event())


def test_a_view_takes_up_an_event_that_never_happened_and_workers_that_do_not_know_it_stop(stage: Stage) -> None:
    class More(Orders, View[Order, OrderPlaced | OrderPaid | OrderCancelled | ReturnAsked]):
        name = "orders"

    stage.happened("north", ("o-1", PLACED))
    stage.publish()
    later = (More(), Customers(), Products())
    with ThreadPoolExecutor(1) as pool:
        old = pool.submit(stage.worker().run, Event())
        until(stage.folded)
        with running(stage.worker(later)):
            with pytest.raises(ViewOutdated, match="another version"):
                old.result(HANG)
            stage.happened("north", ("o-2", PLACED), ("o-2", ReturnAsked()))
            stage.publish()
            until(stage.folded)
    assert not stage.verify(later).differences
