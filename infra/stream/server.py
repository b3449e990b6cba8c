"""The process of live updates: its socket, its loop, its end."""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import uvicorn

from baseplus.kernel.refusals import Invalid, Unavailable
from infra.access.keyring import Keyring
from infra.access.limits import FailedSignIns
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.service import PortInUse
from infra.session import Sessions
from infra.stream import metrics
from infra.stream.app import create_app
from infra.stream.audience import Audience
from infra.stream.entrance import Entrance
from infra.stream.watch import Watch
from infra.wiring import EVENT_TYPES

log = logging.getLogger("baseplus.stream")

PER_TENANT, OVERALL = 1_000, 4_000
"""Listeners at most."""

_OTHER_FILES = 100
_LOOK_FOR_STOP = 0.1  # seconds
_RECHECK = 10.0  # seconds after which a listener's key is looked at again
_HEARTBEAT, _PATIENCE = 15.0, 30.0  # seconds: between comments to who hears nothing; for who takes nothing
_GRACE_S = 3  # seconds that connections have to end


def listen_at(host: str, port: int) -> socket.socket:
    """Take the address. Raises PortInUse, Invalid, Unavailable."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address, family=family, backlog=2_048)
    except socket.gaierror as error:
        raise Invalid(where="--host", reason=f"{host} is no address of ours: {error.strerror}") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(what="live updates", port=port) from None
        if error.errno == errno.EADDRNOTAVAIL:
            raise Invalid(where="--host", reason=f"{host} is no address of this machine") from None
        raise Unavailable(what=f"{host}:{port}", reason=error.strerror or str(error)) from None


def serve(
    database: Database,
    sessions: Sessions,
    listening: socket.socket,
    stop: threading.Event,
    *,
    origin: str | None = None,
    proxies: int = 0,
) -> None:
    """Answer on the socket until `stop` is set; then every connection is ended. origin, proxies: as `Entrance`."""
    overall = min(OVERALL, _raise_file_limit() - _OTHER_FILES)
    with closing(Store(database, EVENT_TYPES)) as store:
        entrance = Entrance(Keyring(store, failures=FailedSignIns()), sessions, origin, proxies)
        asyncio.run(_Process(database, entrance, overall, origin).run(listening, stop))


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The command handles signals, and tells us by its event."""
        yield


class _Process:
    def __init__(self, database: Database, entrance: Entrance, overall: int, origin: str | None) -> None:
        self._audience = Audience(per_tenant=PER_TENANT, overall=overall)
        self._watch = Watch(database, self._audience)
        self._entrance = entrance
        app = create_app(self._audience, entrance, origin)
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )

    async def run(self, listening: socket.socket, stop: threading.Event) -> None:
        """Until `stop`, or until something ends that should not."""
        watching = asyncio.create_task(self._watch.run())
        beside = [watching, *map(asyncio.create_task, (self._recheck(), self._beat(), self._await(stop)))]
        for task in beside:
            task.add_done_callback(lambda _: self._end())
        try:
            await self._server.serve([listening])
        finally:
            for task in beside:
                task.cancel()
        for outcome in await asyncio.gather(*beside, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    async def _await(self, stop: threading.Event) -> None:
        while not stop.is_set():
            await asyncio.sleep(_LOOK_FOR_STOP)

    def _end(self) -> None:
        # first those who listen, since the server waits for them
        self._audience.close()
        self._server.should_exit = True

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT)
            self._audience.beat(_PATIENCE)

    async def _recheck(self) -> None:
        """A key that is revoked or expires while it listens hears no more."""
        while True:
            await asyncio.sleep(_RECHECK)
            for caller in await asyncio.to_thread(self._entrance.turned_away, self._audience.callers()):
                ended = self._audience.close(caller)
                metrics.CLOSED.inc(ended)
                log.info("a key that listened is let in no more", extra={"tenant": caller.tenant, "listeners": ended})


def _raise_file_limit() -> int:
    """A connection is a file: take as many as the system gives us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        wanted = min(hard, OVERALL + _OTHER_FILES) if hard != resource.RLIM_INFINITY else OVERALL + _OTHER_FILES
        soft = max(soft, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
