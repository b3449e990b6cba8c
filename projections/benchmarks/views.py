"""What each university contributes to each indicator, and what associations have released."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import ClassVar, TypeAlias

from baseplus.agreements.events import AgreementTookEffect, BreachCured, ObligationFellDue
from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    EmploymentConfirmed,
    OfferAccepted,
    TalentPoolJoined,
)
from baseplus.benchmarks.events import BenchmarkReleased, Withheld
from baseplus.investment.events import CostApportioned, CostCorrected, CostIncurred, OutputCorrected, OutputValued
from baseplus.logbook.events import (
    AttendanceClaimed,
    AttendanceCorroborated,
    AttendanceDisputed,
    AttendanceWithdrawn,
    ReflectionReviewed,
    TaskAccepted,
)
from baseplus.mentoring.events import TeacherDispatchDelivered, TeacherDispatchScheduled
from baseplus.outcomes.events import OutcomeReturnCorrected, OutcomeReturnFiled
from baseplus.projects.events import (
    IncubationAdmitted,
    IncubationGraduated,
    ProjectApproved,
    ProjectCompleted,
    ProjectStaffed,
)
from baseplus.services.events import ServiceCancelled, ServiceDelivered, ServiceRequested
from projections.benchmarks.declaring import Part
from projections.benchmarks.indicators import contributing
from projections.runner.view import At, Row, View

_CONTRIBUTING = contributing()

Contributing: TypeAlias = (
    OutcomeReturnFiled
    | OutcomeReturnCorrected
    | ObligationFellDue
    | BreachCured
    | AgreementTookEffect
    | ApprenticeshipStarted
    | ApprenticeshipCompleted
    | ApprenticeExited
    | ServiceRequested
    | ServiceDelivered
    | ServiceCancelled
    | CostIncurred
    | CostCorrected
    | CostApportioned
    | OutputValued
    | OutputCorrected
    | ProjectApproved
    | ProjectStaffed
    | ProjectCompleted
    | IncubationAdmitted
    | IncubationGraduated
    | AttendanceClaimed
    | AttendanceCorroborated
    | AttendanceDisputed
    | AttendanceWithdrawn
    | ReflectionReviewed
    | TaskAccepted
    | EmploymentConfirmed
    | OfferAccepted
    | TalentPoolJoined
    | TeacherDispatchScheduled
    | TeacherDispatchDelivered
)


class ContributionRow(Row):
    """numerator / denominator is the value in the indicator's unit; people: how many persons stand behind it.

    base: empty for figures of the whole university. month: its first day; None for figures of an academic year.
    """

    key: str
    base: str
    indicator: str
    period: str
    category: str
    numerator: int
    denominator: int
    people: int
    month: date | None = None


class Contributions(View[ContributionRow, Contributing]):
    """One row per base, indicator, period and category."""

    name: ClassVar = "contributions"
    indexes: ClassVar = (("indicator", "period"),)

    def keys(self, event: Contributing, at: At) -> Iterable[str]:
        return [key for key, _, _ in _parts(event, at)]

    def evolve(self, row: ContributionRow | None, event: Contributing, at: At) -> ContributionRow | None:
        for key, indicator, part in _parts(event, at):
            if key != at.key:
                continue
            if row is None:
                row = ContributionRow(
                    key=key,
                    base=part.base,
                    indicator=indicator,
                    period=part.period,
                    category=part.category,
                    numerator=0,
                    denominator=0,
                    people=0,
                    month=None if part.of_year else date.fromisoformat(f"{part.period}-01"),
                )
            if part.replaces:
                row.numerator, row.denominator, row.people = 0, 0, 0
            row.numerator += part.numerator
            row.denominator += part.denominator
            row.people += part.people
        return row


def _parts(event: Contributing, at: At) -> Iterator[tuple[str, str, Part]]:
    for indicator, parts in _CONTRIBUTING[type(event)]:
        for part in parts(event, at):
            # The category is free text and comes last, so that no two rows share a key.
            yield f"{part.base}/{indicator}/{part.period}/{part.category}", indicator, part


class BenchmarkRow(Row):
    """One group of a release, as shown. universities is rounded; withheld says why there are no figures."""

    key: str
    release: str
    indicator: str
    period: str
    category: str
    universities: int | None
    p20: int | None
    p40: int | None
    p60: int | None
    p80: int | None
    withheld: Withheld | None
    released_at: datetime


class Benchmarks(View[BenchmarkRow, BenchmarkReleased]):
    """The releases of an association, one row per group."""

    name: ClassVar = "benchmarks"
    indexes: ClassVar = (("release",),)

    def keys(self, event: BenchmarkReleased, at: At) -> Iterable[str]:
        return [f"{at.thing}/{group.period}/{group.category}" for group in event.groups]

    def evolve(self, row: BenchmarkRow | None, event: BenchmarkReleased, at: At) -> BenchmarkRow | None:
        release, period, category = at.key.split("/", 2)
        for group in event.groups:
            if (group.period, group.category) == (period, category):
                return BenchmarkRow(
                    key=at.key,
                    release=release,
                    indicator=event.indicator,
                    period=period,
                    category=category,
                    universities=group.universities,
                    p20=group.p20,
                    p40=group.p40,
                    p60=group.p60,
                    p80=group.p80,
                    withheld=group.withheld,
                    released_at=at.time,
                )
        return row
