"""When an obligation is due: pure arithmetic with dates."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from baseplus.agreements.terms import ByDate, Every, Obligation
from baseplus.kernel.days import months_later


def first_due(obligation: Obligation, start: date, end: date | None) -> date | None:
    """The first due date: of a recurring obligation the first on or after `start`. None where none is left by `end`."""
    match obligation.due:
        case ByDate(due):
            return due if end is None or due <= end else None
        case Every():
            return _due(obligation.due, start, end)
        case _:
            assert_never(obligation.due)


def next_due(obligation: Obligation, last: date, end: date | None) -> date | None:
    """The due date after `last`, or None where there is none, or none by `end`."""
    match obligation.due:
        case ByDate():
            return None
        case Every():
            return _due(obligation.due, last, end, later=True)
        case _:
            assert_never(obligation.due)


def _due(every: Every, day: date, end: date | None, *, later: bool = False) -> date | None:
    """The first due date on or after `day`, or after it (`later`). None where there is none by `end`.

    Counted from the first one, so that a month's last day stays one: 31 January, 28 February, 31 March.
    """
    end = min(limit for limit in (end, every.until, date.max) if limit)
    passed = (day.year - every.first.year) * 12 + day.month - every.first.month
    steps = max(0, -(-passed // every.months))
    due = months_later(every.first, steps * every.months)
    if due and (due < day or (later and due == day)):
        due = months_later(every.first, (steps + 1) * every.months)
    return due if due and due <= end else None
