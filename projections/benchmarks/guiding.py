"""Indicators of guidance: how much of it apprentices are given, by whom, and whether teachers come when they are sent.

A month of an apprentice is 30 days of training, so that hours per month add up over months of different length.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from baseplus.mentoring.events import TeacherDispatchDelivered, TeacherDispatchScheduled
from projections.benchmarks.days import SPANS, at, length
from projections.benchmarks.declaring import EVERYTHING, Indicator, Part
from projections.benchmarks.learners import PLACES, GuidanceHours, Qualified
from projections.benchmarks.periods import named
from projections.benchmarks.presence import Presence
from projections.runner.view import At

GUIDANCE_HOURS = f"""{SPANS},
    given AS (
        SELECT tenant, base, period, kind, sum(hours)::bigint AS hours
        FROM (
            SELECT tenant, presence.base, {named("hours.day")} AS period, hours.kind, hours.hours
            FROM today, views.guidance_hours AS hours
                JOIN {at("presence", "apprenticeship")} USING (tenant, apprenticeship)
            WHERE hours.day < today.day
        ) AS each
        GROUP BY tenant, base, period, kind
    ),
    present AS (
        SELECT tenant, base, period, sum({length("trained.days * periods.days")})::bigint AS days, count(*) AS people
        FROM trained JOIN periods ON trained.days && periods.days
        GROUP BY tenant, base, period
    )
    SELECT tenant, base, period, category, 30 * coalesce(given.hours, 0) AS numerator,
        {PLACES} * present.days AS denominator, people
    FROM present
        CROSS JOIN (VALUES ('campus_tutor', 'school'), ('enterprise_master', 'enterprise')) AS sides(kind, category)
        LEFT JOIN given USING (tenant, base, period, kind)"""

PRACTICE_QUALIFIED_TUTORS = f"""{SPANS},
    tutors AS (
        SELECT DISTINCT tenant, base, period, mentor, least(upper(periods.days), today.day) AS by
        FROM today, guided JOIN periods ON guided.days && periods.days
        WHERE kind = 'campus_tutor'
    )
    SELECT tenant, base, period, 100 * count(*) FILTER (WHERE qualified.since < tutors.by) AS numerator,
        count(*) AS denominator, count(*) AS people
    FROM tutors LEFT JOIN views.qualified AS qualified USING (tenant, mentor)
    GROUP BY tenant, base, period"""


# Teachers are sent, and how many stand behind the hours is not known: none are counted, and across universities the
# rate is not shown.
def _scheduled(event: TeacherDispatchScheduled, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its day
    yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 0, _whole(event.hours), 0)


def _delivered(event: TeacherDispatchDelivered, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    # Who stays longer than was scheduled makes up for nobody who did not come.
    delivered = min(_whole(event.hours), _whole(event.scheduled))
    yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 100 * delivered, 0, 0)


def _whole(hours: str) -> int:
    return int(Decimal(hours) * PLACES)


GUIDING = (
    Indicator(
        key="guidance_hours",
        title="Hours of guidance for an apprentice in a month, by side",
        unit="hours",
        better="higher",
        numerator="hours given",
        denominator="apprentice-months",
        by="side",
        source="our own: hours given / apprentice-months of 30 days in training, by the side that gave them",
        days=GUIDANCE_HOURS,
        spans=(Presence.name, GuidanceHours.name),
        by_category=True,
    ),
    Indicator(
        key="practice_qualified_tutors",
        title="Campus tutors who have shown practice in the trade",
        unit="percent",
        better="higher",
        numerator="practice-qualified campus tutors",
        denominator="campus tutors",
        source="our own: practice-qualified campus tutors by the end of the period / campus tutors who guide in it",
        days=PRACTICE_QUALIFIED_TUTORS,
        spans=(Presence.name, Qualified.name),
    ),
    Indicator(
        key="dispatch_delivery_rate",
        title="Hours taught by teachers who were sent, of those scheduled",
        unit="percent",
        better="higher",
        numerator="delivered hours",
        denominator="scheduled hours",
        source="our own: delivered hours / scheduled hours, by the month that they were scheduled for",
        parts={TeacherDispatchScheduled: _scheduled, TeacherDispatchDelivered: _delivered},
    ),
)
