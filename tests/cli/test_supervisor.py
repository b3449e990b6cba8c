"""One process that starts others: what dies comes back, and nothing outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from baseplus.kernel.refusals import Unavailable
from infra.service import end, launch
from infra.supervisor import Part, Supervisor
from tests.cli.program import await_gone, eventually


class Sleeper(Part):
    """Sleeps as a process. fails: how many of its starts do, from the second on."""

    def __init__(self, name: str, log: Path, ended: list[str] | None = None, fails: int = 0) -> None:
        self._name, self._log, self._fails = name, log, fails
        self._ended = ended if ended is not None else []
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def name(self) -> str:
        return self._name

    def start(self) -> int:
        self.starts += 1
        if 1 < self.starts <= 1 + self._fails:
            raise Unavailable(what=self._name, reason="not yet")
        self._process = launch(["/bin/sleep", "1000"], log=self._log, death_signal=signal.SIGKILL)
        return self._process.pid

    def stop(self) -> None:
        self._ended.append(self._name)
        if self._process is not None:
            end(self._process, (signal.SIGTERM, 5))


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(Sleeper("one", tmp_path / "log"))
        (before,) = supervisor.health()
        assert before.pid is not None
        os.kill(before.pid, signal.SIGKILL)
        eventually(lambda: supervisor.health()[0].pid not in (None, before.pid), "it runs as another process")
        assert supervisor.health()[0].restarts == 1


def test_a_start_that_fails_is_tried_again_and_says_why(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        part = Sleeper("one", tmp_path / "log", fails=2)
        supervisor.start(part)
        os.kill(supervisor.health()[0].pid or 0, signal.SIGKILL)
        eventually(lambda: "not yet" in supervisor.health()[0].reason, "the reason is told")
        eventually(lambda: supervisor.health()[0].pid is not None, "it runs")
        assert part.starts == 4
        assert supervisor.health()[0].restarts == 3


def test_the_end_stops_all_parts_the_last_one_first(tmp_path: Path) -> None:
    ended: list[str] = []
    with Supervisor() as supervisor:
        for name in ("one", "two", "three"):
            supervisor.start(Sleeper(name, tmp_path / "log", ended))
        family = [psutil.Process(one.pid) for one in supervisor.health()]
    assert ended == ["three", "two", "one"]
    await_gone(family)


def test_a_first_start_that_fails_is_told_to_the_caller_and_leaves_the_rest_running(tmp_path: Path) -> None:
    broken = Sleeper("broken", tmp_path / "log", fails=1)
    broken.starts = 1
    with Supervisor() as supervisor:
        supervisor.start(Sleeper("one", tmp_path / "log"))
        with pytest.raises(Unavailable):
            supervisor.start(broken)
        assert [one.name for one in supervisor.health()] == ["one"]


def test_nothing_survives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import sys, threading
        from pathlib import Path
        from infra.supervisor import Supervisor
        from tests.cli.test_supervisor import Sleeper
        with Supervisor() as supervisor:
            supervisor.start(Sleeper("one", Path({str(tmp_path / "log")!r})))
            supervisor.start(Sleeper("two", Path({str(tmp_path / "log")!r})))
            print(*(one.pid for one in supervisor.health()), flush=True)
            threading.Event().wait()
    """)
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        family = [psutil.Process(int(pid)) for pid in process.stdout.readline().split()]
        assert len(family) == 2
        process.kill()
    await_gone(family)
