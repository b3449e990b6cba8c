"""Every part is killed at random moments while others work. Nothing acknowledged may be lost, doubled or swapped."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseplus.kernel.vocabulary import TenantId
from infra.kafka.broker import RunningBroker, start_broker
from infra.kafka.topic import ensure_topic
from infra.postgres.database import Database
from infra.postgres.embedded import RunningPostgres, start_postgres
from infra.postgres.migrate import migrate
from infra.wiring import EVENT_TYPES, VIEWS
from projections.runner.verify import verify_views
from tests.faults.pipeline import Pipeline
from tests.kafka.log_check import check_log

pytestmark = pytest.mark.long

TENANTS = [TenantId(f"uni-{number}") for number in range(8)]
KINDS = ["relay", "worker", "writer", "broker", "postgres"]


@pytest.fixture
def servers(scratch: Path, tmp_path: Path) -> Iterator[tuple[RunningPostgres, RunningBroker, Pipeline]]:
    """A PostgreSQL and a Kafka of the test's own, to be killed."""
    folder = scratch / tmp_path.name
    with start_postgres(folder / "postgres") as postgres, start_broker(folder / "kafka") as broker:
        migrate(postgres.database)
        yield postgres, broker, Pipeline(postgres.database, broker.bootstrap, "baseplus.events", tmp_path, TENANTS)


def run_kills(postgres: RunningPostgres, broker: RunningBroker, pipeline: Pipeline, rounds: int) -> None:
    """Kill each kind of process `rounds` times at random moments, then let everything end and look at all of it."""
    chance = random.Random()
    pause = threading.Event()
    register(postgres.database)
    ensure_topic(pipeline.bootstrap, pipeline.topic, 12)
    try:
        for kind in ("relay", "worker", "writer"):
            pipeline.start(kind)
        for number in range(rounds):
            for kind in chance.sample(KINDS, len(KINDS)):
                pipeline.await_more_acks()
                pause.wait(chance.random())
                match kind:
                    case "postgres":
                        postgres.kill()
                        postgres.restart()
                    case "broker":
                        broker.nodes[0].kill()
                        broker.nodes[0].restart()
                    case _:
                        pipeline.kill(kind)
                        pipeline.start(kind)
            print(f"round {number + 1}: {len(pipeline.acks())} acknowledged")
        end_and_look(postgres.database, pipeline)
    finally:
        pipeline.stop()


def register(database: Database) -> None:
    """Make the tenants known."""
    with database.connect("app") as connection:
        connection.execute("SELECT store.register(%s, 12)", (list(TENANTS),))


def end_and_look(database: Database, pipeline: Pipeline) -> None:
    """Let everything come to its end; then every acknowledged event is where it belongs."""
    pipeline.finish_writing()
    pipeline.await_relayed()
    pipeline.await_projected()
    acks = pipeline.acks()
    with database.connect("admin") as connection:
        stored = {
            (tenant, key): (last, last - first + 1)
            for tenant, key, first, last in connection.execute(
                "SELECT tenant, key, first_position, last_position FROM store.idempotency"
            )
        }
        gaps = connection.execute(
            "SELECT tenant FROM store.events GROUP BY tenant HAVING count(*) <> max(position) OR min(position) <> 1"
        ).fetchall()
    assert not gaps
    lost = [ack for ack in acks if stored.get((ack.tenant, ack.key)) != (ack.position, ack.events)]
    assert not lost, f"{len(lost)} of {len(acks)} acknowledged commands are not as they were told: {lost[:3]}"
    check_log(pipeline.bootstrap, pipeline.topic, database)
    checked = verify_views(lambda: database.connect("worker"), VIEWS, EVENT_TYPES)
    assert checked.rows > 0
    assert not checked.differences
    assert not checked.parked


@pytest.mark.timeout(1800)
def test_every_process_may_be_killed_ten_times_under_load(
    servers: tuple[RunningPostgres, RunningBroker, Pipeline],
) -> None:
    run_kills(*servers, rounds=10)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_every_process_may_be_killed_a_hundred_times_under_load(
    servers: tuple[RunningPostgres, RunningBroker, Pipeline],
) -> None:
    run_kills(*servers, rounds=100)


def run_leader_kills(postgres: RunningPostgres, cluster: RunningBroker, pipeline: Pipeline, rounds: int) -> None:
    """Kill the leader of a random partition, let the others take over, and let it come back."""
    chance, pause = random.Random(), threading.Event()
    register(postgres.database)
    ensure_topic(pipeline.bootstrap, pipeline.topic, 12)
    try:
        for kind in ("relay", "worker", "writer"):
            pipeline.start(kind)
        for number in range(rounds):
            pipeline.await_more_acks()
            pause.wait(chance.random())
            leader = cluster.nodes[pipeline.leader(chance.randrange(12)) - 1]
            leader.kill()
            before = pipeline.relayed()
            pipeline.until("relayed without the leader", lambda before=before: pipeline.relayed() > before)  # type: ignore[misc]
            leader.restart()
            pipeline.until("in sync again", pipeline.in_sync)
            print(f"round {number + 1}: {len(pipeline.acks())} acknowledged")
        end_and_look(postgres.database, pipeline)
    finally:
        pipeline.stop()


@pytest.fixture
def cluster_servers(scratch: Path, tmp_path: Path) -> Iterator[tuple[RunningPostgres, RunningBroker, Pipeline]]:
    """A PostgreSQL and three nodes of Kafka of the test's own."""
    folder = scratch / tmp_path.name
    with start_postgres(folder / "postgres") as postgres, start_broker(folder / "kafka", nodes=3) as cluster:
        migrate(postgres.database)
        yield postgres, cluster, Pipeline(postgres.database, cluster.bootstrap, "baseplus.events", tmp_path, TENANTS)


@pytest.mark.timeout(1800)
def test_the_leader_in_a_cluster_of_three_may_be_killed(
    cluster_servers: tuple[RunningPostgres, RunningBroker, Pipeline],
) -> None:
    run_leader_kills(*cluster_servers, rounds=10)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_leader_in_a_cluster_of_three_may_be_killed_twenty_times(
    cluster_servers: tuple[RunningPostgres, RunningBroker, Pipeline],
) -> None:
    run_leader_kills(*cluster_servers, rounds=20)
