"""How settings become something that runs: the data folder, the database, Kafka's address.

Processes find each other through the data folder: our PostgreSQL by its own files, our broker by `kafka.json`, and
whoever supervises both by the lock on `lock`. Nothing in there is believed without asking whether it is alive.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict

from baseplus.kernel.refusals import Invalid, Refusal, Unavailable
from infra.postgres.database import Database
from infra.postgres.embedded import RunningPostgres, start_postgres
from infra.service import ForeignData, writing_to
from infra.settings import REPLICAS, Settings

_MARKER = "baseplus.json"
OLDEST_POSTGRES = 15


class DatabaseUnreachable(Unavailable):
    """The given database does not answer. Facts: what, reason."""

    mend = "start it, or mend DATABASE_URL, or leave DATABASE_URL out to use our own PostgreSQL"


class NotMigrated(Unavailable):
    """The database lacks our schema. Facts: what."""

    mend = "run: baseplus migrate"


class AlreadyRunning(Refusal):
    """The data folder is in use. Facts: folder, pid."""

    code = "already_running"
    mend = "stop that process, or name another folder in BASEPLUS_DATA"


@dataclass(frozen=True)
class Folder:
    """The data folder. Raises nothing before it is used; `prepare` makes and checks it."""

    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def prepare(self) -> Folder:
        """Make it, or make sure that it is ours. Raises ForeignData, FolderUnwritable, DiskFull."""
        with writing_to(self.path):
            fresh = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            if fresh:
                self.path.chmod(0o755)
            marker = self.path / _MARKER
            try:
                made_by = json.loads(marker.read_bytes()).get("made_by")
            except FileNotFoundError:
                # processes that start together prepare it together: what begins like the marker is another one's
                others = [file for file in self.path.iterdir() if not file.name.startswith(_MARKER)]
                if others and not marker.exists():
                    raise ForeignData(
                        folder=str(self.path), reason="it is not empty, and not made by baseplus"
                    ) from None
                write_json(marker, {"made_by": "baseplus", "layout": 1})
            except (ValueError, AttributeError):
                raise ForeignData(folder=str(self.path), reason=f"{_MARKER} in it is not readable") from None
            else:
                if made_by != "baseplus":
                    raise ForeignData(folder=str(self.path), reason="not made by baseplus")
            self.logs.mkdir(exist_ok=True)
        return self

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Hold the folder for one supervisor. Raises AlreadyRunning."""
        with writing_to(self.path):
            # appended to, not truncated: whoever holds it has written its pid
            lock = (self.path / "lock").open("a+", encoding="utf-8")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(folder=str(self.path), pid=self.supervisor() or "unknown") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def supervisor(self) -> int | None:
        """The pid of the process that supervises this folder; None where nobody does."""
        with suppress(OSError), (self.path / "lock").open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                with suppress(ValueError):
                    return int(lock.read())
        return None

    @contextmanager
    def announce(self, name: str, value: str) -> Iterator[None]:
        """Tell other processes an address of ours, for as long as we stand by it."""
        file = self.path / f"{name}.json"
        with writing_to(self.path):
            write_json(file, {"address": value, "pid": os.getpid()})
        try:
            yield
        finally:
            with suppress(OSError):
                file.unlink()

    def announced(self, name: str) -> str | None:
        """An address that a process told which is still there. What is behind it may be gone: ask it."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads((self.path / f"{name}.json").read_bytes())
            # after a kill -9 the file stays, and what it names may answer a moment longer
            return str(told["address"]) if psutil.pid_exists(int(told["pid"])) else None
        return None


def announcing(settings: Settings, name: str, address: str) -> AbstractContextManager[None]:
    """Tell whoever works in the same data folder our address, for as long as we stand by it; nobody where that folder
    is not ours (yet), as beside a given database: a file of ours in it would make it look like somebody else's."""
    folder = Folder(settings.data)
    return folder.announce(name, address) if (folder.path / _MARKER).exists() else nullcontext()


def write_json(file: Path, content: dict[str, object]) -> None:
    """Write a small file whole or not at all."""
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(file)


@contextmanager
def open_database(settings: Settings, *, migrated: bool = True) -> Iterator[Database]:
    """The database of the settings: the given one, else our own, started for as long as this lasts unless it runs.

    migrated: it must have our schema; our own gets it. Raises DatabaseUnreachable, NotMigrated, Invalid and what
    starting PostgreSQL raises.
    """
    if settings.database_url is not None:
        database = given_database(settings)
        if migrated:
            require_schema(database)
        yield database
        return
    folder = Folder(settings.data).prepare()
    if (address := folder.announced("postgres")) is not None and folder.supervisor() is not None:
        # its supervisor restarts it: starting another here would take it away from there
        database = Database(address, direct=True)
        if migrated:
            require_schema(database)
        yield database
        return
    with start_postgres(folder.postgres) as server:
        bring_up(server, migrated)
        yield server.database


def bring_up(server: RunningPostgres, migrated: bool) -> None:
    """Give our own server its schema, unless whoever started it has."""
    if migrated and not (server.attached and _has_schema(server.database)):
        from infra.schema import bring_up_to_date  # SQLAlchemy takes most of a second, which few commands need

        bring_up_to_date(server.database)


def given_database(settings: Settings) -> Database:
    """The database of `DATABASE_URL`, asked whether it answers. Raises Invalid, DatabaseUnreachable."""
    url = settings.database_url or ""
    for name, value in ({"": url} | dict(settings.role_urls)).items():
        try:
            conninfo_to_dict(value)
        except psycopg.ProgrammingError:
            variable = f"DATABASE_URL_{name.upper()}" if name else "DATABASE_URL"
            # without the value: it may hold a password
            raise Invalid(where=variable, reason="not of the form postgresql://user:password@host:5432/name") from None
    database = Database(url, urls=dict(settings.role_urls))
    try:
        with database.connect("admin", connect_timeout=10) as connection:
            if (version := connection.info.server_version // 10_000) < OLDEST_POSTGRES:
                raise DatabaseUnreachable(what="DATABASE_URL", reason=f"PostgreSQL {version} is too old, 15 will do")
    except Unavailable as error:
        if isinstance(error, DatabaseUnreachable):
            raise
        raise DatabaseUnreachable(**error.facts) from error
    return database


def require_schema(database: Database) -> None:
    """Raises NotMigrated where our tables are missing, Unavailable where the server does not answer."""
    if not _has_schema(database):
        raise NotMigrated(what="the database lacks our tables")


def _has_schema(database: Database) -> bool:
    with database.connect("admin") as connection:
        row = connection.execute("SELECT to_regclass('views.generations') IS NOT NULL").fetchone()
    return row is not None and bool(row[0])


def find_kafka(settings: Settings) -> str | None:
    """Kafka's bootstrap address: the given one, else our broker's if it runs, else None."""
    if settings.kafka is not None:
        return settings.kafka
    address = Folder(settings.data).announced("kafka")
    return address if address is not None and answers(address) else None


def replicas(settings: Settings, bootstrap: str) -> int:
    """How many copies of each event this Kafka must keep: as set, else three, or one a node on a broker of our own."""
    if settings.replicas is not None:
        return settings.replicas
    return REPLICAS if settings.kafka is not None else min(REPLICAS, bootstrap.count(",") + 1)


def answers(bootstrap: str, patience: float = 1.0) -> bool:
    """Whether somebody listens at one of the addresses `host:port,host:port`. patience: seconds for each."""
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), patience):
            return True
    return False
