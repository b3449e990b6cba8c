"""Days on which things happened, as people say them: without a time, in their own part of the world."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from baseplus.kernel.refusals import Rejected

# A day begins where it begins first, 14 hours before it does by universal time.
_EASTERNMOST = timedelta(hours=14)


def check_happened(on: date, now: datetime) -> None:
    """Raises Rejected for a day that has begun nowhere on earth yet."""
    if on > (now + _EASTERNMOST).date():
        raise Rejected("not_happened_yet", on=on.isoformat())
