"""What can happen to a project. The stream is `projects/<id>`.

`on` is the day on which it happened. What counts in a base's figures says the base, and the
day that it is counted with.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from baseplus.kernel.events import Event, Personal
from baseplus.kernel.vocabulary import Id, Line, Money, PersonId, Text
from baseplus.projects.parts import Gate, Health, IncubationStage, Member

Percent = Annotated[int, Meta(ge=0, le=100, extra={"form": "a whole number, 0 to 100"})]
People = Annotated[int, Meta(ge=0, le=1_000)]


class ProjectProposed(Event):
    """Somebody wants to do something at a base, perhaps for an enterprise."""

    TYPE: ClassVar = "projects.project_proposed.v1"
    title: Line
    aim: Text
    base: Id
    proposer: PersonId
    on: date
    enterprise: Id | None = None


class ProjectDiscussed(Event):
    """The proposal was talked over. `minutes`: what was said, by whoever took them down."""

    TYPE: ClassVar = "projects.project_discussed.v1"
    on: date
    participants: tuple[PersonId, ...]
    noted_by: PersonId
    minutes: Annotated[Text, Personal("noted_by")]


class ProjectApproved(Event):
    """The base does it."""

    TYPE: ClassVar = "projects.project_approved.v1"
    base: Id
    decided_by: PersonId
    on: date


class ProjectRejected(Event):
    """The base does not do it. It may be proposed anew, as another project."""

    TYPE: ClassVar = "projects.project_rejected.v1"
    base: Id
    decided_by: PersonId
    reason: Annotated[Text, Personal("decided_by")]
    on: date


class ProjectStaffed(Event):
    """This is the team from now on. joined: who had not been in it before. approved: on which day the project was."""

    TYPE: ClassVar = "projects.project_staffed.v1"
    base: Id
    members: tuple[Member, ...]
    joined: tuple[PersonId, ...]
    on: date
    approved: date
    tutor: PersonId | None = None


class StatusReported(Event):
    """How the project goes. spent: of its budget, in all until then."""

    TYPE: ClassVar = "projects.status_reported.v1"
    report: Id
    reporter: PersonId
    health: Health
    progress: Percent
    summary: Annotated[Text, Personal("reporter")]
    on: date
    spent: Money | None = None


class VentureBudgetSet(Event):
    """The project may spend so much, and becomes a venture with it. loss_limit: at most so much may be lost."""

    TYPE: ClassVar = "projects.venture_budget_set.v1"
    budget: Money
    loss_limit: Money
    on: date


class RiskGatePassed(Event):
    """Somebody outside the team looked at the risk, and the venture may go on. attempt: 1, 2, 3 … at this gate."""

    TYPE: ClassVar = "projects.risk_gate_passed.v1"
    base: Id
    gate: Gate
    attempt: Annotated[int, Meta(ge=1)]
    assessor: PersonId
    findings: Annotated[Text, Personal("assessor")]
    on: date


class RiskGateFailed(Event):
    """Somebody outside the team looked at the risk, and the venture may not go on as it is."""

    TYPE: ClassVar = "projects.risk_gate_failed.v1"
    base: Id
    gate: Gate
    attempt: Annotated[int, Meta(ge=1)]
    assessor: PersonId
    findings: Annotated[Text, Personal("assessor")]
    on: date


class ProductRegistered(Event):
    """The team made something."""

    TYPE: ClassVar = "projects.product_registered.v1"
    product: Id
    title: Line
    base: Id
    makers: tuple[PersonId, ...]
    on: date


class ProductVerified(Event):
    """Somebody outside the team saw that the product is there and does what it is for."""

    TYPE: ClassVar = "projects.product_verified.v1"
    product: Id
    base: Id
    verifier: PersonId
    evidence: Annotated[Text, Personal("verifier")]
    on: date


class ProjectCompleted(Event):
    """The project did what it was for. approved: on which day it was."""

    TYPE: ClassVar = "projects.project_completed.v1"
    base: Id
    on: date
    approved: date
    result: Text


class ProjectAbandoned(Event):
    """The project was given up. approved: on which day it was; None: it never was."""

    TYPE: ClassVar = "projects.project_abandoned.v1"
    base: Id
    reason: Text
    on: date
    approved: date | None = None


class IncubationAdmitted(Event):
    """The venture was taken into incubation, in its first stage, with a team of so many."""

    TYPE: ClassVar = "projects.incubation_admitted.v1"
    base: Id
    stage: IncubationStage
    people: People
    on: date


class StageAdvanced(Event):
    """The venture reached the next stage of incubation."""

    TYPE: ClassVar = "projects.stage_advanced.v1"
    stage: IncubationStage
    previous: IncubationStage
    on: date


class IncubationGraduated(Event):
    """The venture stands on its own feet. admitted: on which day it was. company: what it goes by now."""

    TYPE: ClassVar = "projects.incubation_graduated.v1"
    base: Id
    on: date
    admitted: date
    company: Line | None = None


class IncubationEnded(Event):
    """The venture left incubation without graduating. admitted: on which day it was."""

    TYPE: ClassVar = "projects.incubation_ended.v1"
    base: Id
    stage: IncubationStage
    reason: Text
    on: date
    admitted: date


ProposalEvent = ProjectProposed | ProjectDiscussed | ProjectApproved | ProjectRejected
WorkEvent = ProjectStaffed | StatusReported | ProductRegistered | ProductVerified | ProjectCompleted | ProjectAbandoned
VentureEvent = (
    VentureBudgetSet
    | RiskGatePassed
    | RiskGateFailed
    | IncubationAdmitted
    | StageAdvanced
    | IncubationGraduated
    | IncubationEnded
)
ProjectEvent = ProposalEvent | WorkEvent | VentureEvent
