"""The rules of outcome returns.

A return is filed once per year and category. The same return again changes nothing, so that a file may be imported
twice; another one is refused, since a correction must say why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import assert_never

import msgspec

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Line
from baseplus.outcomes.events import (
    AcademicYear,
    OutcomeEvent,
    OutcomeReturnCorrected,
    OutcomeReturnFiled,
    People,
    Percent,
)


class FileReturn(Command):
    """File one category's outcomes of the year. Leave a figure out where the source suppressed it."""

    year: AcademicYear
    category: Line
    completions: People | None = None
    rate: Percent | None = None


class CorrectReturn(Command):
    """Replace the figures of a return that was filed, and say why."""

    year: AcademicYear
    category: Line
    reason: Line
    completions: People | None = None
    rate: Percent | None = None


OutcomeCommand = FileReturn | CorrectReturn


class Figures(msgspec.Struct, frozen=True):
    """What a return says. None: suppressed."""

    completions: int | None
    rate: int | None


class Returns(msgspec.Struct, frozen=True):
    """The returns of one year: figures per category, the latest that hold."""

    year: str | None = None
    figures: Mapping[str, Figures] = {}


def decide(command: OutcomeCommand, returns: Returns, now: datetime) -> Iterator[OutcomeEvent]:  # noqa: ARG001
    _check_year(command.year, returns)
    _check_figures(command)
    figures = Figures(command.completions, command.rate)
    held = returns.figures.get(command.category)
    match command:
        case FileReturn():
            if held is None:
                yield OutcomeReturnFiled(command.year, command.category, command.completions, command.rate)
            elif held != figures:
                raise Rejected("return_filed_already", category=command.category, **_said(held))
        case CorrectReturn():
            if held is None:
                raise Rejected("return_not_filed", year=command.year, category=command.category)
            if held != figures:
                yield OutcomeReturnCorrected(
                    command.year, command.category, command.completions, command.rate, command.reason
                )
        case _:
            assert_never(command)


def evolve(returns: Returns, event: OutcomeEvent) -> Returns:
    figures = Figures(event.completions, event.rate)
    return Returns(event.year, {**returns.figures, event.category: figures})


outcomes: Decider[OutcomeCommand, Returns, OutcomeEvent] = Decider("outcomes", Returns, decide, evolve)


def _check_year(year: str, returns: Returns) -> None:
    if int(year[5:]) != (int(year[2:4]) + 1) % 100:
        raise Rejected("not_an_academic_year", year=year)
    if returns.year not in (None, year):
        raise Rejected("another_year", year=year, filed=returns.year)


def _check_figures(command: OutcomeCommand) -> None:
    if command.rate is not None and not command.completions:
        raise Rejected("rate_of_nobody", category=command.category, rate=command.rate)


def _said(figures: Figures) -> dict[str, object]:
    return {
        "completions": "suppressed" if figures.completions is None else figures.completions,
        "rate": "suppressed" if figures.rate is None else figures.rate,
    }
