"""What apprentices think of their own competence: command, state, rules. The stream is `self_assessments/<id>`.

By the criteria that both sides assess by, as often as they like. It counts for nothing: it is what a talk with a mentor
begins with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from baseplus.apprenticeships.model import apprenticeships
from baseplus.assessment.adoptions import adoptions, version_of
from baseplus.assessment.criteria import Score, marked, total_of
from baseplus.assessment.events import CompetenceSelfAssessed, StandardAdopted
from baseplus.kernel.days import check_happened
from baseplus.kernel.decisions import Command, Decider, Load
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, PersonId, TenantId, Text


class SelfAssess(Command, frozen=True):
    """Record how an apprentice judges their own competence.

    Every criterion of the adopted standard is scored. It may be repeated as often as they like.
    """

    apprenticeship: Annotated[Id, Meta(description="the apprenticeship")]
    adoption: Annotated[Id, Meta(description="the university's adoption of the standard")]
    scores: Annotated[tuple[Score, ...], Meta(min_length=1, max_length=100, description="a score for every criterion")]
    on: Annotated[Day | None, Meta(description="the day of it: today or earlier; left out, today")] = None
    reflection: Annotated[Text | None, Meta(description="what they think; it can be erased")] = None


class SelfAssessAgainst(Command, frozen=True):
    """An order to record, what was adopted, and who it is: what the rules decide. Made by `of_oneself`."""

    order: SelfAssess
    adopted: StandardAdopted
    apprentice: PersonId
    base: Id


class SelfAssessment(msgspec.Struct, frozen=True):
    """What the rules need to know."""

    recorded: bool = False


def of_oneself(load: Load, tenant: TenantId, _thing: str, command: SelfAssess) -> SelfAssessAgainst:
    """The order, with the standard as adopted and who it is, which never change. Raises Rejected."""
    found, _ = load(tenant, adoptions, command.adoption)
    if found.adopted is None:
        raise Rejected("unknown_adoption", adoption=command.adoption)
    trained, _ = load(tenant, apprenticeships, command.apprenticeship)
    if not trained.apprentice:
        raise Rejected("unknown_apprenticeship", apprenticeship=command.apprenticeship)
    return SelfAssessAgainst(command, found.adopted, trained.apprentice, trained.base)


def decide(command: SelfAssessAgainst, state: SelfAssessment, now: datetime) -> Iterator[CompetenceSelfAssessed]:
    """What an order leads to. Raises Rejected."""
    order, adopted = command.order, command.adopted
    if state.recorded:
        raise Rejected("self_assessment_exists")
    marks = marked(((one.id, one.weight) for one in adopted.criteria), order.scores)
    on = order.on or now.date()
    check_happened(on, now)
    yield CompetenceSelfAssessed(
        apprentice=command.apprentice,
        apprenticeship=order.apprenticeship,
        base=command.base,
        against=version_of(order.adoption, adopted),
        marks=marks,
        total=total_of(marks),
        on=on,
        reflection=order.reflection,
    )


def evolve(_state: SelfAssessment, _event: CompetenceSelfAssessed) -> SelfAssessment:
    """The state after the event."""
    return SelfAssessment(recorded=True)


self_assessments = Decider("self_assessments", SelfAssessment, decide, evolve)
