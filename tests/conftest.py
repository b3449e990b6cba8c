"""The real things that the tests run on: PostgreSQL and Kafka, each started once, their folders gone at the end.

Nothing is skipped for want of a service: what is missing fails.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from infra.kafka.broker import RunningBroker, start_broker
from infra.kafka.topic import ensure_topic
from infra.postgres.database import Database
from infra.postgres.embedded import start_postgres
from infra.postgres.migrate import migrate
from infra.postgres.store import Store
from infra.schema import bring_up_to_date
from infra.wiring import EVENT_TYPES, FOLLOWERS
from tests.databases import Databases, create, drop

REPOSITORY = Path(__file__).resolve().parents[1]
_PREFIX = "baseplus-test-"


def pytest_configure() -> None:
    # `kill` shall clean up like Ctrl-C does
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _sweep()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # what is begun last shall not be what everybody waits for
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _sweep() -> None:
    """Remove what earlier runs left that were killed too hard to clean up. Their processes died with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = re.match(rf"{_PREFIX}(\d+)-", folder.name)
        if owner and not psutil.pid_exists(int(owner[1])):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for servers' data. Not pytest's own: as root, PostgreSQL's account could not enter that one."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(scratch: Path) -> Iterator[Database]:
    """An administrator's connection to a server: BASEPLUS_TEST_DATABASE_URL, else our own PostgreSQL."""
    if url := os.environ.get("BASEPLUS_TEST_DATABASE_URL"):
        yield Database(url)
        return
    with start_postgres(scratch / "postgres") as server:
        yield server.database


@pytest.fixture(scope="session")
def migrated_databases(postgres_server: Database) -> Iterator[Databases]:
    """Databases in which no worker has made a read model's table yet."""
    with _copies(postgres_server, migrate) as databases:
        yield databases


@pytest.fixture(scope="session")
def _complete(postgres_server: Database) -> Iterator[Databases]:
    """Databases with everything that `baseplus migrate` makes."""
    with _copies(postgres_server, bring_up_to_date) as databases:
        yield databases


@pytest.fixture
def empty_database(postgres_server: Database) -> Iterator[Database]:
    """A database without our schema, dropped afterwards."""
    with _new_database(postgres_server) as name:
        yield postgres_server.named(name)


@pytest.fixture
def migrated_database(migrated_databases: Databases) -> Iterator[Database]:
    """A database for one test in which no worker has made a read model's table yet."""
    with migrated_databases.lend() as database:
        yield database


@pytest.fixture
def database(_complete: Databases) -> Iterator[Database]:
    """A database for one test, with everything that `baseplus migrate` makes."""
    with _complete.lend() as database:
        yield database


@pytest.fixture(scope="module")
def module_database(_complete: Databases) -> Iterator[Database]:
    """The same for all tests of one module."""
    with _complete.lend() as database:
        yield database


@pytest.fixture(scope="session")
def session_database(_complete: Databases) -> Iterator[Database]:
    """The same for all tests of a run that look on."""
    with _complete.lend() as database:
        yield database


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """A store on the test's own database, as the program has it."""
    with closing(Store(database, EVENT_TYPES, followers=FOLLOWERS)) as store:
        yield store


@pytest.fixture(scope="session")
def kafka_bootstrap(scratch: Path) -> Iterator[str]:
    """A Kafka's address: KAFKA_BOOTSTRAP_SERVERS, else one in a container where Docker answers, else our own broker."""
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
        return
    with _container() as address:
        if address is not None:
            yield address
            return
    with start_broker(scratch / "kafka") as broker:
        yield broker.bootstrap


@pytest.fixture(scope="module")
def kafka_cluster(scratch: Path) -> Iterator[RunningBroker]:
    """Three nodes of our own, to be killed."""
    with start_broker(scratch / f"kafka-{uuid4().hex[:8]}", nodes=3) as cluster:
        yield cluster


@pytest.fixture
def topic(kafka_bootstrap: str) -> str:
    """A fresh topic with the settings of the real one and 12 partitions."""
    name = f"test.{uuid4().hex}"
    ensure_topic(kafka_bootstrap, name, 12)
    return name


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the published data: BASEPLUS_SHARED, else `shared` beside the repository."""
    folder = Path(os.environ.get("BASEPLUS_SHARED") or REPOSITORY.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"needs the published data in the folder {folder}, which is missing")
    return folder


@contextmanager
def _container() -> Iterator[str | None]:
    """The address of a Kafka in a container; None where no Docker engine runs one."""
    # here, since every run of a single test would pay half a second for them
    import docker
    import docker.errors
    from testcontainers.community.kafka import KafkaContainer

    try:
        docker.from_env(timeout=5).ping()
    except (docker.errors.DockerException, OSError):
        yield None
        return
    container = KafkaContainer().with_kraft().with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    try:
        address = None
        try:
            container.start(timeout=120)
            address = container.get_bootstrap_server()
        except Exception as error:  # an engine without a way to the image, most often
            warnings.warn(f"Docker answers, but runs no Kafka ({error}): our own broker it is", stacklevel=1)
        yield address
    finally:
        container.stop()


@contextmanager
def _new_database(server: Database) -> Iterator[str]:
    name = create(server, "template1")
    try:
        yield name
    finally:
        drop(server, name)


@contextmanager
def _copies(server: Database, prepare: Callable[[Database], object]) -> Iterator[Databases]:
    """Databases that were prepared once."""
    with _new_database(server) as name:
        prepare(server.named(name))
        databases = Databases(server, name)
        yield databases
        databases.close()
