"""A training plan, event by event, for the tests to take up where they need it."""

from __future__ import annotations

from baseplus.kernel.scenario import NOON, Scenario
from baseplus.training_plans.events import PilotCohortSelected, PlanActivated, PlanAmended, PlanDrafted, PlanEndorsed
from baseplus.training_plans.model import AmendPlan, DraftPlan, SelectPilotCohort, training_plans
from baseplus.training_plans.parts import Choice, Layer, Module, PlanText, Side, Topic
from tests.apprenticeships.story import day

TODAY = NOON.date()
TITLE = "CNC machinist, three years"
PARTIES = ("qinglan", "yunchuan", "machinists")

given = Scenario(training_plans)

character = Module("conduct", "Safety and conduct", Layer.CHARACTER)
basic = Module(
    "materials", "Materials and drawings", Layer.BASIC, hours="120", units=(Topic("steel", "Kinds of steel"),)
)
skill = Module("machining", "Machining", Layer.SKILL, tasks=(Topic("shaft", "Turn a shaft"),))
mastery = Module("five-axis", "Five axes", Layer.EXPERTISE, Choice.ELECTIVE)
robots = Module("robots", "Loading robots", Layer.EXPERTISE, Choice.ELECTIVE)
MODULES = (character, basic, skill, mastery, robots)
drawings = Module("drawings", "Drawings", Layer.BASIC)
FEWER = (character, drawings, skill, mastery)


def digest(version: int, modules: tuple[Module, ...] = MODULES, electives: int = 1) -> str:
    """What is endorsed."""
    text = PlanText(title=TITLE, occupation="cnc-machinist", version=version, modules=modules, electives=electives)
    return text.digest


FIRST, SECOND = digest(1), digest(2, FEWER)

draft = DraftPlan(TITLE, "cnc-machinist", *PARTIES, MODULES, 1)
drafted = PlanDrafted(TITLE, "cnc-machinist", *PARTIES, 1, MODULES, FIRST, 1)
amend = AmendPlan(TITLE, FEWER, "Robots come later", 1)
amended = PlanAmended(TITLE, 2, FEWER, SECOND, "Robots come later", 1)


def endorsed(version: int = 1, text: str = FIRST) -> tuple[PlanEndorsed, PlanEndorsed, PlanEndorsed]:
    """By all three."""
    school, enterprise, association = (
        PlanEndorsed(side, party, version, text) for side, party in zip(Side, PARTIES, strict=True)
    )
    return school, enterprise, association


by_school, by_enterprise, by_association = endorsed()
activated = PlanActivated(1, FIRST, day(2, month=2))
active = (drafted, *endorsed(), activated)
select = SelectPilotCohort("pilot-1", "Mechatronics, second year", ("ap-1", "ap-2"), day(16, month=2))
selected = PilotCohortSelected("pilot-1", 1, "Mechatronics, second year", ("ap-1", "ap-2"), day(16, month=2))
piloting = (*active, selected)
