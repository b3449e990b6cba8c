"""The day that an order about an apprenticeship is about, and how orders ask for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.vocabulary import Day

On = Annotated[Day | None, Meta(description="the day from which on it holds: today or earlier; left out, today")]


def in_order(on: date | None, latest: date | None, now: datetime) -> date:
    """The day `on`, or today where it is left out, not before `latest`. Raises Rejected."""
    return day_of(on, now, latest or date.min)
