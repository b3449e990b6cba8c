"""Connections cut, backends terminated, writers and servers killed: what was acknowledged is there, exactly once."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import psycopg
import pytest

from infra.postgres.database import Database
from infra.postgres.embedded import start_postgres
from infra.postgres.migrate import migrate
from infra.postgres.store import Appended, Store
from tests.postgres.accounts import TYPES
from tests.postgres.consistency import check_consistency
from tests.postgres.writer import TENANTS, Ask, Writer, send

THREADS = 8
REQUESTS = 60


def check_answers(database: Database, answers: dict[tuple[str, str], tuple[Ask, Appended]]) -> None:
    """Exactly the acknowledged requests are stored, each at the positions it was told."""
    totals = check_consistency(database)
    with database.connect("admin") as connection:
        stored = {
            (tenant, position): (stream, version)
            for tenant, position, stream, version in connection.execute(
                "SELECT tenant, position, stream, version FROM store.events"
            )
        }
        keys = {
            (tenant, key): (first, last)
            for tenant, key, first, last in connection.execute(
                "SELECT tenant, key, first_position, last_position FROM store.idempotency"
            )
        }
    assert keys == {name: (answer.first, answer.last) for name, (_, answer) in answers.items()}
    for (tenant, _), (ask, answer) in answers.items():
        assert [stored[tenant, position] for position in range(answer.first, answer.last + 1)] == ask[2]
    assert sum(totals.values()) == sum(len(ask[2]) for ask, _ in answers.values())


def write_meanwhile(store: Store, harm: Callable[[], None]) -> dict[tuple[str, str], tuple[Ask, Appended]]:
    """Eight threads write, each request until it is answered, while `harm` is done again and again."""
    answers: dict[tuple[str, str], tuple[Ask, Appended]] = {}
    errors: list[BaseException] = []

    def work(number: int) -> None:
        writer = Writer(store, str(number))
        try:
            for _ in range(REQUESTS):
                ask = writer.next()
                answer = send(store, ask)
                if answer is not None:
                    answers[ask[0], ask[1]] = (ask, answer)
                    assert send(store, ask) == Appended(answer.first, answer.last, replayed=True)
                with suppress(Exception):  # only what the next versions are guessed from
                    writer.learn(ask, answer)
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    pause = 0.05
    while working := [thread for thread in threads if thread.is_alive()]:
        harm()
        working[0].join(pause)
        pause *= 1.02  # a busy machine takes longer to connect again than the first pauses last
    assert not errors, errors
    return answers


def test_backends_terminated_in_the_middle_store_exactly_once(database: Database) -> None:
    ended = 0
    with closing(Store(database, TYPES, lanes=2)) as store, database.connect("admin") as admin:
        store.register(*TENANTS)

        def terminate() -> None:
            nonlocal ended
            for pid in store.committer.pids():
                admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
                ended += 1

        answers = write_meanwhile(store, terminate)
    assert ended > 5
    check_answers(database, answers)


def test_connections_cut_in_the_middle_store_exactly_once(database: Database) -> None:
    cut = 0
    with closing(Store(database, TYPES, lanes=2)) as store:
        store.register(*TENANTS)

        def shut() -> None:
            nonlocal cut
            for lane in store.committer._all:
                connection = lane._connection
                with suppress(OSError, psycopg.Error):
                    if connection is not None:
                        with socket.socket(fileno=os.dup(connection.fileno())) as wire:
                            wire.shutdown(socket.SHUT_RDWR)
                            cut += 1

        answers = write_meanwhile(store, shut)
    assert cut > 5
    check_answers(database, answers)


@pytest.fixture
def own_server(scratch: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A server of the test's own, which may be harmed."""
    with start_postgres(scratch / f"{request.node.name}") as server:
        migrate(server.database)
        yield server.database


def test_a_backend_killed_in_the_middle_stores_exactly_once(own_server: Database) -> None:
    kills = 0
    calm = 0
    with closing(Store(own_server, TYPES)) as store:
        store.register(*TENANTS)

        def kill() -> None:
            nonlocal kills, calm
            calm += 1
            pids = store.committer.pids()
            if calm % 20 == 10 and kills < 3 and pids:  # each makes the whole server recover
                with suppress(ProcessLookupError):
                    os.kill(pids[0], signal.SIGKILL)
                    kills += 1

        answers = write_meanwhile(store, kill)
    assert kills
    check_answers(own_server, answers)


def kill_writers(database: Database, folder: Path, rounds: int) -> None:
    """Kill a process of eight writers at random moments; then ask again for all that it had asked for."""
    answers: dict[tuple[str, str], tuple[Ask, Appended]] = {}
    acknowledged = 0
    chance = random.Random(rounds)
    with closing(Store(database, TYPES)) as store:
        store.register(*TENANTS)
        for turn in range(rounds):
            file = folder / f"notes-{turn}"
            file.touch()
            command = [sys.executable, "-m", "tests.postgres.writer", database.url, str(file), str(turn)]
            with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": "platform:."}) as process:
                enough = chance.randrange(3_000, 30_000)
                while file.stat().st_size < enough:
                    assert process.poll() is None, "the writer ended by itself"
                    threading.Event().wait(0.005)
                process.kill()
            asked: list[Ask] = []
            told: dict[tuple[str, str], tuple[int, int]] = {}
            for line in file.read_bytes().split(b"\n")[:-1]:
                kind, tenant, key, *rest = msgspec.json.decode(line)
                if kind == "ask":
                    asked.append((tenant, key, [(stream, version) for stream, version in rest[0]]))
                else:
                    told[tenant, key] = (rest[0], rest[1])
            for ask in asked:
                answer = send(store, ask)
                known = told.get(ask[:2])
                if known is not None:
                    assert answer == Appended(*known, replayed=True)
                if answer is not None:
                    answers[ask[:2]] = (ask, answer)
            acknowledged += len(told)
    assert acknowledged > rounds
    check_answers(database, answers)


def test_a_killed_writer_leaves_every_acknowledged_append_exactly_once(database: Database, tmp_path: Path) -> None:
    kill_writers(database, tmp_path, rounds=10)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_writer_killed_a_hundred_times_loses_and_doubles_nothing(database: Database, tmp_path: Path) -> None:
    kill_writers(database, tmp_path, rounds=100)
