from __future__ import annotations

import os
import signal

import pytest

from baseplus.kernel.refusals import Unavailable
from projections.runner.workforce import Report, spread


class Untold(Exception):
    """Cannot be rebuilt from its arguments."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} {other}")


def test_what_processes_report_comes_together() -> None:
    assert sorted(spread(lambda number, report: report(number), 3)) == [0, 1, 2]


def test_a_refusal_in_a_process_is_raised_here_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    def task(number: int, report: Report) -> None:
        raise Unavailable(what="PostgreSQL", reason="gone")

    with pytest.raises(Unavailable, match="gone"):
        list(spread(task, 2))
    assert capfd.readouterr() == ("", "")


def test_an_error_that_cannot_travel_comes_as_its_words() -> None:
    def task(number: int, report: Report) -> None:
        raise Untold("out of", "luck")

    with pytest.raises(RuntimeError, match="Untold: out of luck"):
        list(spread(task, 1))


def test_a_process_that_is_killed_just_reports_no_more() -> None:
    def task(number: int, report: Report) -> None:
        report(number)
        if number == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        report(number + 10)

    assert sorted(spread(task, 2)) == [0, 1, 11]
