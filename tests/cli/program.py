"""Our program as people start it: a process with an environment, its words line by line, and what it leaves behind."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

HANG = 600.0
"""Seconds after which something is taken to hang. No test measures time by it."""

_OURS = ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "BASEPLUS_")


def environment(data: Path, **more: str) -> dict[str, str]:
    """An environment in which only `data` and `more` are set for our program. What is published is not found in it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    jars = {name: os.environ[name] for name in ("BASEPLUS_KAFKA_JARS",) if name in os.environ}
    return {**inherited, **jars, "BASEPLUS_DATA": str(data), "BASEPLUS_SHARED": str(data / "nothing-here"), **more}


def command(*arguments: str) -> list[str]:
    """The command line of our program."""
    return [sys.executable, "-m", "infra.cli", *arguments]


@dataclass(frozen=True)
class Ended:
    """code: the exit code. said: the lines on standard error, which are for people."""

    code: int
    out: str
    said: list[str]

    @property
    def last_words(self) -> str:
        """The last line on standard error."""
        return self.said[-1] if self.said else ""


def run(data: Path, *arguments: str, **more: str) -> Ended:
    """Run a command to its end. No traceback is ever seen, whatever happens."""
    done = subprocess.run(
        command(*arguments), env=environment(data, **more), capture_output=True, text=True, timeout=HANG, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, [line for line in done.stderr.splitlines() if line.strip()])


class Started:
    """A command that runs on: what it says can be waited for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def until(self, words: str) -> str:
        """The next line with these words."""
        deadline = time.monotonic() + HANG
        while True:
            line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            assert line is not None, f"ended with {self.process.wait()} before {words!r}: {self.said}"
            if words in line:
                return line

    def processes(self) -> list[psutil.Process]:
        """All that it started, and what those started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(HANG)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip())
            self._lines.put(line)
        self._lines.put(None)


@contextmanager
def started(data: Path, *arguments: str, **more: str) -> Iterator[Started]:
    """A command that runs on until the end of the block; then nothing of it is left."""
    process = subprocess.Popen(
        command(*arguments),
        env=environment(data, **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    program = Started(process)
    try:
        yield program
    finally:
        if process.poll() is None:
            left = program.processes()
            process.kill()
            process.wait()
            await_gone(left)


def await_gone(processes: list[psutil.Process]) -> None:
    """Wait until none of them is left; what does not go is ended, and fails the test."""
    _, alive = psutil.wait_procs(processes, timeout=HANG / 3)
    for one in alive:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    assert not alive, f"still there: {alive}"


def processes_of(data: Path) -> list[psutil.Process]:
    """Whatever process works in or on this folder: servers, and our own commands."""
    found = []
    for one in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if str(data) in one.cwd() or any(str(data) in part for part in one.cmdline()):
                found.append(one)
    return found


def eventually(what: Callable[[], bool], said: str) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + HANG
    while not what():
        assert time.monotonic() < deadline, f"never came true: {said}"
        threading.Event().wait(0.05)
