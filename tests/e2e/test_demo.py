"""The demonstration as people meet it: one command, everything running, nothing left when it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cli.program import HANG, Ended, Started, await_gone, environment, eventually, processes_of, run, started

UP = "Up until Ctrl-C"
STORY = ("base-2026", "lakeside-university")


@pytest.fixture(scope="module")
def data(scratch: Path) -> Iterator[Path]:
    """A data folder of this module's own."""
    folder = scratch / "demo"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def told(data: Path) -> Ended:
    """The story, told once in an empty folder."""
    return run(data, "demo", "--once", "--json")


def test_the_story_is_told_from_an_empty_folder_and_comes_out_of_the_views(told: Ended, data: Path) -> None:
    assert told.code == 0, told.said
    shown = json.loads(told.out)
    (agreement,) = shown["agreements"]
    assert (agreement["id"], agreement["state"]) == ("base-2026", "in_force")
    assert set(agreement["signed"]) == {"lakeside-university", "harbour-robotics"}
    assert shown["benchmark"]
    stages = {stage["stage"].partition(",")[0]: stage for stage in shown["pipeline"]}
    assert stages["stored"]["events"] == stages["on Kafka"]["events"] == stages["in the views"]["events"] > 100
    assert any("made up" in line for line in told.said), "returns that were made up are called so"
    assert processes_of(data) == []


def test_a_second_start_finds_its_data_and_tells_nothing_twice(told: Ended, data: Path) -> None:
    before = stored(told)
    again = run(data, "demo", "--once", "--json")
    assert again.code == 0, again.said
    assert stored(again) == before
    assert any("Welcome back" in line for line in again.said)


def test_ctrl_c_ends_with_130_and_leaves_no_process(told: Ended, data: Path) -> None:
    with started(data, "demo") as demo:
        demo.until(UP)
        family = demo.processes()
        names = {one.name() for one in family}
        assert {"java"} <= names
        assert any("postgres" in name for name in names)
        assert demo.stop(signal.SIGINT) == 130
        await_gone(family)
    assert processes_of(data) == []


def test_sigterm_ends_in_peace_and_leaves_no_process(told: Ended, data: Path) -> None:
    with started(data, "demo", "--no-kafka") as demo:
        demo.until(UP)
        family = demo.processes()
        assert demo.stop(signal.SIGTERM) == 0
        await_gone(family)
    assert processes_of(data) == []


def test_ctrl_c_while_it_starts_leaves_no_process(data: Path, told: Ended) -> None:
    with started(data, "demo") as demo:
        demo.until("Starting Kafka")
        assert demo.stop(signal.SIGINT) == 130
    eventually(lambda: processes_of(data) == [], "no process is left")


def test_nothing_survives_a_killed_supervisor(told: Ended, data: Path) -> None:
    with started(data, "demo") as demo:
        demo.until(UP)
        family = demo.processes()
        assert len(family) >= 5
        demo.process.kill()
        demo.process.wait()
        await_gone(family)
    assert processes_of(data) == []
    assert run(data, "demo", "--once", "--no-kafka").code == 0, "the next start recovers"


def test_a_killed_process_is_started_again_and_the_demonstration_goes_on(told: Ended, data: Path) -> None:
    with started(data, "demo") as demo:
        demo.until(UP)
        for name in ("relay", "worker-1", "worker-2", "kafka", "postgresql"):
            os.kill(pid_of(demo, name, data), signal.SIGKILL)
            demo.until(f"{name} was started again")
        added = run(data, "tenant", "add", f"new-{os.getpid()}", "--name", "A new university", "--json")
        assert added.code == 0, added.said
        tenant = json.loads(added.out)["tenant"]
        eventually(lambda: has_come_through(data, tenant), "the event is on Kafka and in the views")
        checked = run(data, "verify", "views", "--json")
        assert checked.code == 0
        assert json.loads(checked.out)["differences"] == []
        assert demo.stop() == 130


def test_other_commands_find_a_running_demonstration(told: Ended, data: Path) -> None:
    with started(data, "demo") as demo:
        demo.until(UP)
        second = run(data, "demo")
        assert second.code == 1
        assert "already running" in second.last_words
        assert str(demo.process.pid) in second.last_words
        assert json.loads(run(data, "kafka", "status", "--json").out)["answers"]
        shown = run(data, "agreement", "show", STORY[0], "--tenant", STORY[1], "--json")
        assert json.loads(shown.out)["state"] == "in_force"
        tenants = list(csv.DictReader(io.StringIO(run(data, "tenant", "list", "--csv").out)))
        assert {"lakeside-university", "harbour-robotics"} <= {row["tenant"] for row in tenants}
        groups = run(data, "release", "show", "destinations-first", "--tenant", "mechatronics-association", "--csv")
        assert {row["period"] for row in csv.DictReader(io.StringIO(groups.out))} == {"2013-14", "2014-15"}
        findings = run(data, "doctor", "--json")
        assert findings.code == 0
        assert {one["state"] for one in json.loads(findings.out)} <= {"ok", "warn"}
        assert demo.stop() == 130


def test_what_the_banner_says_to_try_works_by_copy_and_paste(told: Ended, data: Path) -> None:
    at = next(n for n, line in enumerate(told.said) if "Try, in another terminal" in line)
    lines = [line.strip() for line in told.said[at + 1 : at + 4]]
    for line in lines:
        tried = subprocess.run(
            ["bash", "-c", line], env=environment(data), capture_output=True, text=True, timeout=HANG, check=False
        )
        assert tried.returncode == 0, (line, tried.stderr)
        assert tried.stdout


def test_commands_start_the_database_for_themselves_where_nothing_runs(told: Ended, data: Path) -> None:
    shown = run(data, "tenant", "show", "lakeside-university", "--json")
    assert shown.code == 0
    assert json.loads(shown.out)["kind"] == "university"
    assert processes_of(data) == []


def test_a_view_is_rebuilt_and_switched_back(told: Ended, data: Path) -> None:
    built = json.loads(run(data, "rebuild", "--all", "--json").out)
    assert all(one["live"] and not one["different"] and not one["added"] and not one["gone"] for one in built)
    back = run(data, "rebuild", "agreements", "--switch-back", "--json")
    assert back.code == 0, back.said
    assert json.loads(back.out)[0]["generation"] != next(o["generation"] for o in built if o["view"] == "agreements")


def stored(ended: Ended) -> int:
    return int(json.loads(ended.out)["pipeline"][0]["events"])


def pid_of(demo: Started, name: str, data: Path) -> int:
    """The process of a part, by what its command line says."""
    log = (data / "logs" / "supervisor.log").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    pid = int([line["pid"] for line in lines if line.get("part") == name and line["message"] == "started"][-1])
    assert psutil.pid_exists(pid), demo.said
    return pid


def has_come_through(data: Path, tenant: str) -> bool:
    shown: dict[str, Any] = json.loads(run(data, "tenant", "show", tenant, "--json").out)
    return bool(shown["events"] == shown["relayed"] == shown["projected"] > 0)
