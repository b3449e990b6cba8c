"""What doctor finds wrong, of every kind that it knows, and that each finding has its mend in one line."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from baseplus.agreements.events import ClauseAdded
from infra.cli.main import cli
from infra.environment import Folder
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.postgres.wire import Row
from infra.service import free_ports
from tests.access.issuing import UNI_A, UNI_B, issue, register, revoke
from tests.cli.answers import project
from tests.cli.program import HANG, started
from tests.observability.collector import collecting

Line = dict[str, str]
Doctor = Callable[..., dict[str, Line]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Folder(tmp_path / "data").prepare().path


@pytest.fixture
def doctor(database: Database, data: Path) -> Doctor:
    """Asks doctor; what it found by what it looked at. Whatever is not well has a mend, in one line."""

    def ask(*, url: str = database.url, **more: str) -> dict[str, Line]:
        env = {"BASEPLUS_DATA": str(data), "DATABASE_URL": url, "KAFKA_BOOTSTRAP_SERVERS": None, **more}
        ended = CliRunner().invoke(cli, ["doctor", "--json"], env=env)
        lines = json.loads(ended.stdout)
        fails = any(line["state"] == "fail" for line in lines)
        assert ended.exit_code == (3 if fails else 0), ended.stderr
        for line in lines:
            assert bool(line["mend"]) == (line["state"] != "ok"), line
            assert "\n" not in line["found"] + line["mend"], line
        return {line["what"]: line for line in lines}

    return ask


@pytest.fixture
def nobody() -> str:
    """An address where nobody answers."""
    (port,) = free_ports(1)
    return f"127.0.0.1:{port}"


@contextmanager
def deaf() -> Iterator[str]:
    """An address where somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_a_database_that_is_away_is_found(doctor: Doctor, nobody: str) -> None:
    found = doctor(url=f"postgresql://somebody:secret@{nobody}/baseplus")["PostgreSQL"]
    assert found["state"] == "fail"
    assert nobody.rpartition(":")[2] in found["found"]
    assert "DATABASE_URL" in found["mend"]
    assert "secret" not in json.dumps(found)


def test_a_kafka_that_is_away_is_found(doctor: Doctor, nobody: str) -> None:
    found = doctor(KAFKA_BOOTSTRAP_SERVERS=nobody)["Kafka"]
    assert (found["state"], nobody in found["found"]) == ("fail", True)
    assert "KAFKA_BOOTSTRAP_SERVERS" in found["mend"]


def test_missing_migrations_are_found(doctor: Doctor, empty_database: Database, database: Database) -> None:
    found = doctor(url=empty_database.url)["schema"]
    assert (found["state"], found["mend"]) == ("fail", "run: baseplus migrate")
    assert doctor()["schema"]["state"] == "ok"


def test_a_projection_that_lags_is_found_by_how_long_events_wait(
    doctor: Doctor, database: Database, store: Store
) -> None:
    register(store, UNI_A)
    under_way = doctor()
    assert under_way["projection"]["state"] == "ok"
    assert (under_way["workers"]["state"], under_way["workers"]["mend"]) == ("warn", "run: baseplus project")
    an_hour_passes(database)
    late = doctor()["projection"]
    assert (late["state"], "the oldest for 3,6" in late["found"]) == ("warn", True), late
    assert "baseplus project" in late["mend"]
    project(database, UNI_A, store.position(UNI_A))
    assert doctor()["projection"]["found"] == "not in the views: 0 events"


def test_a_relay_that_lags_is_found_where_there_is_a_kafka(
    doctor: Doctor, database: Database, store: Store, kafka_bootstrap: str
) -> None:
    register(store, UNI_A)
    an_hour_passes(database)
    assert "relay" not in doctor()
    late = doctor(KAFKA_BOOTSTRAP_SERVERS=kafka_bootstrap)
    assert late["Kafka"]["state"] == "ok"
    assert (late["relay"]["state"], "baseplus relay" in late["relay"]["mend"]) == ("warn", True)


def test_a_parked_tenant_is_found(doctor: Doctor, database: Database, store: Store) -> None:
    register(store, UNI_A)
    project(database, UNI_A, 1)
    assert doctor()["parked"]["state"] == "ok"
    store.append_rows(UNI_A, [Row("agreements/never", 1, ClauseAdded.TYPE, datetime.now(UTC), b'{"clause": "hire"}')])
    project(database, UNI_A, 2)
    found = doctor()["parked"]
    assert found["state"] == "warn"
    assert "baseplus resume" in found["mend"]


def test_what_runs_on_the_data_folder_is_asked(doctor: Doctor, database: Database, data: Path) -> None:
    found = doctor()
    assert (found["API"]["state"], found["API"]["mend"]) == ("warn", "run: baseplus serve, or baseplus demo")
    assert (found["live updates"]["state"], "baseplus stream" in found["live updates"]["mend"]) == ("warn", True)
    api, live = map(str, free_ports(2))
    given = {"DATABASE_URL": database.url}
    with (
        started(data, "serve", "--port", api, "--workers", "1", **given) as serving,
        started(data, "stream", "--port", live, **given) as telling,
    ):
        serving.until("Serving")
        telling.until("Live updates at")
        assert httpx.get(f"http://127.0.0.1:{api}/readyz", timeout=HANG).status_code == 200  # the first takes longest
        found = doctor()
        assert (found["API"]["state"], found["API"]["found"]) == ("ok", f"answers at http://127.0.0.1:{api}")
        assert found["live updates"]["found"] == f"answers at http://127.0.0.1:{live}"
    found = doctor()
    assert (found["API"]["state"], found["live updates"]["state"]) == ("warn", "warn")


def test_a_process_that_is_announced_and_does_not_answer_is_found(doctor: Doctor, data: Path, nobody: str) -> None:
    folder = Folder(data)
    with deaf() as silent, folder.announce("serve", f"http://{silent}"), folder.announce("stream", f"http://{nobody}"):
        found = doctor()
    assert (found["API"]["state"], found["live updates"]["state"]) == ("fail", "fail")
    assert "baseplus serve" in found["API"]["mend"]
    assert "baseplus stream" in found["live updates"]["mend"]
    found = doctor(BASEPLUS_STREAM_URL=f"http://{nobody}")
    assert found["live updates"]["state"] == "fail"
    assert "BASEPLUS_STREAM_URL" in found["live updates"]["mend"]


def test_keys_are_counted_and_their_end_is_told_in_time(doctor: Doctor, database: Database, store: Store) -> None:
    assert doctor()["keys"]["state"] == "ok"
    register(store, UNI_A)
    register(store, UNI_B)
    assert doctor()["keys"]["mend"] == "issue one with: baseplus key issue"
    issue(store, UNI_A, "k-1")
    issue(store, UNI_B, "k-1")
    issue(store, UNI_B, "k-2")
    revoke(store, UNI_B, "k-2")
    project(database, UNI_A, store.position(UNI_A))
    project(database, UNI_B, store.position(UNI_B))
    assert doctor()["keys"]["found"] == "2 valid, of 2 tenants"
    issue(store, UNI_B, "k-3", expires=datetime.now(UTC).date() + timedelta(days=3))
    project(database, UNI_B, store.position(UNI_B))
    assert (doctor()["keys"]["state"], "1 expire" in doctor()["keys"]["found"]) == ("warn", True)


def test_a_collector_is_asked_where_one_is_configured(doctor: Doctor) -> None:
    assert "traces" not in doctor()
    with collecting() as collector:
        assert doctor(OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint)["traces"]["state"] == "ok"
    gone = doctor(OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint)["traces"]
    assert (gone["state"], "spans are lost" in gone["found"]) == ("warn", True)
    assert doctor(OTEL_EXPORTER_OTLP_ENDPOINT="collector")["traces"]["state"] == "fail"


def an_hour_passes(database: Database) -> None:
    """What is stored was stored an hour ago."""
    with database.connect("admin") as admin:
        admin.execute("UPDATE store.events SET recorded_at = recorded_at - interval '1 h'")
