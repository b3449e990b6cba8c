"""Months, as detectors look at them: when they are over, with some days for what is recorded late."""

from __future__ import annotations

from datetime import date, timedelta

LATE = timedelta(days=7)
"""For so long after a month what happened in it may still be recorded before a detector looks at it."""

SHOWN = 20
"""So many events behind a reason are named, the last ones: enough for a person to see what is meant."""


def month_of(day: date) -> str:
    """Like 2026-03."""
    return f"{day:%Y-%m}"


def complete(month: str, today: date) -> bool:
    """Whether the month is over, and the days for what is recorded late have passed, too."""
    return month_of(today - LATE) > month
