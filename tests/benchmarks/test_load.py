"""A measurement ends, also where one of its processes fails."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

import pytest

from infra.postgres.database import Database
from tests.benchmarks import load
from tests.benchmarks.load import Call, keep_busy

NOWHERE = Database("")


def _fails(database: Database, tenants: Sequence[str], process: int, threads: int) -> tuple[list[Call], Call]:
    if process == 1:
        raise ValueError("the table is there already")
    return [lambda: None], lambda: None


def _vanishes(database: Database, tenants: Sequence[str], process: int, threads: int) -> tuple[list[Call], Call]:
    if process == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return [lambda: None], lambda: None


def test_what_a_process_failed_with_is_said_instead_of_waiting_for_it() -> None:
    with pytest.raises(RuntimeError, match="the table is there already"):
        keep_busy(_fails, NOWHERE, [], 0.1, 2, 1)


def test_a_process_that_vanishes_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PATIENCE", 5.0)
    with pytest.raises(RuntimeError, match="said nothing"):
        keep_busy(_vanishes, NOWHERE, [], 0.1, 2, 1)
