"""Writers that stand still and servers that do not answer: they hold up nobody for long."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from baseplus.kernel.refusals import Unavailable
from infra.postgres.database import Database, Role
from infra.postgres.lanes import FREED_AFTER
from infra.postgres.store import Store
from tests.postgres.accounts import NORTH, SOUTH, TYPES, deposited

WRITERS = 16


@pytest.fixture
def frozen(database: Database, account_store: Store) -> Iterator[subprocess.Popen[str]]:
    """A writer that holds north's lock, and was stopped with it. `account_store` has the tenants."""
    command = [sys.executable, "-m", "tests.postgres.frozen", database.url, str(int(database.direct))]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "inside\n"
        writer.send_signal(signal.SIGSTOP)
        yield writer
    finally:
        writer.kill()
        writer.communicate()


def test_a_writer_frozen_within_a_transaction_frees_its_tenant(
    frozen: subprocess.Popen[str], account_store: Store
) -> None:
    with ThreadPoolExecutor(2) as pool:
        # two tenants in one group: the one whose lock is held holds up the other
        waiting = [pool.submit(account_store.append, tenant, [deposited("a", 1)]) for tenant in (NORTH, SOUTH)]
        try:
            appended = [each.result(FREED_AFTER + 10) for each in waiting]
        except TimeoutError:
            frozen.kill()  # else nothing here would ever end
            raise
    frozen.send_signal(signal.SIGCONT)
    assert [each.first for each in appended] == [1, 1], "nothing of the frozen one is there"
    assert frozen.communicate("go on\n", timeout=60)[0] == "lost\n"
    assert account_store.position(NORTH) == 1


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Where a server should be, and nobody answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one


def test_a_server_that_is_away_is_asked_once_for_all_who_wait(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    url = f"postgresql://postgres@127.0.0.1:{port}/none?sslmode=disable&gssencmode=disable"
    asked = 0
    with closing(Store(Database(url), TYPES)) as store, ThreadPoolExecutor(WRITERS) as pool:

        def write(number: int) -> None:
            with pytest.raises(Unavailable):
                store.append(NORTH, [deposited(f"a-{number}", 1)])

        waiting = [pool.submit(write, number) for number in range(WRITERS)]
        pause = threading.Event()
        while not all(each.done() for each in waiting):
            listener.settimeout(0.2)
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            asked += 1
            while asked == 1 and len(store.committer._queue) < WRITERS - 1:
                pause.wait(0.01)
            connection.close()
        for each in waiting:
            each.result()
    assert asked == 2, "once for the first, once for all who waited meanwhile"


ROLES: tuple[Role, ...] = ("admin", "app", "relay", "worker", "stream")


@pytest.mark.parametrize("role", ROLES)
def test_whoever_connects_by_itself_notices_a_server_that_is_cut_off(database: Database, role: Role) -> None:
    """The web's reader and the process of live updates make their connections from the string."""
    with psycopg.connect(database.dsn(role)) as connection:
        said = connection.info.get_parameters()
    assert (said["connect_timeout"], said["tcp_user_timeout"], said["keepalives_idle"]) == ("10", "10000", "5")


@pytest.mark.parametrize("role", ROLES)
def test_what_a_url_says_of_its_limits_goes_before_our_own(role: Role) -> None:
    own = f"postgresql://{role}@theirs/none?connect_timeout=3&keepalives=0"
    for database in (Database(own), Database(own, direct=True), Database("dbname=other", urls={role: own})):
        said = conninfo_to_dict(database.dsn(role))
        if role == "admin" and database.urls:
            assert said["connect_timeout"] == "10"
        else:
            assert (said["connect_timeout"], said["keepalives"]) == ("3", "0")
        assert said["tcp_user_timeout"] == "10000"
