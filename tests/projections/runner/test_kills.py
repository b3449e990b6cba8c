"""Workers in processes of their own, killed and frozen at random moments while events keep coming."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.projections.runner.stage import Stage, until

TENANTS = [f"tenant-{n}" for n in range(10)]


@contextmanager
def worker_process(stage: Stage, lease: float = 0.5, batch: int = 40) -> Iterator[subprocess.Popen[bytes]]:
    program = [sys.executable, "-m", "tests.projections.runner.worker_process"]
    process = subprocess.Popen([*program, stage.database.url, str(lease), str(batch)], stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def events_keep_coming(stage: Stage) -> Iterator[None]:
    enough = threading.Event()

    def go_on() -> None:
        seed = 0
        while not enough.is_set():
            seed += 1
            stage.play(TENANTS, 30, seed=seed)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _folded(stage: Stage) -> int:
    return int(stage.ask("SELECT coalesce(sum(position), 0) FROM views.tenant_position")[0][0])


def _killed(stage: Stage, kills: int) -> None:
    """Two workers share the partitions; one of them, at random, is killed and started again."""
    chance = random.Random()
    moment = threading.Event()
    with ExitStack() as open_:
        workers = [open_.enter_context(worker_process(stage)) for _ in range(2)]
        with events_keep_coming(stage):
            for _ in range(kills):
                before = _folded(stage)
                until(lambda before=before: _folded(stage) > before)  # type: ignore[misc]
                moment.wait(chance.random() * 0.3)
                victim = chance.randrange(2)
                assert workers[victim].poll() is None
                workers[victim].send_signal(signal.SIGKILL)
                workers[victim].wait()
                workers[victim] = open_.enter_context(worker_process(stage))
        until(stage.folded)
        # One that was started a moment ago does not listen to SIGTERM yet.
        until(lambda: len(stage.ask("SELECT FROM views.workers")) == len(workers))
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0
    assert stage.ask("SELECT FROM views.checkpoint WHERE owner IS NOT NULL") == []
    checked = stage.verify()
    assert (checked.differences, checked.parked) == ((), ())


def test_after_twenty_kills_every_row_is_what_the_history_says(stage: Stage) -> None:
    _killed(stage, 20)


@pytest.mark.soak
def test_after_two_hundred_kills_every_row_is_what_the_history_says(stage: Stage) -> None:
    _killed(stage, 200)


def test_a_frozen_worker_that_wakes_up_is_fenced_and_begins_anew(stage: Stage) -> None:
    with worker_process(stage) as frozen, events_keep_coming(stage):
        for _ in range(3):
            before = _folded(stage)
            until(lambda before=before: _folded(stage) > before + 100)  # type: ignore[misc]
            frozen.send_signal(signal.SIGSTOP)
            with worker_process(stage):
                before = _folded(stage)
                until(lambda before=before: _folded(stage) > before + 100)  # type: ignore[misc]
                frozen.send_signal(signal.SIGCONT)
                before = _folded(stage)
                until(lambda before=before: _folded(stage) > before + 100)  # type: ignore[misc]
                assert frozen.poll() is None
    with worker_process(stage):
        until(stage.folded)
    assert not stage.verify().differences
