"""Whatever people order, in whatever order: what must hold of a training plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from baseplus.kernel.events import EventTypes
from baseplus.training_plans.events import (
    PilotCohortSelected,
    PilotEvaluated,
    PilotOutcome,
    PlanActivated,
    PlanAmended,
    PlanDrafted,
    PlanEndorsed,
    PlanSuperseded,
    TrainingPlanEvent,
)
from baseplus.training_plans.model import (
    ActivatePlan,
    AmendPlan,
    EndorsePlan,
    EvaluatePilot,
    LinkTheoryUnit,
    SelectPilotCohort,
    TrainingPlanCommand,
    training_plans,
)
from baseplus.training_plans.parts import Side
from tests.apprenticeships.story import at
from tests.properties import Order, never_refused, played
from tests.training_plans.story import FEWER, MODULES, PARTIES, TITLE, digest, draft

TYPES = EventTypes(TrainingPlanEvent)
FIRST = date(2026, 1, 5)
DIGESTS = [digest(version, modules) for version in (1, 2, 3) for modules in (MODULES, FEWER)]

cohorts = st.sampled_from(["pilot-1", "pilot-2"])
orders: st.SearchStrategy[TrainingPlanCommand] = st.one_of(
    st.just(draft),
    *(st.builds(EndorsePlan, st.sampled_from(PARTIES), st.sampled_from(DIGESTS)) for _ in range(5)),
    st.builds(AmendPlan, st.just(TITLE), st.sampled_from([MODULES, FEWER]), st.just("…"), st.just(1)),
    *(st.builds(ActivatePlan) for _ in range(3)),
    st.builds(SelectPilotCohort, cohorts, st.just("First year"), st.just(("ap-1",))),
    st.builds(EvaluatePilot, cohorts, st.sampled_from([*PilotOutcome]), st.just("…")),
    st.builds(LinkTheoryUnit, st.sampled_from(["steel", "shaft"]), st.just("shaft")),
)


@st.composite
def dated(draw: st.DrawFn) -> list[Order]:
    """Orders at times that go on, after a draft and with its endorsements likely."""
    today = FIRST
    made: list[Order] = [(draft, at(today))]
    if draw(st.booleans()):
        made += [(EndorsePlan(party, DIGESTS[0]), at(today)) for party in PARTIES]
    for command in draw(st.lists(orders, max_size=40)):
        today += timedelta(days=draw(st.sampled_from([0, 1, 9])))
        made.append((command, at(today)))
    return made


histories = dated().map(lambda given: played(training_plans, TYPES, given))
EXAMPLES = settings(max_examples=60, deadline=None)


@EXAMPLES
@given(histories)
def test_what_is_active_was_endorsed_by_all_three_and_as_it_reads(history: list[Any]) -> None:
    texts: dict[int, str] = {}
    endorsed: dict[str, set[Side]] = {}
    active: int | None = None
    for event in history:
        match event:
            case PlanDrafted(version=version, digest=text) | PlanAmended(version=version, digest=text):
                assert version == len(texts) + 1
                texts[version] = text
            case PlanEndorsed(side, _, version, text):
                assert text == texts[version] == texts[len(texts)]
                endorsed.setdefault(text, set()).add(side)
            case PlanActivated(version, text):
                assert text == texts[version]
                assert endorsed[text] == set(Side)
                before, active = active, version
                assert before is None or before < version
            case PlanSuperseded(version, by):
                assert (version, by) == (before, active)


@EXAMPLES
@given(histories)
def test_a_pilot_is_of_the_version_that_was_active_and_is_evaluated_at_most_once(history: list[Any]) -> None:
    active: int | None = None
    cohorts: dict[str, int] = {}
    evaluated: set[str] = set()
    for event in history:
        match event:
            case PlanActivated(version):
                active = version
            case PilotCohortSelected(cohort, version):
                assert version == active
                assert version not in cohorts.values()
                cohorts[cohort] = version
            case PilotEvaluated(cohort, version):
                assert cohorts[cohort] == version
                assert cohort not in evaluated
                evaluated.add(cohort)


@EXAMPLES
@given(histories.flatmap(lambda history: st.permutations(history + history[:3])))
def test_what_happened_is_never_refused_whatever_its_order(events: list[Any]) -> None:
    never_refused(training_plans, events)
