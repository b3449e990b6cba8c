"""What can be wrong around us: one line with the way out each time, an exit code, and nothing left running."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseplus.kernel.refusals import Invalid
from infra.observability.logging import log_json_lines
from tests.cli.program import HANG, Ended, command, environment, processes_of, run, started

pytestmark = pytest.mark.long


@pytest.fixture
def data(scratch: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A data folder of the test's own, which does not exist yet."""
    folder = scratch / str(abs(hash(request.node.name)))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of 127.0.0.1 on which somebody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_database_that_does_not_answer(data: Path, free_port: int) -> None:
    url = f"postgresql://someone:secret@127.0.0.1:{free_port}/baseplus"
    for words in (("demo",), ("tenant", "list"), ("relay",), ("migrate",), ("doctor",)):
        ended = run(data, *words, DATABASE_URL=url)
        assert ended.code == 3
        assert "secret" not in ended.out + "".join(ended.said)
        if words != ("doctor",):
            refused(ended, "unavailable", "mend DATABASE_URL")
    assert processes_of(data) == []


def test_a_database_url_of_the_wrong_form_is_not_echoed(data: Path) -> None:
    ended = run(data, "demo", DATABASE_URL="postgresql://someone:secret@/= what")
    refused(ended, "invalid", "DATABASE_URL")
    assert ended.code == 2
    assert "secret" not in "".join(ended.said)


def test_no_java(data: Path, tmp_path: Path) -> None:
    ended = run(data, "demo", PATH=str(tmp_path), JAVA_HOME="")
    refused(ended, "unavailable", "openjdk", "--no-kafka")
    assert ended.code == 3
    assert processes_of(data) == []


def test_a_folder_that_is_not_ours(data: Path) -> None:
    data.mkdir()
    (data / "thesis.txt").write_text("mine")
    ended = run(data, "demo")
    refused(ended, "unavailable", "foreign data folder", "BASEPLUS_DATA")
    assert ended.code == 3
    assert [path.name for path in data.iterdir()] == ["thesis.txt"], "nothing was written there"


def test_a_folder_that_cannot_be_made() -> None:
    ended = run(Path("/proc/baseplus"), "demo")
    refused(ended, "unavailable", "folder not writable", "BASEPLUS_DATA")
    assert ended.code == 3


def test_a_full_disk(data: Path) -> None:
    # the limit on a file's size stands in for the disk: 4 MB, less than PostgreSQL's first log segment
    words = f"ulimit -f 4096; exec {' '.join(command('demo', '--no-kafka'))}"
    done = subprocess.run(
        ["bash", "-c", words], env=environment(data), capture_output=True, text=True, timeout=120, check=False
    )
    ended = Ended(done.returncode, done.stdout, done.stderr.strip().splitlines())
    refused(ended, "unavailable", "disk full", "free some space")
    assert ended.code == 3
    assert processes_of(data) == []


def test_a_port_that_somebody_has(data: Path, taken_port: int) -> None:
    ended = run(data, "kafka", "run", "--port", str(taken_port))
    refused(ended, "unavailable", "port in use", str(taken_port), "another port")
    assert ended.code == 3
    ended = run(data, "project", "--no-kafka", BASEPLUS_METRICS_PORT=str(taken_port))
    refused(ended, "unavailable", str(taken_port), "BASEPLUS_METRICS_PORT")
    assert processes_of(data) == []


def test_a_kafka_that_does_not_answer(data: Path, free_port: int) -> None:
    ended = run(data, "demo", KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port}")
    refused(ended, "unavailable", "Kafka", "KAFKA_BOOTSTRAP_SERVERS")
    assert ended.code == 3
    assert processes_of(data) == []


def test_a_given_kafka_of_one_broker_must_be_said_to_be_enough(data: Path) -> None:
    other = data.with_name(f"{data.name}-kafka")
    try:
        with started(other, "kafka", "run") as broker:
            broker.until("Kafka answers at")
            given = {"KAFKA_BOOTSTRAP_SERVERS": json.loads(run(other, "kafka", "status", "--json").out)["bootstrap"]}
            for words in (("demo",), ("relay",)):
                refused(run(data, *words, **given), "refused", "too few brokers", "BASEPLUS_REPLICAS")
            with started(data, "relay", BASEPLUS_REPLICAS="1", **given) as relay:
                relay.until("relaying partitions")
                assert relay.stop() == 130
    finally:
        shutil.rmtree(other, ignore_errors=True)
    assert processes_of(data) == []


def test_a_relay_without_any_kafka(data: Path) -> None:
    ended = run(data, "relay")
    refused(ended, "unavailable", "baseplus kafka run")
    assert ended.code == 3
    assert processes_of(data) == []


def test_our_broker_runs_alone_and_ends_with_ctrl_c(data: Path) -> None:
    with started(data, "kafka", "run") as broker:
        broker.until("Kafka answers at")
        refused(run(data, "kafka", "run"), "refused", "already running")
        assert broker.stop() == 130
    assert processes_of(data) == []


@pytest.mark.parametrize("nodes", ["1", "3"])
def test_our_broker_says_that_it_died_once_too_few_nodes_are_left(data: Path, nodes: str) -> None:
    with started(data, "kafka", "run", "--nodes", nodes) as broker:
        broker.until("Kafka answers at")
        first, *others = [one for one in broker.processes() if "kafka.Kafka" in one.cmdline()]
        first.kill()
        if others:
            broker.until("The other nodes go on")
            others[0].kill()
        assert broker.process.wait(HANG) == 3
        assert "ended by SIGKILL" in broker.until("service failed")
        assert "kafka.log" in broker.said[-1]
    assert processes_of(data) == []


def test_a_worker_without_kafka_says_so_and_ends_with_ctrl_c(data: Path) -> None:
    with started(data, "project") as worker:
        worker.until("without Kafka")
        worker.until("folding partitions")
        assert worker.stop() == 130
    assert processes_of(data) == []


def test_settings_of_the_wrong_form(data: Path) -> None:
    refused(run(data, "doctor", BASEPLUS_METRICS_PORT="many"), "invalid", "BASEPLUS_METRICS_PORT")
    refused(run(data, "tenant", "list", DATABASE_URL_FILE=str(data / "no-such")), "invalid", "DATABASE_URL_FILE")
    with pytest.raises(Invalid):
        log_json_lines("loud")


def test_a_pipe_that_closes_early_is_no_error(data: Path, tmp_path: Path) -> None:
    program = subprocess.Popen(
        command("--help"),
        env=environment(data) | {"HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()  # before the first word
    assert program.stderr.read() == ""
    assert program.wait(60) == 1  # as click has it: what was asked for was not all said


def refused(ended: Ended, kind: str, *words: str) -> None:
    """The last line is the one about the error, and has these words."""
    assert ended.last_words.startswith(f"{kind}: "), ended.said
    for word in words:
        assert word in ended.last_words, ended.last_words
    assert sum(line.startswith(("refused: ", "unavailable: ", "invalid: ", "internal")) for line in ended.said) == 1
    assert os.linesep not in ended.last_words
