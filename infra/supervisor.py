"""One process that starts others, restarts those that die, and leaves none behind.

A supervisor works in a thread of its own: the kernel's death signal, by which nothing survives us even when we are
killed with -9, is tied to the thread that starts a process.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol

import psutil

from infra.service import end, launch

log = logging.getLogger(__name__)

_LOOK = 0.1  # seconds between two looks at the processes
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0  # seconds before a restart; doubled each time
_STEADY = 30.0  # seconds of life after which a process counts as healthy again


class Part(Protocol):
    """Something that runs as a process."""

    @property
    def name(self) -> str:
        """What people call it."""

    def start(self) -> int:
        """Start it, also again after it died; returns its pid once it can be used. May raise a Refusal."""

    def stop(self) -> None:
        """End it in order; nothing of it is left when this returns. Does nothing where it does not run."""


class Program(Part):
    """One of our own commands as a process. Its output is added to `log`."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self._name, self._log = name, log
        self._command = [sys.executable, "-m", "infra.cli", *arguments]
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self) -> int:
        self._process = launch(self._command, log=self._log, death_signal=signal.SIGKILL, env=self._env)
        return self._process.pid

    def stop(self) -> None:
        if self._process is not None:
            end(self._process, (signal.SIGTERM, 10))


@dataclass(frozen=True)
class Health:
    """A part, its process (None: it is down, and will be started again), how often it was restarted and why last."""

    name: str
    pid: int | None
    restarts: int
    reason: str = ""


class _Watched:
    def __init__(self, part: Part) -> None:
        self.part = part
        self.process: psutil.Process | None = None
        self.started = 0.0
        self.due = 0.0
        self.pause = _FIRST_PAUSE
        self.restarts = 0
        self.reason = ""

    def start(self) -> None:
        self.process = psutil.Process(self.part.start())
        self.started = time.monotonic()
        log.info("started", extra={"part": self.part.name, "pid": self.process.pid})

    def ended(self) -> bool:
        try:
            return self.process is not None and self.process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        except psutil.NoSuchProcess:
            return True


class Supervisor:
    """Use as a context manager: its end stops all parts, the last one first."""

    def __init__(self) -> None:
        self._parts: list[_Watched] = []
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], Future[None]]] = queue.SimpleQueue()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._thread.start()

    def start(self, part: Part) -> None:
        """Start a part and keep it running from then on. What its first start raises is raised here."""

        def begin() -> None:
            watched = _Watched(part)
            self._parts.append(watched)  # before it starts: a start that is interrupted is stopped all the same
            try:
                watched.start()
            except BaseException:
                self._parts.remove(watched)
                part.stop()
                raise

        self._order(begin).result()

    def health(self) -> list[Health]:
        """How the parts are, in the order of their start."""
        return [
            Health(one.part.name, one.process.pid if one.process else None, one.restarts, one.reason)
            for one in list(self._parts)
        ]

    def stop(self) -> None:
        """Stop all parts, the last one first, and wait for it. Safe to repeat."""
        if self._thread.is_alive():
            self._order(self._stop_all)
            self._thread.join()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _order(self, work: Callable[[], None]) -> Future[None]:
        answer: Future[None] = Future()
        self._orders.put((work, answer))
        return answer

    def _run(self) -> None:
        while not self._stopping:
            try:
                work, answer = self._orders.get(timeout=_LOOK)
            except queue.Empty:
                self._look()
                continue
            try:
                work()
            except BaseException as error:
                answer.set_exception(error)
            else:
                answer.set_result(None)

    def _stop_all(self) -> None:
        self._stopping = True
        while self._parts:
            part = self._parts.pop().part
            try:
                part.stop()
            except Exception:
                log.exception("could not be stopped", extra={"part": part.name})

    def _look(self) -> None:
        now = time.monotonic()
        for one in self._parts:
            if one.ended():
                if now - one.started > _STEADY:
                    one.pause = _FIRST_PAUSE
                self._postpone(one, "it ended")
            if one.process is None and now >= one.due:
                one.restarts += 1
                try:
                    one.start()
                except Exception as error:
                    self._postpone(one, str(error))

    def _postpone(self, one: _Watched, reason: str) -> None:
        one.process, one.reason = None, reason
        one.due = time.monotonic() + one.pause
        log.warning("down", extra={"part": one.part.name, "reason": reason, "again_in_s": one.pause})
        one.pause = min(one.pause * 2, _LONGEST_PAUSE)
