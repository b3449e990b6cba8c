"""How soon a crowd of listeners is told what happened, all of one tenant: the store, a worker, and the live process."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from typing import Any

import psutil

from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.cli.errors import Exit
from infra.postgres.store import NewEvent, Store
from infra.service import free_ports
from tenants.keys.events import ApiKeyIssued
from tests.access.issuing import issue, register
from tests.benchmarks.figure import Environment, Figure, percentile
from tests.cli.program import Started, started

LISTENERS, RATE, SECONDS, WARM_UP = 500, 20, 20, 2  # connections, events a second; seconds
LIMIT_MS = 500
TENANT = TenantId("uni-a")

_ID = re.compile(rb"^id: (\d+)\n", re.MULTILINE)
_context = multiprocessing.get_context("spawn")


def sse(env: Environment) -> list[Figure]:
    """From the commit of an event to its arrival at each listener."""
    with ExitStack() as stack:
        store = stack.enter_context(closing(env.store()))
        register(store, TENANT)
        token = str(issue(store, TENANT, "listens", Role.STAFF))
        (port,) = free_ports(1)
        _run(stack, env, "Projecting from", "project", "--no-kafka")
        live = _run(stack, env, "Live updates at", "stream", "--port", str(port))
        ours, theirs = _context.Pipe()
        crowd = _context.Process(target=_listen, args=(port, token, theirs), daemon=True)
        crowd.start()
        assert ours.recv() == LISTENERS
        committed = dict(_write(store))
        last = max(committed)
        ours.send(last)
        heard: dict[int, list[float]] = ours.recv()
        crowd.join()
        process = psutil.Process(live.process.pid)
        memory, spent = process.memory_info().rss, sum(process.cpu_times()[:2])
        assert live.stop() == Exit.INTERRUPTED
    first = min(committed.values()) + WARM_UP
    told = {position: at for position, at in committed.items() if at >= first}
    assert all(len(heard[position]) == LISTENERS for position in told), "somebody was not told"
    waits = [arrived - at for position, at in told.items() for arrived in heard[position]]
    p99 = percentile(waits, 0.99)
    return [
        Figure(
            figure="sse",
            value=p99,
            unit="ms",
            against=f"{LIMIT_MS} ms at {LISTENERS} listeners of one tenant, {RATE} events/s",
            ratio=round(p99 / LIMIT_MS, 3),
            p50_ms=percentile(waits, 0.5),
            p99_ms=p99,
        ),
        Figure(figure="memory_sse", value=round(memory / 1e6), unit="MB"),
        Figure(figure="cpu_sse", value=round(spent / (SECONDS + WARM_UP), 3), unit="cores"),
    ]


FIGURES = [("sse", sse)]


def _run(stack: ExitStack, env: Environment, words: str, *arguments: str) -> Started:
    folder = env.folder / "live"
    given = {"DATABASE_URL": env.database.url, "BASEPLUS_SECRET": secrets.token_hex(16)}
    program = stack.enter_context(started(folder, *arguments, **given))
    program.until(words)
    return program


def _write(store: Store) -> Iterator[tuple[int, float]]:
    """Positions, and when each was committed."""
    began = time.monotonic()
    for number in range(RATE * (SECONDS + WARM_UP)):
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        event = ApiKeyIssued(Role.STAFF, "For nobody", "0" * 64)
        new = NewEvent(StreamId(f"keys/k-{number}"), 1, event, datetime.now(UTC))
        appended = store.append(TENANT, [new])
        yield appended.last, time.monotonic()


class _Ear(asyncio.Protocol):
    """One connection. heard: position -> when it arrived, of all connections."""

    def __init__(self, request: bytes, heard: dict[int, list[float]], began: asyncio.Semaphore) -> None:
        self._request, self._heard, self._began = request, heard, began
        self._rest = b""
        self.last = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        text = self._rest + data
        end = 0
        for found in _ID.finditer(text):
            end = found.end()
            if self.last < 0:
                self._began.release()
            self.last = int(found[1])
            self._heard.setdefault(self.last, []).append(now)
        self._rest = text[end:][-2_000:]


def _listen(port: int, token: str, pipe: Any) -> None:
    heard: dict[int, list[float]] = {}
    request = f"GET /v1/{TENANT}/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        began = asyncio.Semaphore(0)
        ears = []
        for _ in range(LISTENERS):
            _, ear = await loop.create_connection(lambda: _Ear(request, heard, began), "127.0.0.1", port)
            ears.append(ear)
        for _ in ears:
            await began.acquire()
        heard.clear()
        pipe.send(LISTENERS)
        last = await asyncio.to_thread(pipe.recv)
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                while any(ear.last < last for ear in ears):
                    await asyncio.sleep(0.05)
        pipe.send(heard)

    asyncio.run(run())
