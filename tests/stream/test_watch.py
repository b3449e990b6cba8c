"""What listeners are told comes from the read models: real store, real worker, real positions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress

import psycopg
import pytest

from baseplus.kernel.access import Caller, Role
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.stream import metrics
from infra.stream.audience import Audience, TooManyListeners
from infra.stream.tails import Form
from infra.stream.watch import Watch
from tests.projections.runner.shop import OrderCancelled
from tests.projections.runner.stage import Stage
from tests.stream.test_tails import positions, take, told

NORTH, SOUTH = TenantId("north"), TenantId("south")
HANG = 240.0


def caller(tenant: TenantId, name: str = "k-1") -> Caller:
    return Caller(tenant, Role.STAFF, name)


@pytest.fixture
def stage(migrated_database: Database) -> Iterator[Stage]:
    with closing(Stage(migrated_database)) as stage:
        yield stage


@asynccontextmanager
async def watching(database: Database, audience: Audience) -> AsyncIterator[None]:
    """A watch at work; what it raises fails the test."""
    work = asyncio.ensure_future(Watch(database, audience).run())
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


def audience(per_tenant: int = 100, overall: int = 1_000) -> Audience:
    return Audience(per_tenant=per_tenant, overall=overall)


async def in_thread(what: Callable[[], object]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, what)


async def looks(count: int) -> None:
    """Wait until the watch has looked so many times more."""

    def taken() -> float:
        return next(
            sample.value
            for family in metrics.LOOK.collect()
            for sample in family.samples
            if sample.name.endswith("_count")
        )

    upto = taken() + count
    async with asyncio.timeout(HANG):
        while taken() < upto:
            await asyncio.sleep(0.005)


def play(scene: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(HANG * 2):
            await scene()

    asyncio.run(bounded())


def test_an_event_is_told_only_once_the_read_models_show_it(stage: Stage) -> None:
    async def scene() -> None:
        stage.happened(NORTH, ("o-1", OrderCancelled()))
        await in_thread(stage.fold_all)
        present = audience()
        async with watching(stage.database, present):
            listener = await present.join(caller(NORTH), Form.EVENT, None)
            assert listener.position == 1
            hearing = asyncio.ensure_future(take(listener, 1))
            stage.happened(NORTH, ("o-1", OrderCancelled()), ("o-1", OrderCancelled()))
            await looks(5)
            assert not hearing.done(), "it was told of what no view shows yet"
            await in_thread(stage.fold_all)
            messages = await hearing
            assert [data["stream"] for _, data in told(messages)] == ["orders/o-1", "orders/o-1"]
            assert positions(messages) == [2, 3]

    play(scene)


def test_who_listens_to_one_tenant_hears_nothing_of_another(stage: Stage) -> None:
    async def scene() -> None:
        for tenant in (NORTH, SOUTH):
            stage.happened(tenant, ("o-1", OrderCancelled()))
        await in_thread(stage.fold_all)
        present = audience()
        async with watching(stage.database, present):
            north = await present.join(caller(NORTH), Form.EVENT, None)
            south = await present.join(caller(SOUTH), Form.EVENT, None)
            hearing = asyncio.ensure_future(take(south, 1))
            stage.happened(NORTH, *[("secret", OrderCancelled())] * 2)
            await in_thread(stage.fold_all)
            assert [data["stream"] for _, data in told(await take(north, 1))] == ["orders/secret"] * 2
            await looks(3)
            assert not hearing.done()
            stage.happened(SOUTH, *[("own", OrderCancelled())] * 2)
            await in_thread(stage.fold_all)
            assert [data["stream"] for _, data in told(await hearing)] == ["orders/own"] * 2

    play(scene)


def test_who_joins_late_hears_what_came_after_the_position_that_it_names(stage: Stage) -> None:
    async def scene() -> None:
        stage.happened(NORTH, *[("o-1", OrderCancelled())] * 7)
        await in_thread(stage.fold_all)
        present = audience()
        async with watching(stage.database, present):
            listener = await present.join(caller(NORTH), Form.EVENT, 4)
            assert positions(await take(listener, 1)) == [5, 6, 7]
            ahead = await present.join(caller(NORTH), Form.EVENT, 70)
            assert told(await take(ahead, 1)) == [("resync", {"position": 7})]

    play(scene)


def test_a_tenant_of_which_nothing_is_folded_yet_can_be_listened_to(stage: Stage) -> None:
    async def scene() -> None:
        present = audience()
        async with watching(stage.database, present):
            listener = await present.join(caller(NORTH), Form.TICK, None)
            assert listener.position == 0
            hearing = asyncio.ensure_future(take(listener, 1))
            stage.happened(NORTH, ("o-1", OrderCancelled()))
            await in_thread(stage.fold_all)
            assert told(await hearing) == [("message", {"position": 1})]

    play(scene)


def test_a_database_that_was_away_costs_listeners_nothing_but_time(stage: Stage) -> None:
    async def scene() -> None:
        stage.happened(NORTH, ("o-1", OrderCancelled()))
        await in_thread(stage.fold_all)
        present = audience()
        async with watching(stage.database, present):
            listener = await present.join(caller(NORTH), Form.EVENT, None)
            hearing = asyncio.ensure_future(take(listener, 1))
            with stage.database.connect("admin") as admin:
                ended = admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'baseplus_stream' AND datname = current_database()"
                ).fetchall()
            assert ended == [(True,)]
            stage.happened(NORTH, ("o-1", OrderCancelled()))
            await in_thread(stage.fold_all)
            assert positions(await hearing) == [2]

    play(scene)


def test_as_many_listen_as_may_and_one_who_leaves_makes_room(stage: Stage) -> None:
    async def scene() -> None:
        present = audience(per_tenant=2, overall=3)
        async with watching(stage.database, present):
            north = [await present.join(caller(NORTH), Form.TICK, None) for _ in range(2)]
            with pytest.raises(TooManyListeners, match="north"):
                await present.join(caller(NORTH), Form.TICK, None)
            await present.join(caller(SOUTH), Form.TICK, None)
            with pytest.raises(TooManyListeners, match="live updates"):
                await present.join(caller(SOUTH), Form.TICK, None)
            present.leave(north[0], NORTH)
            await present.join(caller(SOUTH), Form.TICK, None)

    play(scene)


def test_without_an_answer_from_the_read_models_nobody_is_left_waiting(stage: Stage) -> None:
    async def scene() -> None:
        present = Audience(per_tenant=1, overall=1, patience=0.05)  # and nobody looks
        for _ in range(2):
            with pytest.raises(Unavailable, match="do not answer"):
                await present.join(caller(NORTH), Form.TICK, None)
        assert not present.tails

    play(scene)


def test_a_caller_is_closed_with_all_its_connections_and_nobody_else_is(stage: Stage) -> None:
    async def scene() -> None:
        present = audience()
        async with watching(stage.database, present):
            gone = [await present.join(caller(NORTH, "k-1"), Form.TICK, None) for _ in range(2)]
            stays = await present.join(caller(NORTH, "k-2"), Form.TICK, None)
            assert present.close(caller(NORTH, "k-1")) == 2
            assert [await take(listener, 1) for listener in gone] == [[], []]
            assert stays.open
            assert present.close() == 3
            with pytest.raises(Unavailable, match="stopping"):
                await present.join(caller(NORTH), Form.TICK, None)

    play(scene)


def test_the_role_sees_that_something_happened_and_not_what(stage: Stage) -> None:
    stage.happened(NORTH, ("o-1", OrderCancelled()))
    if not stage.database.direct:
        pytest.fail("this test needs a server where roles log in by name")
    with stage.database.connect("stream") as connection:
        assert connection.execute("SELECT tenant, position, type FROM store.events").fetchall()
        for statement in (
            "SELECT data FROM store.events",
            "SELECT actor FROM store.events",
            "SELECT * FROM store.events",
            "SELECT 1 FROM store.idempotency",
            "SELECT 1 FROM store.tenants",
            "SELECT 1 FROM views.parked",
            "UPDATE views.tenant_position SET position = 0",
            "DELETE FROM store.events",
            "SET ROLE baseplus_worker",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
