"""Where an indicator's figures are read: contributions that events made, or days that are counted when asked."""

from __future__ import annotations

from projections.benchmarks.declaring import EVERYTHING, Indicator
from projections.benchmarks.views import Contributions

_CONTRIBUTED = """
    SELECT tenant, key, base, indicator, period, category, numerator, denominator, people FROM views.contributions
    WHERE indicator = %(indicator)s AND (%(periods)s::text[] IS NULL OR period = ANY(%(periods)s::text[]))"""


def figures(one: Indicator) -> str:
    """The statement that gives the tenant and the fields of a `ContributionRow`, a row for each base and period.

    Its parameters: indicator, the key; periods, None for all; as_of, the day up to which days are counted and which is
    not counted itself, None for today.
    """
    if one.days is None:
        return _CONTRIBUTED
    category = "category" if one.by_category else f"'{EVERYTHING}'"
    return f"""
        SELECT tenant, base || '/' || %(indicator)s || '/' || period || '/' || {category} AS key, base,
            %(indicator)s::text AS indicator, period, {category} AS category, numerator, denominator, people
        FROM ({one.days}) AS counted"""


def views_of(one: Indicator) -> list[str]:
    """The names of the views that an indicator's figures are read from."""
    return [*one.spans] or [Contributions.name]
