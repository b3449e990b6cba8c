"""Days on which things happened, as people say them: in their own part of the world."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Rejected

# A day begins where it begins first, 14 hours before it does by universal time.
_EASTERNMOST = timedelta(hours=14)


def check_happened(on: date, now: datetime) -> None:
    """Raises Rejected for a day that has begun nowhere on earth yet."""
    if on > (now + _EASTERNMOST).date():
        raise Rejected("not_happened_yet", on=on.isoformat())


def day_of_event(event: Event, occurred_at: datetime) -> date:
    """The day on which an event happened: the one that it names, as its class says, else that of its time, in UTC."""
    named = getattr(event, event.HAPPENED, None) if event.HAPPENED else None
    if isinstance(named, datetime):
        return named.date()  # by the clock of those who were there
    return named if isinstance(named, date) else occurred_at.astimezone(UTC).date()


def day_of(on: date | None, now: datetime, latest: date = date.min) -> date:
    """The day that an order is about; left out, today. What happened may be recorded later, but in its order.

    latest: the day of the last thing that happened before. Raises Rejected.
    """
    if on is None:
        return max(now.date(), latest)
    check_happened(on, now)
    if on < latest:
        raise Rejected("earlier_than_the_last_change", on=on.isoformat(), last=latest.isoformat())
    return on


def minutes_by_day(since: datetime, until: datetime) -> dict[date, int]:
    """The whole minutes from `since` until `until` of each day, by the clock of `since`. They add up without loss.

    Both times have an offset.
    """
    start, end = since.replace(second=0, microsecond=0), until.astimezone(since.tzinfo).replace(second=0, microsecond=0)
    found: dict[date, int] = {}
    while start < end:
        midnight = start.replace(hour=0, minute=0) + timedelta(days=1)
        stop = min(end, midnight)
        found[start.date()] = int((stop - start).total_seconds()) // 60
        start = stop
    return found


def months_later(day: date, months: int) -> date | None:
    """The same day `months` later, or that month's last day where it is shorter; None beyond the calendar."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    if year > date.max.year:
        return None
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
