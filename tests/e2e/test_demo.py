"""The demonstration as people meet it: one command, everything running, nothing left when it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tenants.keys.token import read_token
from tests.cli.program import HANG, Ended, Started, await_gone, environment, eventually, processes_of, run, started

pytestmark = pytest.mark.long

UP = "Up until Ctrl-C"
STORY = ("base-2026", "lakeside-university")
DEMO = ("demo", "--port", "0")
TOUR = Path(__file__).resolve().parents[2] / "docs/tutorial/five-minutes.md"


@pytest.fixture(scope="module")
def data(scratch: Path) -> Iterator[Path]:
    """A data folder of this module's own."""
    folder = scratch / "demo"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def told(data: Path) -> Ended:
    """The story, told once in an empty folder."""
    return run(data, *DEMO, "--once", "--json")


def test_the_story_is_told_from_an_empty_folder_and_comes_out_of_the_views(told: Ended, data: Path) -> None:
    assert told.code == 0, told.said
    shown = json.loads(told.out)
    agreements = {one["id"]: (one["state"], one["missing_signatures"]) for one in shown["agreements"]}
    assert agreements == {
        "base-2025": ("in_force", []),
        "base-2026": ("in_force", []),
        "base-2027": ("proposed", ["harbour-robotics"]),
    }
    assert shown["benchmark"]
    stages = {stage["stage"].partition(",")[0]: stage for stage in shown["pipeline"]}
    assert stages["stored"]["events"] == stages["on Kafka"]["events"] == stages["in the views"]["events"] > 100
    assert any("made up" in line for line in told.said), "returns that were made up are called so"
    assert processes_of(data) == []


def test_a_second_start_finds_its_data_and_tells_nothing_twice(told: Ended, data: Path) -> None:
    before = stored(told)
    again = run(data, *DEMO, "--once", "--json")
    assert again.code == 0, again.said
    assert stored(again) == before
    assert any("Welcome back" in line for line in again.said)


class TestWhileItRuns:
    """One demonstration for all of these, which the last one ends."""

    @pytest.fixture(scope="class")
    @staticmethod
    def demo(told: Ended, data: Path) -> Iterator[Started]:
        """Everything runs."""
        with started(data, *DEMO) as demo:
            demo.until(UP)
            yield demo

    def test_other_commands_find_a_running_demonstration(self, demo: Started, data: Path) -> None:
        second = run(data, "demo")
        assert second.code == 1
        assert "already running" in second.last_words
        assert str(demo.process.pid) in second.last_words
        assert json.loads(run(data, "kafka", "status", "--json").out)["answers"]
        shown = run(data, "agreement", "show", STORY[0], "--tenant", STORY[1], "--json")
        assert json.loads(shown.out)["state"] == "in_force"
        tenants = list(csv.DictReader(io.StringIO(run(data, "tenant", "list", "--csv").out)))
        assert {"lakeside-university", "qinglan-university", "nordia-university"} <= {row["tenant"] for row in tenants}
        groups = run(data, "release", "show", "destinations-first", "--tenant", "mechatronics-association", "--csv")
        assert {row["period"] for row in csv.DictReader(io.StringIO(groups.out))} == {"2013-14", "2014-15"}
        findings = run(data, "doctor", "--json")
        assert findings.code == 0
        assert {one["state"] for one in json.loads(findings.out)} <= {"ok", "warn"}

    def test_what_the_banner_says_to_try_works_by_copy_and_paste(self, demo: Started, data: Path) -> None:
        at = next(n for n, line in enumerate(demo.said) if "Try, in another terminal" in line)
        for line in demo.said[at + 1 : at + 4]:
            tried = subprocess.run(
                ["bash", "-c", f"set -e -o pipefail; {line.strip()}"],
                env=environment(data) | {"no_proxy": "127.0.0.1"},
                capture_output=True,
                text=True,
                timeout=HANG,
                check=False,
            )
            assert tried.returncode == 0, (line, tried.stderr)
            assert "base-2026" in tried.stdout or "English" in tried.stdout, (line, tried.stdout)

    def test_every_key_of_the_banner_opens_its_own_tenant_and_no_other(self, demo: Started, data: Path) -> None:
        (address,) = (line.split()[1] for line in demo.said if line.strip().startswith("pages "))
        tokens = [token for line in demo.said if (token := read_token(line.split()[-1] if line.split() else ""))]
        assert len(tokens) == 8
        tenants = {token.tenant for token in tokens}
        with httpx.Client(trust_env=False) as client:
            for token in tokens:
                headers = {"Authorization": f"Bearer {token}"}
                for tenant in tenants:
                    answer = client.get(f"{address}/v1/{tenant}/agreements", headers=headers)
                    assert ("not_your_tenant" in answer.text) == (tenant != token.tenant), answer.text

    def test_the_tour_of_five_minutes_is_as_it_is_written(self, demo: Started, data: Path, tmp_path: Path) -> None:
        blocks = re.findall(r"^```sh\n(.*?)^```", TOUR.read_text(), re.DOTALL | re.MULTILINE)
        promised = re.findall(r"^# (.+)$", "".join(blocks), re.MULTILINE)
        assert len(promised) >= 8
        (address,) = (line.split()[1] for line in demo.said if line.strip().startswith("pages "))
        ada, vera = (
            next(line.split()[-1] for line in demo.said if name in line) for name in ("Ada Okafor ", "Vera Stein ")
        )
        tour = subprocess.run(
            ["bash", "-c", "set -eu -o pipefail\n" + "\n".join(blocks)],
            cwd=tmp_path,
            env=environment(data) | {"no_proxy": "127.0.0.1", "ADDRESS": address, "ADA": ada, "VERA": vera},
            capture_output=True,
            text=True,
            timeout=HANG,
            check=False,
        )
        assert tour.returncode == 0, tour.stderr + tour.stdout
        shown, at = tour.stdout, 0
        for words in promised:  # in this order
            at = shown.find(words, at) + 1
            assert at, (words, tour.stdout)

    def test_a_killed_process_is_started_again_and_the_demonstration_goes_on(self, demo: Started, data: Path) -> None:
        for name in ("relay", "worker-1", "worker-2", "serve", "stream", "kafka", "postgresql"):
            os.kill(pid_of(demo, name, data), signal.SIGKILL)
            demo.until(f"{name} was started again")
        added = run(data, "tenant", "add", f"new-{os.getpid()}", "--name", "A new university", "--json")
        assert added.code == 0, added.said
        tenant = json.loads(added.out)["tenant"]
        eventually(lambda: has_come_through(data, tenant), "the event is on Kafka and in the views")
        checked = run(data, "verify", "views", "--json")
        assert checked.code == 0
        assert json.loads(checked.out)["differences"] == []

    def test_ctrl_c_ends_with_130_and_leaves_no_process(self, demo: Started, data: Path) -> None:
        family = demo.processes()
        names = {one.name() for one in family}
        assert {"java"} <= names
        assert any("postgres" in name for name in names)
        assert demo.stop(signal.SIGINT) == 130
        await_gone(family)
        assert processes_of(data) == []


def test_sigterm_ends_in_peace_and_leaves_no_process(told: Ended, data: Path) -> None:
    with started(data, *DEMO, "--no-kafka") as demo:
        demo.until(UP)
        family = demo.processes()
        assert demo.stop(signal.SIGTERM) == 0
        await_gone(family)
    assert processes_of(data) == []


def test_ctrl_c_while_it_starts_leaves_no_process(data: Path, told: Ended) -> None:
    with started(data, *DEMO) as demo:
        demo.until("Starting Kafka")
        assert demo.stop(signal.SIGINT) == 130
    eventually(lambda: processes_of(data) == [], "no process is left")


def test_nothing_survives_a_killed_supervisor(told: Ended, data: Path) -> None:
    with started(data, *DEMO) as demo:
        demo.until(UP)
        family = demo.processes()
        assert len(family) >= 5
        demo.process.kill()
        demo.process.wait()
        await_gone(family)
    assert processes_of(data) == []
    assert run(data, *DEMO, "--once", "--no-kafka").code == 0, "the next start recovers"


def test_a_port_that_is_taken_is_told_with_the_way_out(data: Path, told: Ended) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = run(data, "demo", "--port", str(taken.getsockname()[1]))
    assert refused.code == 3
    assert "--port" in refused.last_words or "another port" in refused.last_words


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
