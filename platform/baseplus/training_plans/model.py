"""Training plans: commands, state, rules. `docs/domain/training-plans.md` draws it.

A plan has versions. The latest one may be endorsed by the three sides, and is activated when all of them have endorsed
its digest; until then the version that is active stays so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, Sha256, Text
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
from baseplus.training_plans.parts import Link, Module, PlanText, Side

Title = Annotated[Line, Meta(description="what people call it")]
Modules = Annotated[
    tuple[Module, ...], Meta(min_length=4, max_length=200, description="its modules, at least one in each layer")
]
Electives = Annotated[
    int,
    Meta(
        ge=0,
        le=200,
        description="how many elective modules an apprentice takes, at least",
        extra={"form": "a number of modules, 0 to 200"},
    ),
]
On = Annotated[Day | None, Meta(description="the day from which on it holds: today or earlier; left out, today")]
Cohort = Annotated[Id, Meta(description="the cohort, by an id of its own")]


class DraftPlan(Command, frozen=True):
    """Draft a training plan.

    Its first version, for an occupation, by a school, an enterprise and an association.
    """

    title: Title
    occupation: Annotated[Id, Meta(description="the occupation that it is for")]
    school: Annotated[Id, Meta(description="the school, as a party")]
    enterprise: Annotated[Id, Meta(description="the enterprise, as a party")]
    association: Annotated[Id, Meta(description="the association, as a party")]
    modules: Modules
    electives: Electives = 0


class AmendPlan(Command, frozen=True):
    """Amend a training plan.

    Write down its next version, which all three endorse anew. The active version stays active until then.
    """

    title: Title
    modules: Modules
    reason: Annotated[Text, Meta(description="why; no personal data")]
    electives: Electives = 0


class EndorsePlan(Command, frozen=True):
    """Endorse the latest version of a plan.

    By the digest of the text that the party read.
    """

    party: Annotated[Id, Meta(description="the school, enterprise or association, by its id as a party")]
    digest: Annotated[Sha256, Meta(description="SHA-256 of the version's text")]


class ActivatePlan(Command, frozen=True):
    """Activate the latest version of a plan.

    When all three have endorsed it. It supersedes the one that was active.
    """

    on: On = None


class SelectPilotCohort(Command, frozen=True):
    """Select a cohort with which the active version is tried.

    One for each version, before everybody has it.
    """

    cohort: Cohort
    grade: Annotated[Line, Meta(description="which grade or class it is", examples=["Mechatronics, second year"])]
    apprenticeships: Annotated[
        tuple[Id, ...], Meta(min_length=1, max_length=500, description="the apprenticeships that are trained by it")
    ]
    on: On = None


class EvaluatePilot(Command, frozen=True):
    """Record how a plan went with its pilot cohort.

    And whether it is for everybody, is to be amended, or goes no further.
    """

    cohort: Cohort
    outcome: Annotated[PilotOutcome, Meta(description="what follows")]
    findings: Annotated[Text, Meta(description="what was found; no personal data")]
    on: On = None


class LinkTheoryUnit(Command, frozen=True):
    """Link a theory unit to a task.

    It is taught where the task needs it. Both are of the latest version.
    """

    unit: Annotated[Id, Meta(description="the theory unit, by its id in the plan")]
    task: Annotated[Id, Meta(description="the task, by its id in the plan")]


TrainingPlanCommand = (
    DraftPlan | AmendPlan | EndorsePlan | ActivatePlan | SelectPilotCohort | EvaluatePilot | LinkTheoryUnit
)


class Pilot(msgspec.Struct, frozen=True):
    """A cohort with which a version is tried. outcome None: it was not looked at yet."""

    cohort: str
    version: int
    on: date
    outcome: PilotOutcome | None = None


class Plan(msgspec.Struct, frozen=True):
    """What the rules need to know. `text` None: nothing was drafted.

    text, digest: the latest version's. endorsed: who has endorsed it. active, since: the version in force and since
    when.
    """

    text: PlanText | None = None
    digest: str = ""
    parties: Mapping[Side, str] = {}
    endorsed: frozenset[Side] = frozenset()
    active: int | None = None
    since: date | None = None
    pilots: tuple[Pilot, ...] = ()
    links: frozenset[Link] = frozenset()


def decide(command: TrainingPlanCommand, plan: Plan, now: datetime) -> Iterator[TrainingPlanEvent]:
    """What an order leads to. Raises Rejected."""
    text = plan.text
    if isinstance(command, DraftPlan):
        if text:
            raise Rejected("plan_exists", title=text.title, version=text.version)
        yield _drafted(command)
        return
    if not text:
        raise Rejected("no_such_plan")
    match command:
        case AmendPlan(title, modules, reason, electives):
            after = text.revised(title, modules, electives)
            after.check()
            yield PlanAmended(title, after.version, modules, after.digest, reason, electives)
        case EndorsePlan():
            yield _endorsed(command, plan, text)
        case ActivatePlan():
            yield from _activated(plan, text, day_of(command.on, now, plan.since or date.min))
        case SelectPilotCohort() | EvaluatePilot():
            yield _pilot(command, plan, now)
        case LinkTheoryUnit(unit, task):
            if unit not in text.units:
                raise Rejected("no_such_unit", unit=unit)
            if task not in text.tasks:
                raise Rejected("no_such_task", task=task)
            if Link(unit, task) not in plan.links:
                yield TheoryUnitLinkedToTask(unit, task)
        case _:
            assert_never(command)


def _drafted(command: DraftPlan) -> PlanDrafted:
    parties = (command.school, command.enterprise, command.association)
    if len(set(parties)) < len(parties):
        raise Rejected("party_named_twice", parties=list(parties))
    text = PlanText(
        title=command.title,
        occupation=command.occupation,
        version=1,
        modules=command.modules,
        electives=command.electives,
    )
    text.check()
    return PlanDrafted(
        command.title, command.occupation, *parties, text.version, text.modules, text.digest, text.electives
    )


def _endorsed(command: EndorsePlan, plan: Plan, text: PlanText) -> PlanEndorsed:
    side = next((side for side, party in plan.parties.items() if party == command.party), None)
    if side is None:
        raise Rejected("unknown_party", party=command.party, parties=sorted(plan.parties.values()))
    if command.digest != plan.digest:
        raise Rejected("digest_differs", latest=plan.digest, given=command.digest)
    if side in plan.endorsed:
        raise Rejected("endorsed_already", party=command.party, version=text.version)
    return PlanEndorsed(side, command.party, text.version, plan.digest)


def _activated(plan: Plan, text: PlanText, on: date) -> Iterator[TrainingPlanEvent]:
    if plan.active == text.version:
        raise Rejected("active_already", version=text.version)
    if missing := [side.value for side in Side if side not in plan.endorsed]:
        raise Rejected("endorsements_missing", version=text.version, missing=missing)
    yield PlanActivated(text.version, plan.digest, on)
    if plan.active is not None:
        yield PlanSuperseded(plan.active, text.version, on)


def _pilot(
    command: SelectPilotCohort | EvaluatePilot, plan: Plan, now: datetime
) -> PilotCohortSelected | PilotEvaluated:
    pilot = next((pilot for pilot in plan.pilots if pilot.cohort == command.cohort), None)
    match command:
        case SelectPilotCohort(cohort, grade, apprenticeships):
            if plan.active is None:
                raise Rejected("plan_not_active")
            if pilot:
                raise Rejected("cohort_exists", cohort=cohort)
            if other := next((one for one in plan.pilots if one.version == plan.active), None):
                raise Rejected("piloted_already", version=plan.active, cohort=other.cohort)
            on = day_of(command.on, now, plan.since or date.min)
            once = tuple(dict.fromkeys(apprenticeships))
            return PilotCohortSelected(cohort, plan.active, grade, once, on)
        case EvaluatePilot(cohort, outcome, findings):
            if not pilot:
                raise Rejected("no_such_cohort", cohort=cohort)
            if pilot.outcome:
                raise Rejected("evaluated_already", cohort=cohort, outcome=pilot.outcome.value)
            return PilotEvaluated(cohort, pilot.version, outcome, findings, day_of(command.on, now, pilot.on))
        case _:
            assert_never(command)


def evolve(plan: Plan, event: TrainingPlanEvent) -> Plan:
    """The plan after the event."""
    change = msgspec.structs.replace
    match event:
        case PlanDrafted(title, occupation, school, enterprise, association, version, modules, digest, electives):
            text = PlanText(title=title, occupation=occupation, version=version, modules=modules, electives=electives)
            parties = {Side.SCHOOL: school, Side.ENTERPRISE: enterprise, Side.ASSOCIATION: association}
            return change(plan, text=text, digest=digest, parties=parties)
        case PlanAmended(title, version, modules, digest, _, electives):
            occupation = plan.text.occupation if plan.text else ""
            text = PlanText(title=title, occupation=occupation, version=version, modules=modules, electives=electives)
            kept = frozenset(link for link in plan.links if link.unit in text.units and link.task in text.tasks)
            return change(plan, text=text, digest=digest, endorsed=frozenset(), links=kept)
        case PlanEndorsed(side):
            return change(plan, endorsed=plan.endorsed | {side})
        case PlanActivated(version, _, on):
            return change(plan, active=version, since=on)
        case PlanSuperseded():
            return plan
        case PilotCohortSelected(cohort, version, on=on):
            return change(plan, pilots=(*plan.pilots, Pilot(cohort, version, on)))
        case PilotEvaluated(cohort, outcome=outcome):
            looked_at = (change(one, outcome=outcome) if one.cohort == cohort else one for one in plan.pilots)
            return change(plan, pilots=tuple(looked_at))
        case TheoryUnitLinkedToTask(unit, task):
            return change(plan, links=plan.links | {Link(unit, task)})
        case _:
            assert_never(event)


training_plans = Decider("training_plans", Plan, decide, evolve)
