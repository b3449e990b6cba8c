"""What the rules know of a project, and what its course allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Money
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
    RiskGateFailed,
    RiskGatePassed,
    StageAdvanced,
    StatusReported,
    VentureBudgetSet,
)
from baseplus.projects.parts import Gate, IncubationStage, Member

On = Annotated[Day | None, Meta(description="the day, today or earlier; left out, today")]


class Stage(StrEnum):
    """Where a project stands."""

    NONE = "none"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


class Incubation(msgspec.Struct, frozen=True):
    """Where a venture stands in incubation. over: it has graduated or left."""

    stage: IncubationStage
    admitted: date
    over: bool = False


class Gates(msgspec.Struct, frozen=True):
    """How a venture stands at its gates. attempts: at each of them. failed: where it failed last, until it passes.
    reported: a status was, since then."""

    passed: tuple[Gate, ...] = ()
    attempts: Mapping[Gate, int] = {}
    failed: Gate | None = None
    reported: bool = False


class Project(msgspec.Struct, frozen=True):
    """What the rules need to know. ever: who has ever been in the team. products: by id, whether they are verified."""

    stage: Stage = Stage.NONE
    base: str = ""
    proposer: str = ""
    proposed: date = date.min
    discussed: bool = False
    approved: date | None = None
    team: tuple[Member, ...] = ()
    tutor: str | None = None
    ever: frozenset[str] = frozenset()
    reports: frozenset[str] = frozenset()
    products: Mapping[str, bool] = {}
    budget: VentureBudgetSet | None = None
    spent: Money | None = None
    gates: Gates = Gates()
    incubation: Incubation | None = None

    @property
    def insiders(self) -> frozenset[str]:
        """Who may not judge it: whoever proposed it or has ever been in its team."""
        return self.ever | {self.proposer}


def check_stage(project: Project, *needed: Stage) -> None:
    """Raises Rejected where the project stands elsewhere."""
    if project.stage is Stage.NONE:
        raise Rejected("no_such_project")
    if project.stage not in needed:
        raise Rejected("wrong_state", state=project.stage.value, needed=[stage.value for stage in needed])


def day_in(on: date | None, project: Project, now: datetime) -> date:
    """The day that an order is about: not before what the project stands on, the approval or, until then, the proposal.
    Raises Rejected."""
    return day_of(on, now, project.approved or project.proposed)


def check_people(people: Iterable[str], project: Project) -> None:
    """Raises Rejected, naming them, for people who have never been in the team."""
    if strangers := sorted(set(people) - project.ever):
        raise Rejected("not_in_the_team", people=strangers)


def check_independent(person: str, project: Project) -> None:
    """Raises Rejected for whoever would judge what is their own."""
    if person in project.insiders:
        raise Rejected("judges_their_own", person=person)


def evolve(project: Project, event: ProjectEvent) -> Project:
    """The project after the event."""
    change, gates = msgspec.structs.replace, project.gates
    match event:
        case ProjectProposed():
            return change(project, stage=Stage.PROPOSED, base=event.base, proposer=event.proposer, proposed=event.on)
        case ProjectDiscussed():
            return change(project, discussed=True)
        case ProjectApproved():
            return change(project, stage=Stage.APPROVED, approved=event.on)
        case ProjectRejected():
            return change(project, stage=Stage.REJECTED)
        case ProjectStaffed():
            return change(project, team=event.members, tutor=event.tutor, ever=project.ever | frozenset(event.joined))
        case StatusReported():
            return change(
                project,
                reports=project.reports | {event.report},
                spent=event.spent or project.spent,
                gates=change(gates, reported=True),
            )
        case ProductRegistered(product):
            return change(project, products={**project.products, product: False})
        case ProductVerified(product):
            return change(project, products={**project.products, product: True})
        case ProjectCompleted():
            return change(project, stage=Stage.COMPLETED)
        case ProjectAbandoned():
            return change(project, stage=Stage.ABANDONED)
        case VentureBudgetSet():
            return change(project, budget=event)
        case RiskGatePassed() | RiskGateFailed():
            return change(project, gates=_after(gates, event))
        case IncubationAdmitted():
            return change(project, incubation=Incubation(event.stage, event.on))
        case StageAdvanced() | IncubationGraduated() | IncubationEnded():
            return change(project, incubation=_onwards(project.incubation, event))
        case _:
            assert_never(event)


def _after(gates: Gates, event: RiskGatePassed | RiskGateFailed) -> Gates:
    passed = isinstance(event, RiskGatePassed)
    return Gates(
        passed=(*gates.passed, event.gate) if passed and event.gate not in gates.passed else gates.passed,
        attempts={**gates.attempts, event.gate: event.attempt},
        failed=None if passed else event.gate,
        reported=False,
    )


def _onwards(
    incubation: Incubation | None, event: StageAdvanced | IncubationGraduated | IncubationEnded
) -> Incubation | None:
    if incubation is None:
        return None
    if isinstance(event, StageAdvanced):
        return msgspec.structs.replace(incubation, stage=event.stage)
    return msgspec.structs.replace(incubation, over=True)
