"""Where an indicator's figures are read: contributions that events made, or days that are counted when asked."""

from __future__ import annotations

from projections.benchmarks.days import BASE
from projections.benchmarks.declaring import EVERYTHING, Indicator
from projections.benchmarks.periods import ASKED, named
from projections.benchmarks.views import Contributions


def figures(one: Indicator) -> str:
    """The statement that gives an indicator's tenant, key, base, period, category, numerator, denominator and people, a
    row for each base, period and category.

    Its parameters: per, how long a period is; periods, their names, None for all; whole, whether the university is
    asked for as one, with an empty base; as_of, the day up to which days are counted and which is not counted itself,
    None for today.
    """
    category = "category" if one.by_category or one.days is None else f"'{EVERYTHING}'"
    return f"""
        SELECT tenant, base || '/{one.key}/' || period || '/' || {category} AS key, base,
            '{one.key}'::text AS indicator, period, {category} AS category, numerator, denominator, people
        FROM ({one.days or _contributed(one)}) AS counted"""


def views_of(one: Indicator) -> list[str]:
    """The names of the views that an indicator's figures are read from."""
    return [*one.spans] or [Contributions.name]


def _contributed(one: Indicator) -> str:
    """Of several months, numerators and denominators are added up, and so are people who count once; of those who count
    in each month that they are in, there are at least as many as in the month with the most."""
    people = "max(people)" if one.again else "sum(people)"
    return f"""
        WITH every AS (
            SELECT tenant, {BASE} AS base, month, category, numerator, denominator, people,
                CASE WHEN month IS NULL THEN period ELSE {named("month")} END AS period
            FROM views.contributions
            WHERE indicator = '{one.key}' AND (month IS NOT NULL OR %(per)s::text = 'year')
        ),
        months AS (
            SELECT tenant, base, period, month, category, sum(numerator) AS numerator, sum(denominator) AS denominator,
                sum(people) AS people
            FROM every WHERE {ASKED} GROUP BY tenant, base, period, month, category
        )
        SELECT tenant, base, period, category, sum(numerator)::bigint AS numerator,
            sum(denominator)::bigint AS denominator, {people}::bigint AS people
        FROM months GROUP BY tenant, base, period, category"""
