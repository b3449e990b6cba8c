"""The relay killed, stopped and cut off while others write: nothing is left out and nothing comes early."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from infra.kafka.broker import RunningBroker, start_broker
from infra.kafka.topic import ensure_topic
from infra.postgres.database import Database
from tests.kafka.log_check import check_log
from tests.kafka.running_relay import relaying, start_relay
from tests.kafka.writing import load, tenants, until, until_relayed

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def relayed(database: Database) -> int:
    with database.connect("admin") as connection:
        row = connection.execute("SELECT coalesce(sum(position), 0)::bigint FROM store.relayed").fetchone()
    assert row is not None
    return int(row[0])


def until_more(database: Database, count: int) -> None:
    reached = relayed(database)
    until(f"{count} more events relayed", lambda: relayed(database) >= reached + count)


@contextmanager
def relay_process(database: Database, bootstrap: str, topic: str) -> Iterator[subprocess.Popen[bytes]]:
    process = start_relay(database, bootstrap, topic)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_killed_ten_times_under_load_it_leaves_nothing_out(
    database: Database, kafka_bootstrap: str, topic: str
) -> None:
    chance = random.Random(7)
    with load(database, tenants(8)):
        for _ in range(10):
            with relay_process(database, kafka_bootstrap, topic):
                until_more(database, 50)
                threading.Event().wait(chance.random() * 0.3)  # somewhere in the middle of something
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    check_log(kafka_bootstrap, topic, database)


def test_a_stopped_relay_is_replaced_and_harmless_when_it_wakes(
    database: Database, kafka_bootstrap: str, topic: str
) -> None:
    with load(database, tenants(8)), relay_process(database, kafka_bootstrap, topic) as first:
        until_more(database, 200)
        with relay_process(database, kafka_bootstrap, topic) as second:
            for sleeper in (first, second, first):
                until_more(database, 200)
                sleeper.send_signal(signal.SIGSTOP)
                until_more(database, 500)  # by the other one, after some seconds
                sleeper.send_signal(signal.SIGCONT)
            until_more(database, 200)
    with relaying(database, kafka_bootstrap, topic):
        until_relayed(database)
    check_log(kafka_bootstrap, topic, database)


@pytest.fixture
def broker(scratch: Path) -> Iterator[RunningBroker]:
    with start_broker(scratch / f"kafka-{uuid4().hex[:8]}") as broker:
        yield broker


def test_a_killed_broker_leaves_nothing_out(database: Database, broker: RunningBroker) -> None:
    ensure_topic(broker.bootstrap, "events", 12)
    with relaying(database, broker.bootstrap, "events"), load(database, tenants(8)):
        for _ in range(3):
            until_more(database, 300)
            broker.nodes[0].kill()
            broker.nodes[0].restart()
        until_more(database, 300)
    with relaying(database, broker.bootstrap, "events"):
        until_relayed(database)
    check_log(broker.bootstrap, "events", database)
