"""Indicators of projects, what they make, and ventures.

Completions count among the projects approved in the same month, graduations among the ventures admitted in it: rates of
a cohort, which only grow. People are those who joined a team; somebody in two teams counts in both.

Products are counted beside apprentices, who have no event in most months, so that they are counted when asked: products
verified in a period for each apprentice who was in training on at least one of its days.
"""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.projects.events import (
    IncubationAdmitted,
    IncubationGraduated,
    ProjectApproved,
    ProjectCompleted,
    ProjectStaffed,
)
from projections.benchmarks.days import TODAY, at, periods, span
from projections.benchmarks.declaring import EVERYTHING, Indicator, Part
from projections.benchmarks.periods import ASKED, named
from projections.benchmarks.presence import Presence
from projections.runner.view import At

PRODUCTS_PER_APPRENTICE = f"""
    WITH {TODAY},
    trained AS (
        SELECT tenant, base, apprenticeship, range_agg({span("since", "until")}) AS days
        FROM today, {at("presence", "apprenticeship, training")},
            jsonb_to_recordset(training) AS one(since date, until date)
        GROUP BY tenant, base, apprenticeship
    ),
    {periods("SELECT lower(days) FROM trained")},
    present AS (
        SELECT tenant, base, period, count(*) AS people
        FROM trained JOIN periods ON trained.days && periods.days GROUP BY tenant, base, period
    ),
    made AS (
        SELECT tenant, base, period, count(*) AS products
        FROM (
            SELECT tenant, base, {named("verified_on")} AS period
            FROM today, {at("products", "verified_on")} WHERE verified_on < day
        ) AS each
        GROUP BY tenant, base, period
    )
    SELECT tenant, base, period, coalesce(products, 0) AS numerator, coalesce(people, 0) AS denominator,
        coalesce(people, 0) AS people
    FROM present FULL JOIN made USING (tenant, base, period)
    WHERE {ASKED}"""


def _approved(event: ProjectApproved, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its day
    yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 0, 1, 0)


def _joined(event: ProjectStaffed, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield Part(event.base, f"{event.approved:%Y-%m}", EVERYTHING, 0, 0, len(event.joined))


def _completed(event: ProjectCompleted, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield Part(event.base, f"{event.approved:%Y-%m}", EVERYTHING, 100, 0, 0)


def _admitted(event: IncubationAdmitted, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 0, 1, event.people)


def _graduated(event: IncubationGraduated, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield Part(event.base, f"{event.admitted:%Y-%m}", EVERYTHING, 100, 0, 0)


VENTURING = (
    Indicator(
        key="products_per_apprentice",
        title="Verified products per apprentice in training",
        unit="ratio",
        better="higher",
        numerator="verified products",
        denominator="apprentices",
        source="our own: products verified in the period / apprentices in training on at least one day of it",
        days=PRODUCTS_PER_APPRENTICE,
        # of another read model, which is one of the bases' own: what it has is what this counts
        spans=(Presence.name, "products"),
    ),
    Indicator(
        key="project_completion_rate",
        title="Completed, of the projects that were approved",
        unit="percent",
        better="higher",
        numerator="completed",
        denominator="approved",
        source="our own: completed / approved, by the month of the approval: the rate of a cohort, which only grows",
        parts={ProjectApproved: _approved, ProjectStaffed: _joined, ProjectCompleted: _completed},
    ),
    Indicator(
        key="incubation_graduation_rate",
        title="Graduated, of the ventures that were admitted to incubation",
        unit="percent",
        better="higher",
        numerator="graduated",
        denominator="admitted",
        source="our own: graduated / admitted, by the month of the admission: the rate of a cohort, which only grows",
        parts={IncubationAdmitted: _admitted, IncubationGraduated: _graduated},
    ),
)
