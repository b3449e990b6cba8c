"""What a team does: who is in it, how it goes, what it makes, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, TypeAlias, assert_never

from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id, Line, Money, PersonId, Text
from baseplus.projects.events import (
    IncubationEnded,
    Percent,
    ProductRegistered,
    ProductVerified,
    ProjectAbandoned,
    ProjectCompleted,
    ProjectStaffed,
    StatusReported,
    WorkEvent,
)
from baseplus.projects.parts import Health, Member, check_team
from baseplus.projects.project import On, Project, Stage, check_independent, check_people, check_stage, day_in
from baseplus.projects.ventures import check_spending, ended


class Staff(Command, frozen=True):
    """Say who is in the team.

    All of them: whoever is not named is in it no longer. One leads it.
    """

    members: Annotated[tuple[Member, ...], Meta(min_length=1, max_length=100, description="the team")]
    tutor: Annotated[PersonId | None, Meta(description="the mentor who guides it, if one does")] = None
    on: On = None


class ReportStatus(Command, frozen=True):
    """Report how a project goes."""

    report: Annotated[Id, Meta(description="the report's own id in this project")]
    reporter: Annotated[PersonId, Meta(description="who reports: somebody of the team")]
    health: Annotated[Health, Meta(description="how it goes")]
    progress: Annotated[Percent, Meta(description="how much of it is done, in percent")]
    summary: Annotated[Text, Meta(description="what was done and what is next; it can be erased")]
    spent: Annotated[Money | None, Meta(description="what was spent of the budget, in all until now")] = None
    on: On = None


class RegisterProduct(Command, frozen=True):
    """Register what a team made.

    It counts once it is verified.
    """

    product: Annotated[Id, Meta(description="the product's own id in this project")]
    title: Annotated[Line, Meta(description="what people call it")]
    makers: Annotated[tuple[PersonId, ...], Meta(min_length=1, max_length=100, description="who of the team made it")]
    on: On = None


class VerifyProduct(Command, frozen=True):
    """Verify a product.

    Somebody who neither proposed the project nor was ever in its team has seen it.
    """

    product: Annotated[Id, Meta(description="the product")]
    verifier: Annotated[PersonId, Meta(description="who has seen it")]
    evidence: Annotated[Text, Meta(description="what shows that it is there and does what it is for; it can be erased")]
    on: On = None


class Complete(Command, frozen=True):
    """Complete a project.

    Not while the risk gate that it failed last has not been passed: mend it or abandon it.
    """

    result: Annotated[Text, Meta(description="what came of it; no personal data")]
    on: On = None


class Abandon(Command, frozen=True):
    """Abandon a project.

    Its incubation, if it is in one, ends with it.
    """

    reason: Annotated[Text, Meta(description="why; no personal data")]
    on: On = None


WorkOrder: TypeAlias = Staff | ReportStatus | RegisterProduct | VerifyProduct | Complete | Abandon


def decide_work(order: WorkOrder, project: Project, now: datetime) -> Iterator[WorkEvent | IncubationEnded]:
    """What an order about the work leads to. Raises Rejected."""
    match order:
        case Staff():
            yield from _staffed(order, project, now)
        case ReportStatus():
            yield _reported(order, project, now)
        case RegisterProduct(product, title, makers):
            check_stage(project, Stage.APPROVED, Stage.COMPLETED)
            if product in project.products:
                raise Rejected("product_exists", product=product)
            if len(set(makers)) < len(makers):
                raise Rejected("person_named_twice", people=sorted(makers))
            check_people(makers, project)
            yield ProductRegistered(product, title, project.base, makers, day_in(order.on, project, now))
        case VerifyProduct():
            yield _verified(order, project, now)
        case Complete(result):
            check_stage(project, Stage.APPROVED)
            if not project.team:
                raise Rejected("nobody_in_the_team")
            if project.gates.failed:
                raise Rejected("gate_failed", gate=project.gates.failed.value)
            on = day_in(order.on, project, now)
            assert project.approved is not None
            yield ProjectCompleted(project.base, on, project.approved, result)
        case Abandon():
            check_stage(project, Stage.PROPOSED, Stage.APPROVED)
            yield from _abandoned(order, project, now)
        case _:
            assert_never(order)


def _abandoned(order: Abandon, project: Project, now: datetime) -> Iterator[ProjectAbandoned | IncubationEnded]:
    incubation = None if project.incubation is None or project.incubation.over else project.incubation
    on = day_of(order.on, now, incubation.admitted if incubation else project.approved or project.proposed)
    yield ProjectAbandoned(project.base, order.reason, on, project.approved)
    if incubation:
        yield ended(project.base, incubation, order.reason, on)


def _staffed(order: Staff, project: Project, now: datetime) -> Iterator[ProjectStaffed]:
    check_stage(project, Stage.APPROVED)
    check_team(order.members)
    if (order.members, order.tutor) == (project.team, project.tutor):
        return
    on = day_in(order.on, project, now)
    joined = tuple(member.person for member in order.members if member.person not in project.ever)
    assert project.approved is not None
    yield ProjectStaffed(project.base, order.members, joined, on, project.approved, order.tutor)


def _reported(order: ReportStatus, project: Project, now: datetime) -> StatusReported:
    check_stage(project, Stage.APPROVED, Stage.COMPLETED)
    if order.report in project.reports:
        raise Rejected("report_exists", report=order.report)
    check_people([order.reporter], project)
    if order.spent:
        check_spending(order.spent, project)
    return StatusReported(
        report=order.report,
        reporter=order.reporter,
        health=order.health,
        progress=order.progress,
        summary=order.summary,
        on=day_in(order.on, project, now),
        spent=order.spent,
    )


def _verified(order: VerifyProduct, project: Project, now: datetime) -> ProductVerified:
    check_stage(project, Stage.APPROVED, Stage.COMPLETED)
    if (verified := project.products.get(order.product)) is None:
        raise Rejected("no_such_product", product=order.product)
    if verified:
        raise Rejected("product_verified_already", product=order.product)
    check_independent(order.verifier, project)
    on = day_in(order.on, project, now)
    return ProductVerified(order.product, project.base, order.verifier, order.evidence, on)
