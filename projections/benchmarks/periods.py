"""Months, terms and academic years, by a calendar that is the same for everybody, so that terms can be compared.

An academic year begins on 1 September. Its autumn term is September to February, its spring term March to August: each
is six whole months, so that every month is of one term and one year, and figures of months add up to those of both.
Names sort as time does: `2026-03`, `2025-26-spring`, `2025-26`.
"""

from __future__ import annotations

import re
from enum import StrEnum

from baseplus.kernel.refusals import Invalid

_NAME = re.compile(r"(?P<year>\d{4})-(?P<second>\d\d)(?:-(?P<term>autumn|spring))?")


EXAMPLES = "2026-03, 2025-26-spring or 2025-26"


class Per(StrEnum):
    """How long a period is."""

    MONTH = "month"
    TERM = "term"
    YEAR = "year"


def per_of(period: str) -> Per:
    """How long the period of this name is. Raises Invalid for a name that is none.

    2000-01 to 2011-12 could be months, too, and are academic years: no base is so old.
    """
    found = _NAME.fullmatch(period)
    if found:
        of_year = int(found["second"]) == (int(found["year"]) + 1) % 100
        if of_year:
            return Per.TERM if found["term"] else Per.YEAR
        if not found["term"] and 1 <= int(found["second"]) <= 12:
            return Per.MONTH
    raise Invalid(where="period", reason=f"{period} is no month, term or academic year, like {EXAMPLES}")


def after(period: str) -> tuple[int, int]:
    """The year and month that come after the period, in which it is over. Raises Invalid."""
    per, first = per_of(period), int(period[:4])
    if per is Per.MONTH:
        month = int(period[5:7])
        return (first + 1, 1) if month == 12 else (first, month + 1)
    return (first + 1, 3) if period.endswith("autumn") else (first + 1, 9)


def named(day: str) -> str:
    """The name of the period that a day lies in, as SQL. Needs the parameter per."""
    year = f"to_char({day} - interval '8 months', 'YYYY-') || to_char({day} + interval '4 months', 'YY')"
    return f"""CASE %(per)s::text WHEN 'month' THEN to_char({day}, 'YYYY-MM') WHEN 'year' THEN {year}
        ELSE {year} || CASE WHEN extract(month FROM {day}) BETWEEN 3 AND 8 THEN '-spring' ELSE '-autumn' END END"""


ASKED = "(%(periods)s::text[] IS NULL OR period = ANY(%(periods)s::text[]))"
"""Whether a period is one of those that are asked for."""
