"""What can happen to a training plan. The stream is `training_plans/<id>`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import Id, Line, Sha256, Text
from baseplus.training_plans.parts import Module, Side, Version


class PlanDrafted(Event):
    """A plan's first version was written down, for an occupation and by these three. It binds nobody.

    school, enterprise, association: by their ids as parties. digest: SHA-256 of the canonical text.
    """

    TYPE: ClassVar = "training_plans.plan_drafted.v1"
    title: Line
    occupation: Id
    school: Id
    enterprise: Id
    association: Id
    version: Version
    modules: tuple[Module, ...]
    digest: Sha256
    electives: int = 0


class PlanAmended(Event):
    """The next version was written down. It is to be endorsed anew; the one in force stays so meanwhile."""

    TYPE: ClassVar = "training_plans.plan_amended.v1"
    title: Line
    version: Version
    modules: tuple[Module, ...]
    digest: Sha256
    reason: Text
    electives: int = 0


class PlanEndorsed(Event):
    """A side endorsed the version with this digest."""

    TYPE: ClassVar = "training_plans.plan_endorsed.v1"
    side: Side
    party: Id
    version: Version
    digest: Sha256


class PlanActivated(Event):
    """Apprentices are trained by this version from that day on: all three sides have endorsed it."""

    TYPE: ClassVar = "training_plans.plan_activated.v1"
    version: Version
    digest: Sha256
    on: date


class PlanSuperseded(Event):
    """A later version took this one's place from that day on."""

    TYPE: ClassVar = "training_plans.plan_superseded.v1"
    version: Version
    by: Version
    on: date


class PilotCohortSelected(Event):
    """The plan is tried with these apprenticeships of a grade before everybody has it."""

    TYPE: ClassVar = "training_plans.pilot_cohort_selected.v1"
    cohort: Id
    version: Version
    grade: Line
    apprenticeships: tuple[Id, ...]
    on: date


class PilotOutcome(StrEnum):
    """What a pilot led to."""

    ROLL_OUT = "roll_out"
    AMEND = "amend"
    STOP = "stop"


class PilotEvaluated(Event):
    """It was looked at how the plan went with a cohort."""

    TYPE: ClassVar = "training_plans.pilot_evaluated.v1"
    cohort: Id
    version: Version
    outcome: PilotOutcome
    findings: Text
    on: date


class TheoryUnitLinkedToTask(Event):
    """The theory unit is taught where the task needs it."""

    TYPE: ClassVar = "training_plans.theory_unit_linked_to_task.v1"
    unit: Id
    task: Id


TrainingPlanEvent = (
    PlanDrafted
    | PlanAmended
    | PlanEndorsed
    | PlanActivated
    | PlanSuperseded
    | PilotCohortSelected
    | PilotEvaluated
    | TheoryUnitLinkedToTask
)
