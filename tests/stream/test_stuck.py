"""A connection that takes nothing is given up, and only that one."""

from __future__ import annotations

import asyncio
import socket
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from baseplus.kernel.access import Role
from infra.access.keyring import Keyring
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.session import Sessions
from infra.stream.audience import Audience
from infra.stream.entrance import Entrance
from infra.stream.history import Shown
from infra.stream.server import _Process, listen_at
from infra.stream.tails import KEPT
from tests.access.issuing import UNI_A, issue, register

HANG = 240.0


async def until(what: Any) -> None:
    async with asyncio.timeout(HANG):
        while not what():
            await asyncio.sleep(0.01)


def connect(port: int, token: str, buffer: int) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    one.connect(("127.0.0.1", port))
    one.sendall(f"GET /v1/{UNI_A}/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    one.setblocking(False)
    return one


async def drain(one: socket.socket) -> None:
    """Take all that comes, until the end."""
    while await asyncio.get_running_loop().sock_recv(one, 65_536):
        pass


def pour(present: Audience) -> None:
    """Much happens: as many events as are kept."""
    tail = present.tails[UNI_A]
    now = datetime.now(UTC)
    events = [Shown(tail.position + n, "notes.noted.v1", f"notes/{'n' * 60}", now, now, None) for n in range(1, KEPT)]
    tail.move(tail.position + KEPT - 1, events)


@pytest.mark.parametrize("patience", [0.0, HANG])
def test_who_takes_nothing_for_too_long_is_hung_up_on(database: Database, store: Store, patience: float) -> None:
    register(store, UNI_A)
    token = str(issue(store, UNI_A, "k-1", Role.STAFF))

    async def scene() -> None:
        listening = listen_at("127.0.0.1", 0)
        port = listening.getsockname()[1]
        process = _Process(database, Entrance(Keyring(store), Sessions("x")), 10, None)
        present, stop = process._audience, threading.Event()
        running = asyncio.create_task(process.run(listening, stop))
        stuck, quick = connect(port, token, 4_096), connect(port, token, 65_536)
        taking = asyncio.create_task(drain(quick))
        try:
            await until(lambda: present._count == 2)

            def is_stuck() -> bool:
                pour(present)
                return sum(one.telling_since is not None for one, _ in present._everybody()) == 1

            async with asyncio.timeout(HANG):
                while not is_stuck():
                    await asyncio.sleep(0.02)  # whoever takes what comes has time to
            await asyncio.sleep(0.05)
            present.beat(patience)
            if patience:
                assert present._count == 2
            else:
                await until(lambda: present._count == 1)
                assert not taking.done()
        finally:
            stop.set()
            await running
            stuck.close()
            quick.close()
        await taking

    asyncio.run(scene())
