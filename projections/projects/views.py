"""Projects with what they have led to, one row each, and one row for each product.

What was said in minutes, reports and findings is in no row: it belongs to whoever said it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.apprenticeships.events import ApprenticeEnrolled
from baseplus.mentoring.events import MentorRegistered
from baseplus.projects.events import (
    IncubationAdmitted,
    IncubationEnded,
    IncubationGraduated,
    ProductRegistered,
    ProductVerified,
    ProjectAbandoned,
    ProjectApproved,
    ProjectCompleted,
    ProjectDiscussed,
    ProjectEvent,
    ProjectProposed,
    ProjectRejected,
    ProjectStaffed,
    ProposalEvent,
    RiskGateFailed,
    RiskGatePassed,
    StageAdvanced,
    StatusReported,
    VentureBudgetSet,
    VentureEvent,
    WorkEvent,
)
from baseplus.projects.parts import Gate, Health, IncubationStage, Member, TeamRole, next_gate
from projections.runner.view import At, Row, View

ProjectState: TypeAlias = Literal["proposed", "approved", "rejected", "completed", "abandoned"]
IncubationState: TypeAlias = Literal["none", "incubated", "graduated", "ended"]
Judgement: TypeAlias = Literal["passed", "failed"]


class Judged(msgspec.Struct):
    """What came of an attempt at a gate."""

    gate: Gate
    outcome: Judgement
    attempt: int
    assessor: str
    judged_on: date


class ProjectRow(Row):
    """One project as it stands.

    base, enterprise: by id. lead: who leads the team. health, progress: as reported last. budget, loss_limit, spent: in
    `currency`; None: it is no venture, or nothing was reported. gates: every attempt, the first one first. next_gate:
    the first that has not been passed, of a venture. outcome: the result, or why it was rejected or abandoned.
    position: of the last event shown.
    """

    id: str
    title: str
    aim: str
    base: str
    enterprise: str | None
    proposer: str
    state: ProjectState
    proposed_on: date
    discussions: int
    team: list[Member]
    products: int
    verified: int
    gates: list[Judged]
    over_budget: bool
    incubation: IncubationState
    position: int
    decided_on: date | None = None
    decided_by: str | None = None
    lead: str | None = None
    tutor: str | None = None
    health: Health | None = None
    progress: int | None = None
    reported_on: date | None = None
    budget: Decimal | None = None
    loss_limit: Decimal | None = None
    spent: Decimal | None = None
    currency: str | None = None
    next_gate: Gate | None = None
    stage: IncubationStage | None = None
    admitted_on: date | None = None
    left_incubation_on: date | None = None
    company: str | None = None
    ended_on: date | None = None
    outcome: str | None = None


class Projects(View[ProjectRow, ProjectEvent]):
    """One row per project."""

    name: ClassVar = "projects"
    indexes: ClassVar = (("base", "id"), ("state", "id"), ("incubation", "id"))

    def evolve(self, row: ProjectRow | None, event: ProjectEvent, at: At) -> ProjectRow | None:
        if isinstance(event, ProjectProposed):
            return _proposed(event, at)
        if row is None:
            return None
        row.position = at.position
        match event:
            case ProjectDiscussed() | ProjectApproved() | ProjectRejected():
                _decided(row, event)
            case (
                ProjectStaffed()
                | StatusReported()
                | ProductRegistered()
                | ProductVerified()
                | ProjectCompleted()
                | ProjectAbandoned()
            ):
                _worked(row, event)
            case (
                VentureBudgetSet()
                | RiskGatePassed()
                | RiskGateFailed()
                | IncubationAdmitted()
                | StageAdvanced()
                | IncubationGraduated()
                | IncubationEnded()
            ):
                _ventured(row, event)
            case _:
                assert_never(event)
        row.over_budget = None not in (row.spent, row.budget) and (row.spent or 0) > (row.budget or 0)
        return row


def _proposed(event: ProjectProposed, at: At) -> ProjectRow:
    return ProjectRow(
        id=at.thing,
        title=event.title,
        aim=event.aim,
        base=event.base,
        enterprise=event.enterprise,
        proposer=event.proposer,
        state="proposed",
        proposed_on=event.on,
        discussions=0,
        team=[],
        products=0,
        verified=0,
        gates=[],
        over_budget=False,
        incubation="none",
        position=at.position,
    )


def _decided(row: ProjectRow, event: ProposalEvent) -> None:
    match event:
        case ProjectDiscussed():
            row.discussions += 1
        case ProjectApproved():
            row.state, row.decided_on, row.decided_by = "approved", event.on, event.decided_by
        case ProjectRejected():
            row.state, row.decided_on, row.decided_by = "rejected", event.on, event.decided_by
            row.ended_on = event.on
        case ProjectProposed():
            pass  # it made the row
        case _:
            assert_never(event)


def _worked(row: ProjectRow, event: WorkEvent) -> None:
    match event:
        case ProjectStaffed():
            row.team, row.tutor = list(event.members), event.tutor
            row.lead = next((one.person for one in event.members if one.role is TeamRole.LEAD), None)
        case StatusReported():
            row.health, row.progress, row.reported_on = event.health, event.progress, event.on
            row.spent = event.spent.value if event.spent else row.spent
        case ProductRegistered():
            row.products += 1
        case ProductVerified():
            row.verified += 1
        case ProjectCompleted():
            row.state, row.ended_on, row.outcome = "completed", event.on, event.result
        case ProjectAbandoned():
            row.state, row.ended_on, row.outcome = "abandoned", event.on, event.reason
        case _:
            assert_never(event)


def _ventured(row: ProjectRow, event: VentureEvent) -> None:
    match event:
        case VentureBudgetSet():
            row.budget, row.loss_limit = event.budget.value, event.loss_limit.value
            row.currency = event.budget.currency
        case RiskGatePassed():
            row.gates.append(Judged(event.gate, "passed", event.attempt, event.assessor, event.on))
        case RiskGateFailed():
            row.gates.append(Judged(event.gate, "failed", event.attempt, event.assessor, event.on))
        case IncubationAdmitted():
            row.incubation, row.stage, row.admitted_on = "incubated", event.stage, event.on
        case StageAdvanced():
            row.stage = event.stage
        case IncubationGraduated():
            row.incubation, row.left_incubation_on, row.company = "graduated", event.on, event.company
        case IncubationEnded():
            row.incubation, row.left_incubation_on = "ended", event.on
        case _:
            assert_never(event)
    row.next_gate = next_gate(one.gate for one in row.gates if one.outcome == "passed")


class ProductRow(Row):
    """What a team made. key: project:product. verifier: who saw it; None: nobody has."""

    key: str
    project: str
    product: str
    title: str
    base: str
    makers: list[str]
    registered_on: date
    verified_on: date | None
    verifier: str | None
    position: int


ProductChange = ProductRegistered | ProductVerified


class Products(View[ProductRow, ProductChange]):
    """One row per product."""

    name: ClassVar = "products"
    indexes: ClassVar = (("base", "key"), ("verified_on",))

    def keys(self, event: ProductChange, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.product}",)

    def evolve(self, row: ProductRow | None, event: ProductChange, at: At) -> ProductRow | None:
        if isinstance(event, ProductRegistered):
            return ProductRow(
                key=at.key,
                project=at.thing,
                product=event.product,
                title=event.title,
                base=event.base,
                makers=list(event.makers),
                registered_on=event.on,
                verified_on=None,
                verifier=None,
                position=at.position,
            )
        if row is not None:
            row.verified_on, row.verifier, row.position = event.on, event.verifier, at.position
        return row


class ProjectPersonRow(Row):
    """What somebody who may take part in a project is called: an apprentice by the person's id, a mentor by theirs."""

    id: str
    name: str


class ProjectPeople(View[ProjectPersonRow, ApprenticeEnrolled | MentorRegistered]):
    """One row per person, to name them beside what they do."""

    name: ClassVar = "project_people"

    def keys(self, event: ApprenticeEnrolled | MentorRegistered, at: At) -> Iterable[str]:
        return (event.apprentice,) if isinstance(event, ApprenticeEnrolled) else (at.thing,)

    def evolve(
        self,
        row: ProjectPersonRow | None,  # noqa: ARG002 - the name that was said last holds
        event: ApprenticeEnrolled | MentorRegistered,
        at: At,
    ) -> ProjectPersonRow:
        return ProjectPersonRow(id=at.key, name=event.name)
