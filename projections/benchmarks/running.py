"""Indicators of how a base is run: posts that stand empty, resources that are used, services that come in time.

A vacancy and the hours for which a resource could be used have no event while they last, so that they are counted in
days when asked (`days.py`). A service counts in the month in which and by the channel for which it was asked, so that
what is delivered later or otherwise never exceeds what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.services.events import ServiceCancelled, ServiceDelivered, ServiceRequested
from projections.benchmarks.days import BASE, TODAY, at, length, periods, span
from projections.benchmarks.declaring import Indicator, Part
from projections.benchmarks.holdings import PostSpans, ResourceSpans, ResourceUse
from projections.benchmarks.periods import named
from projections.runner.view import At

POST_VACANCY_DAYS = f"""
    WITH {TODAY},
    there AS (
        SELECT tenant, {BASE} AS base, base || '/' || post AS post, tenures,
            datemultirange({span("since", "until")}) AS days
        FROM today, views.post_spans, jsonb_to_recordset(posts) AS one(post text, since date, until date, tenures jsonb)
    ),
    held AS (
        SELECT tenant, base, post, person, datemultirange({span("since", "until")}) AS days
        FROM today, there, jsonb_to_recordset(tenures) AS one(person text, since date, until date)
    ),
    {periods("SELECT lower(days) FROM there")},
    holders AS (
        SELECT tenant, base, period, count(DISTINCT person) AS people
        FROM held JOIN periods ON held.days && periods.days
        GROUP BY tenant, base, period
    ),
    filled AS (SELECT tenant, base, post, range_agg(days) AS days FROM held GROUP BY tenant, base, post)
    SELECT tenant, base, period,
        sum({length("there.days * periods.days - coalesce(filled.days, '{}')")})::bigint AS numerator,
        count(*) AS denominator,
        coalesce(max(holders.people), 0) AS people
    FROM there JOIN periods ON there.days && periods.days
        LEFT JOIN filled USING (tenant, base, post)
        LEFT JOIN holders USING (tenant, base, period)
    GROUP BY tenant, base, period"""

# A resource is there on its last day, too: it may be used until it goes. A day has a seventh of a week's hours, so both
# sides are multiplied by seven to stay whole.
RESOURCE_UTILISATION = f"""
    WITH {TODAY},
    there AS (
        SELECT tenant, base, resource, weekly_hours, datemultirange({span("since", "until + 1")}) AS days
        FROM today, {at("resource_spans", "resource, weekly_hours, since, until")}
    ),
    {periods("SELECT lower(days) FROM there")},
    available AS (
        SELECT tenant, base, period, sum(weekly_hours * 60 * {length("there.days * periods.days")})::bigint AS minutes
        FROM there JOIN periods ON there.days && periods.days
        GROUP BY tenant, base, period
    ),
    used AS (
        SELECT tenant, base, {named("resource_use.day")} AS period, minutes, people
        FROM today, {at("resource_use", "day, minutes, people")} WHERE resource_use.day < today.day
    ),
    minutes AS (
        SELECT tenant, base, period, sum(minutes)::bigint AS used FROM used GROUP BY tenant, base, period
    ),
    users AS (
        SELECT tenant, base, period, count(DISTINCT person) AS people
        FROM used, jsonb_array_elements_text(people) AS one(person)
        GROUP BY tenant, base, period
    )
    SELECT tenant, base, period, 700 * coalesce(minutes.used, 0) AS numerator, available.minutes AS denominator,
        coalesce(users.people, 0) AS people
    FROM available LEFT JOIN minutes USING (tenant, base, period) LEFT JOIN users USING (tenant, base, period)"""


# A person may ask often, so that how many stand behind the requests is not known: none are counted, and across
# universities the rate is not shown.
def _requested(event: ServiceRequested, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its day
    yield Part(event.base, f"{event.on:%Y-%m}", event.channel.value, 0, 1, 0)


def _delivered(event: ServiceDelivered, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.in_time:
        yield Part(event.base, f"{event.requested:%Y-%m}", event.asked.value, 100, 0, 0)


def _called_off(event: ServiceCancelled, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.excused:
        yield Part(event.base, f"{event.requested:%Y-%m}", event.asked.value, 0, -1, 0)


RUNNING = (
    Indicator(
        key="post_vacancy_days",
        title="Days for which a post stood empty",
        unit="days",
        better="lower",
        numerator="days vacant",
        denominator="posts",
        source="our own: days vacant in the period / posts, of those that there were in it",
        days=POST_VACANCY_DAYS,
        spans=(PostSpans.name,),
    ),
    Indicator(
        key="resource_utilisation",
        title="Hours for which resources were used, of those for which they could be",
        unit="percent",
        better="higher",
        numerator="hours used",
        denominator="hours available",
        source="our own: hours used / hours available, that is weekly hours for each day that a resource is there",
        days=RESOURCE_UTILISATION,
        spans=(ResourceSpans.name, ResourceUse.name),
    ),
    Indicator(
        key="service_on_time_rate",
        title="Services delivered by the promised day, by channel",
        unit="percent",
        better="higher",
        numerator="delivered in time",
        denominator="requested",
        by="channel",
        source="our own: delivered in time / requested, by the month and the channel of the request; what was called"
        " off in time by whoever asked is not counted",
        parts={ServiceRequested: _requested, ServiceDelivered: _delivered, ServiceCancelled: _called_off},
    ),
)
