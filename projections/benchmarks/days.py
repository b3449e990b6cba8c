"""Indicators that count days: computed when asked, from spans of time, up to a day.

A span that still runs has no event that could contribute it: an apprentice with the same two mentors for three years
would count for nothing until the last day. So events make spans (`presence.py`), and a query counts the days of each
period that lie in them, as of a day, which is itself not counted: what stands at its end is not known yet. A period
that is over has the same figures on every later day, from the same position of the history.

A term's or a university's figures are counted as those of a month and a base are, never added up from them: who was
there in two months, or guides at two bases, is one person there. Days and hours come out as their sums all the same.

Parameters: per and periods, how long the periods are and their names, None for all; whole, whether the university is
counted as one, whose base is empty then; as_of, a day, or None for today by universal time. Each statement gives
tenant, base, period, numerator, denominator and people.
"""

from __future__ import annotations

from projections.benchmarks.periods import ASKED, named

BASE = "CASE WHEN %(whole)s::boolean THEN '' ELSE base END"
"""The base, empty for all where the university is asked for as one."""


def at(view: str, columns: str) -> str:
    """These columns of a view, with its tenant and `BASE`."""
    return f"(SELECT tenant, {BASE} AS base, {columns} FROM views.{view}) AS {view}"


def length(days: str) -> str:
    """How many days a multirange has."""
    return f"(SELECT coalesce(sum(upper(span) - lower(span)), 0) FROM unnest({days}) AS span)"


def span(since: str, until: str) -> str:
    """The days from the one until, and without, the other, as far as they are over. Needs the row `today`."""
    # `greatest` keeps a span that begins after the day that is asked for from ending before it begins
    return f"daterange({since}, greatest({since}, least(coalesce({until}, day), day)))"


TODAY = "today AS (SELECT coalesce(%(as_of)s::date, (now() AT TIME ZONE 'UTC')::date) AS day)"
"""The day that is asked for."""


def periods(begun: str) -> str:
    """The periods that are asked for, `periods(period, days)`, from the first of the days that `begun(day)` gives."""
    return f"""
    first AS (SELECT date_trunc('month', min(day)::timestamp) AS month FROM ({begun}) AS begun(day)),
    months AS (
        SELECT month, {named("month")} AS period
        FROM (SELECT generate_series(month, day::timestamp, interval '1 month') FROM first, today) AS begun(month)
    ),
    periods AS (
        SELECT period, datemultirange(daterange(min(month)::date, (max(month) + interval '1 month')::date)) AS days
        FROM months WHERE {ASKED} GROUP BY period
    )"""


_PRESENCE = at("presence", "apprenticeship, training, guidance")
_OVER = f"range_agg({span('since', 'until')})"

SPANS = f"""
    WITH {TODAY},
    trained AS (
        SELECT tenant, base, apprenticeship, {_OVER} AS days
        FROM today, {_PRESENCE}, jsonb_to_recordset(training) AS span(since date, until date)
        GROUP BY tenant, base, apprenticeship
    ),
    guided AS (
        SELECT tenant, base, apprenticeship, kind, mentor, {_OVER} AS days
        FROM today, {_PRESENCE}, jsonb_to_recordset(guidance) AS span(mentor text, kind text, since date, until date)
        GROUP BY tenant, base, apprenticeship, kind, mentor
    ),
    {periods("SELECT lower(days) FROM trained UNION ALL SELECT lower(days) FROM guided")}"""

DUAL_MENTOR_COVERAGE = f"""{SPANS},
    dual AS (
        SELECT tenant, apprenticeship,
            range_agg(days) FILTER (WHERE kind = 'campus_tutor')
            * range_agg(days) FILTER (WHERE kind = 'enterprise_master') AS days
        FROM guided GROUP BY tenant, apprenticeship
    )
    SELECT tenant, base, period,
        100 * sum({length("trained.days * dual.days * periods.days")})::bigint AS numerator,
        sum({length("trained.days * periods.days")})::bigint AS denominator,
        count(*) AS people
    FROM trained JOIN periods ON trained.days && periods.days LEFT JOIN dual USING (tenant, apprenticeship)
    GROUP BY tenant, base, period"""

MENTOR_LOAD = f"""{SPANS},
    shared AS (
        SELECT tenant, base, period, mentor, apprenticeship, guided.days * periods.days AS days
        FROM guided JOIN periods ON guided.days && periods.days
    ),
    active AS (
        SELECT tenant, base, period, sum({length("days")})::bigint AS days
        FROM (
            SELECT tenant, base, period, mentor, range_agg(days) AS days
            FROM shared GROUP BY tenant, base, period, mentor
        ) AS mentors
        GROUP BY tenant, base, period
    )
    SELECT tenant, base, period,
        sum({length("shared.days")})::bigint AS numerator,
        active.days AS denominator,
        count(DISTINCT apprenticeship) AS people
    FROM shared JOIN active USING (tenant, base, period)
    GROUP BY tenant, base, period, active.days"""
