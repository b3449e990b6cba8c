"""Indicators of what stands in logbooks: whether attendance holds, what is learnt by, and how soon mentors answer.

Each event is about a day and counts in that day's month, whenever it was recorded. It says which one of the
apprentice's in that month it is, so that an apprentice is one person in it, and a dispute or a withdrawal takes back
what it concerns from the month that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    AttendanceDisputed,
    AttendanceWithdrawn,
    ReflectionReviewed,
    TaskAccepted,
    Work,
)
from projections.benchmarks.days import SPANS, at, length
from projections.benchmarks.declaring import EVERYTHING, Indicator, Part
from projections.benchmarks.periods import named
from projections.benchmarks.presence import Presence
from projections.benchmarks.reflecting import ReflectionDays
from projections.runner.view import At

# Hours have four places at most: in ten-thousandths they add up in whole numbers.
_WHOLE = 10_000

_Counted = AttendanceCorroborated | AttendanceDisputed | AttendanceWithdrawn
_OfAttendance = AttendanceClaimed | _Counted
_Dated = _OfAttendance | ReflectionReviewed | TaskAccepted


def _part(event: _Dated, numerator: int, denominator: int, people: int) -> Part:
    return Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, numerator, denominator, people)


def _first(nth: int) -> int:
    """One more person, where it is the first of them in the month."""
    return int(nth == 1)


def _gone(left: int) -> int:
    """One person less, where none of them is left in the month."""
    return -int(left == 0)


def _claimed(event: AttendanceClaimed, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its day
    yield _part(event, 0, 1, _first(event.nth))


def _corroborated(event: AttendanceCorroborated, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.counts is not None:
        yield _part(event, 100, 0, 0)


def _disputed(event: AttendanceDisputed, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.left is not None:
        yield _part(event, -100, 0, 0)


def _withdrawn(event: AttendanceWithdrawn, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, 0 if event.left is None else -100, -1, _gone(event.claims_left))


def _hours(event: _Counted) -> tuple[int, int]:
    """Of jobs, a hundred times, and of all work: in ten-thousandths of an hour."""
    hours = int(Decimal(event.hours) * _WHOLE)
    return (100 * hours if event.work is Work.JOB else 0), hours


def _work_counted(event: AttendanceCorroborated, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.counts is not None:
        of_jobs, hours = _hours(event)
        yield _part(event, of_jobs, hours, _first(event.counts))


def _work_uncounted(event: AttendanceDisputed | AttendanceWithdrawn, at: At) -> Iterator[Part]:  # noqa: ARG001
    if event.left is not None:
        of_jobs, hours = _hours(event)
        yield _part(event, -of_jobs, -hours, _gone(event.left))


def _reviewed(event: ReflectionReviewed, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, (event.on - event.submitted).days, 1, _first(event.nth))


def _accepted(event: TaskAccepted, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, 100 if event.submission == 1 else 0, 1, _first(event.nth))


REFLECTION_CADENCE = f"""{SPANS},
    written AS (
        SELECT tenant, base, period, sum(reflections)::bigint AS reflections
        FROM (
            SELECT tenant, base, {named("reflection_days.day")} AS period, reflections
            FROM today, {at("reflection_days", "day, reflections")} WHERE reflection_days.day < today.day
        ) AS each
        GROUP BY tenant, base, period
    ),
    present AS (
        SELECT tenant, base, period, sum({length("trained.days * periods.days")})::bigint AS days, count(*) AS people
        FROM trained JOIN periods ON trained.days && periods.days
        GROUP BY tenant, base, period
    )
    SELECT tenant, base, period, 7 * coalesce(written.reflections, 0) AS numerator, present.days AS denominator, people
    FROM present LEFT JOIN written USING (tenant, base, period)"""


LOGBOOKS = (
    Indicator(
        key="corroborated_attendance_rate",
        title="Claimed attendance that two independent witnesses agree with",
        unit="percent",
        better="higher",
        numerator="corroborated",
        denominator="claimed",
        source="our own: corroborated / claimed, by the month of the day that is claimed; what is disputed is not"
        " corroborated, what was withdrawn was not claimed",
        parts={
            AttendanceClaimed: _claimed,
            AttendanceCorroborated: _corroborated,
            AttendanceDisputed: _disputed,
            AttendanceWithdrawn: _withdrawn,
        },
        again=True,
    ),
    Indicator(
        key="real_work_share",
        title="Hours on real jobs, of all hours of learning",
        unit="percent",
        better="higher",
        numerator="hours on job tasks",
        denominator="all learning hours",
        source="our own: hours on jobs / hours on jobs, exercises and in the classroom; only attendance counts that two"
        " independent witnesses agree with",
        parts={
            AttendanceCorroborated: _work_counted,
            AttendanceDisputed: _work_uncounted,
            AttendanceWithdrawn: _work_uncounted,
        },
        again=True,
    ),
    Indicator(
        key="reflection_cadence",
        title="Reflections of an apprentice in a week of training",
        unit="ratio",
        better="higher",
        numerator="reflections",
        denominator="apprentice-weeks",
        source="our own: reflections × 7 / apprentice-days in training; breaks are not counted",
        days=REFLECTION_CADENCE,
        spans=(Presence.name, ReflectionDays.name),
    ),
    Indicator(
        key="feedback_lag_days",
        title="Days from a reflection to its review",
        unit="days",
        better="lower",
        numerator="days submission → review",
        denominator="reviewed",
        source="our own: days from submission to review / reflections reviewed, by the month of the review",
        parts={ReflectionReviewed: _reviewed},
        again=True,
    ),
    Indicator(
        key="task_first_pass_rate",
        title="Tasks accepted at their first submission, of those accepted",
        unit="percent",
        better="higher",
        numerator="accepted at first submission",
        denominator="accepted",
        source="our own: accepted at first submission / accepted, by the month of the acceptance",
        parts={TaskAccepted: _accepted},
        again=True,
    ),
)
