"""From an idea to a decision: proposed, talked over, approved or rejected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, TypeAlias, assert_never

from msgspec import Meta

from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id, Line, PersonId, Text
from baseplus.projects.events import (
    ProjectApproved,
    ProjectDiscussed,
    ProjectProposed,
    ProjectRejected,
    ProposalEvent,
)
from baseplus.projects.project import On, Project, Stage, check_stage, day_in

DecidedBy = Annotated[PersonId, Meta(description="who decides; not whoever proposed it")]


class Propose(Command, frozen=True):
    """Propose a project.

    It is talked over before anybody decides on it.
    """

    title: Annotated[Line, Meta(description="what people call it")]
    aim: Annotated[Text, Meta(description="what it is for; no personal data")]
    base: Annotated[Id, Meta(description="the base where it is done")]
    proposer: Annotated[PersonId, Meta(description="who proposes it")]
    enterprise: Annotated[Id | None, Meta(description="the enterprise that it is done for or with, if one is")] = None
    on: On = None


class Discuss(Command, frozen=True):
    """Record that a proposal was talked over."""

    participants: Annotated[
        tuple[PersonId, ...], Meta(min_length=2, max_length=100, description="who took part, two or more")
    ]
    noted_by: Annotated[PersonId, Meta(description="who took the minutes")]
    minutes: Annotated[Text, Meta(description="what was said; it can be erased")]
    on: On = None


class Approve(Command, frozen=True):
    """Approve a project.

    After it was talked over, and by somebody else than whoever proposed it.
    """

    decided_by: DecidedBy
    on: On = None


class Reject(Command, frozen=True):
    """Reject a project.

    After it was talked over, and by somebody else than whoever proposed it.
    """

    decided_by: DecidedBy
    reason: Annotated[Text, Meta(description="why; it can be erased")]
    on: On = None


ProposalOrder: TypeAlias = Propose | Discuss | Approve | Reject


def decide_proposal(order: ProposalOrder, project: Project, now: datetime) -> Iterator[ProposalEvent]:
    """What an order about a proposal leads to. Raises Rejected."""
    if isinstance(order, Propose):
        if project.stage is not Stage.NONE:
            raise Rejected("project_exists", state=project.stage.value)
        on = day_in(order.on, project, now)
        yield ProjectProposed(order.title, order.aim, order.base, order.proposer, on, order.enterprise)
        return
    check_stage(project, Stage.PROPOSED)
    on = day_in(order.on, project, now)
    match order:
        case Discuss(participants, noted_by, minutes):
            if len(set(participants)) < len(participants):
                raise Rejected("person_named_twice", people=sorted(participants))
            yield ProjectDiscussed(on, participants, noted_by, minutes)
        case Approve(decided_by):
            _check_decision(decided_by, project)
            yield ProjectApproved(project.base, decided_by, on)
        case Reject(decided_by, reason):
            _check_decision(decided_by, project)
            yield ProjectRejected(project.base, decided_by, reason, on)
        case _:
            assert_never(order)


def _check_decision(decided_by: str, project: Project) -> None:
    if not project.discussed:
        raise Rejected("not_discussed")
    if decided_by == project.proposer:
        raise Rejected("judges_their_own", person=decided_by)
