"""Training plans, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.training_plans.events import (
    PilotCohortSelected,
    PilotEvaluated,
    PilotOutcome,
    PlanActivated,
    PlanAmended,
    PlanDrafted,
    PlanEndorsed,
    PlanSuperseded,
    TheoryUnitLinkedToTask,
    TrainingPlanEvent,
)
from baseplus.training_plans.parts import Choice, Link, Module, Side
from projections.runner.view import At, Row, View

PlanState: TypeAlias = Literal["draft", "active", "being_amended"]


class Endorsement(msgspec.Struct):
    """A side that endorsed a version: which one, by which party, and when."""

    side: Side
    party: str
    version: int
    at: datetime
    position: int


class ActiveVersion(msgspec.Struct):
    """A version that was or is active. until: the day from which on another one was; None: it is."""

    version: int
    digest: str
    since: date
    until: date | None = None


class PilotRun(msgspec.Struct):
    """A cohort with which a version is tried, and how that went. outcome None: it was not looked at yet."""

    cohort: str
    version: int
    grade: str
    apprenticeships: list[str]
    since: date
    outcome: PilotOutcome | None = None
    findings: str | None = None
    evaluated_on: date | None = None


class PlanRow(Row):
    """One training plan as it stands.

    version, digest, modules, electives: of the latest version, hours: those of its common modules. state:
    `being_amended` while a later version than the active one is not active yet. endorsements: of all versions; missing:
    the sides that have not endorsed the latest one. active_version, active_since: None where none is. reason: of the
    last amendment. position: of the last event shown.
    """

    id: str
    title: str
    occupation: str
    school: str
    enterprise: str
    association: str
    state: PlanState
    version: int
    digest: str
    electives: int
    hours: Decimal
    modules: list[Module]
    links: list[Link]
    endorsements: list[Endorsement]
    missing: list[Side]
    active: list[ActiveVersion]
    pilots: list[PilotRun]
    drafted_at: datetime
    position: int
    active_version: int | None = None
    active_since: date | None = None
    reason: str | None = None


class TrainingPlans(View[PlanRow, TrainingPlanEvent]):
    """One row per plan."""

    name: ClassVar = "training_plans"
    indexes: ClassVar = (("state", "id"), ("occupation", "id"), ("enterprise", "id"))

    def evolve(self, row: PlanRow | None, event: TrainingPlanEvent, at: At) -> PlanRow | None:
        if isinstance(event, PlanDrafted):
            return _drafted(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case PlanAmended():
                _amended(row, event)
            case PlanEndorsed(side, party, version):
                row.endorsements.append(Endorsement(side, party, version, at.recorded, at.position))
                row.missing = [one for one in row.missing if one is not side]
            case PlanActivated(version, digest, on):
                row.state, row.active_version, row.active_since = "active", version, on
                row.active.append(ActiveVersion(version, digest, on))
            case PlanSuperseded(version, _, on):
                for one in row.active:
                    if one.version == version:
                        one.until = on
            case PilotCohortSelected(cohort, version, grade, apprenticeships, on):
                row.pilots.append(PilotRun(cohort, version, grade, list(apprenticeships), on))
            case PilotEvaluated(cohort, _, outcome, findings, on):
                for pilot in row.pilots:
                    if pilot.cohort == cohort:
                        pilot.outcome, pilot.findings, pilot.evaluated_on = outcome, findings, on
            case TheoryUnitLinkedToTask(unit, task):
                row.links.append(Link(unit, task))
            case _:
                assert_never(event)
        return row


def _drafted(event: PlanDrafted, at: At) -> PlanRow:
    return PlanRow(
        id=at.thing,
        title=event.title,
        occupation=event.occupation,
        school=event.school,
        enterprise=event.enterprise,
        association=event.association,
        state="draft",
        version=event.version,
        digest=event.digest,
        electives=event.electives,
        hours=_hours(event.modules),
        modules=list(event.modules),
        links=[],
        endorsements=[],
        missing=list(Side),
        active=[],
        pilots=[],
        drafted_at=at.recorded,
        position=at.position,
    )


def _amended(row: PlanRow, event: PlanAmended) -> None:
    row.title, row.version, row.digest, row.electives = event.title, event.version, event.digest, event.electives
    row.modules, row.hours, row.reason = list(event.modules), _hours(event.modules), event.reason
    row.missing = list(Side)
    row.state = "draft" if row.active_version is None else "being_amended"
    units = {unit.id for module in event.modules for unit in module.units}
    tasks = {task.id for module in event.modules for task in module.tasks}
    row.links = [link for link in row.links if link.unit in units and link.task in tasks]


def _hours(modules: Sequence[Module]) -> Decimal:
    return sum(
        (Decimal(module.hours) for module in modules if module.hours and module.choice is Choice.COMMON), Decimal(0)
    )
