from __future__ import annotations

import random
from string import ascii_letters, digits

import pytest

from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from projections.runner.parking import parked_tenants, resume
from projections.runner.rebuild import rebuild
from tests.projections.runner.shop import TYPES, VIEWS, Customers, Line, OrderPaid, OrderPlaced, Orders, Products
from tests.projections.runner.stage import Stage, running, until

NORTH = TenantId("north")
PLACED = OrderPlaced(customer="c-1", lines=(Line("tea", 2),))


def _brittle(*amounts: int) -> tuple[Orders, Customers, Products]:
    return (Orders(refused=amounts), Customers(), Products())


def test_a_parked_tenant_is_listed_with_its_event_and_the_reason(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)))
    stage.fold_all(_brittle(7))
    (parked,) = parked_tenants(stage.connect)
    assert (parked.view, parked.tenant, parked.position, parked.type, parked.reason) == (
        "orders",
        "north",
        2,
        OrderPaid.TYPE,
        "ValueError: nobody pays 7",
    )


def test_after_the_fix_a_parked_tenant_is_resumed_and_nothing_is_lost_while_a_worker_runs(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED))
    stage.fold_all(_brittle(7))
    stage.play(["north", "south"], 60, seed=1)
    stage.publish()
    with running(stage.worker(), stage.worker()):  # the mended version; north's orders still stand
        until(stage.folded)
        assert stage.ask("SELECT id FROM views.orders WHERE tenant = 'north'") == [("o-1",)]
        stage.play(["north", "south"], 60, seed=2)
        stage.publish()
        assert resume(stage.connect, VIEWS, TYPES, "orders", NORTH) is None
        stage.play(["north", "south"], 60, seed=3)
        stage.publish()
        until(stage.folded)
    checked = stage.verify()
    assert (checked.differences, checked.parked) == ((), ())
    assert stage.ask("SELECT paid FROM views.orders WHERE tenant = 'north' AND id = 'o-1'") == [(7,)]


def test_a_tenant_that_is_poisoned_again_stays_parked_there_with_the_new_reason(stage: Stage) -> None:
    stage.happened(
        "north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED), ("o-2", OrderPaid(amount=9))
    )
    stage.fold_all(_brittle(7, 9))
    poison = resume(stage.connect, _brittle(9), TYPES, "orders", NORTH)
    assert poison is not None
    assert poison.position == 4
    (parked,) = parked_tenants(stage.connect)
    assert (parked.position, parked.reason) == (4, "ValueError: nobody pays 9")
    assert not stage.verify(_brittle(9)).differences
    assert resume(stage.connect, VIEWS, TYPES, "orders", NORTH) is None
    checked = stage.verify()
    assert (checked.differences, checked.parked) == ((), ())


def test_a_tenant_that_is_not_parked_cannot_be_resumed(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED))
    stage.fold_all()
    with pytest.raises(NotFound):
        resume(stage.connect, VIEWS, TYPES, "orders", NORTH)


def test_a_key_too_long_for_its_index_parks_its_tenant_and_nobody_waits(stage: Stage) -> None:
    chance = random.Random(1)
    endless = "".join(chance.choices(ascii_letters + digits, k=9_000))  # compression shall not save it
    stage.happened("north", ("o-1", PLACED), ("o-2", OrderPlaced(customer="c-1", lines=(Line(endless, 1),))))
    stage.happened("south", ("o-1", PLACED))
    stage.fold_all()
    (parked,) = parked_tenants(stage.connect)
    assert (parked.view, parked.tenant, parked.position) == ("products", "north", 2)
    assert stage.ask("SELECT tenant, id FROM views.products ORDER BY 1") == [("north", "tea"), ("south", "tea")]
    (built,) = rebuild(stage.connect, VIEWS, TYPES, ["products"], processes=2)
    assert [(one.tenant, one.position) for one in built.parked] == [("north", 2)]
    assert not stage.verify().differences


def _lose(stage: Stage, *positions: int) -> None:
    """Make neither the log nor the store have these positions of north's, all of its history being published."""
    with stage.database.connect("admin") as admin:
        admin.execute("CREATE TABLE lost AS SELECT * FROM store.events WHERE position = ANY(%s)", (list(positions),))
        admin.execute("ALTER TABLE store.events DISABLE TRIGGER USER")
        admin.execute("DELETE FROM store.events WHERE position = ANY(%s)", (list(positions),))
    for position in reversed(positions):
        del stage.log.partitions[stage.partition("north")][position - 1]


def _find(stage: Stage) -> None:
    with stage.database.connect("admin") as admin:
        admin.execute("INSERT INTO store.events SELECT * FROM lost")


def test_a_tenant_behind_a_gap_is_still_listed_and_resumed_after_all_views_were_rebuilt(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED))
    stage.publish()
    _lose(stage, 2)
    with running(stage.worker()):
        until(lambda: len(parked_tenants(stage.connect)) == len(VIEWS))
    rebuild(stage.connect, VIEWS, TYPES, [view.name for view in VIEWS], processes=1)
    standing = {(one.view, one.tenant, one.position) for one in parked_tenants(stage.connect)}
    assert standing == {(view.name, "north", 2) for view in VIEWS}
    with running(stage.worker()):
        _find(stage)
        assert resume(stage.connect, VIEWS, TYPES, "orders", NORTH) is None
        stage.happened("north", ("o-3", PLACED))
        stage.publish()
        until(stage.folded)
    checked = stage.verify()
    assert (checked.differences, checked.parked) == ((), ())


def test_a_view_rebuilt_alone_while_its_tenant_stands_behind_a_gap_can_be_resumed(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED), ("o-1", OrderPaid(amount=7)), ("o-2", PLACED), ("o-3", PLACED))
    stage.publish()
    _lose(stage, 3)
    with running(stage.worker(_brittle(7))):
        until(lambda: len(parked_tenants(stage.connect)) == len(VIEWS))
    rebuild(stage.connect, VIEWS, TYPES, ["orders"], processes=1)  # it can fold position 2 now
    assert [(one.position, one.type) for one in parked_tenants(stage.connect)] == [(3, "missing")] * len(VIEWS)
    _find(stage)
    assert resume(stage.connect, VIEWS, TYPES, "orders", NORTH) is None
    assert stage.folded()
    checked = stage.verify()
    assert (checked.differences, checked.parked) == ((), ())


def test_a_gap_that_only_a_retired_generation_still_tells_of_cuts_nobody_off(stage: Stage) -> None:
    stage.happened("north", ("o-1", PLACED))
    stage.fold_all()
    rebuild(stage.connect, VIEWS, TYPES, ["orders"], processes=1)
    with stage.database.connect("admin") as admin:
        admin.execute("INSERT INTO views.parked VALUES ('orders', 1, 'north', 2, 'missing', 'it was lost')")
    stage.happened("north", ("o-2", PLACED))
    stage.fold_all()
    assert not stage.verify().differences
