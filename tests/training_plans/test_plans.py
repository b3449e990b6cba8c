from __future__ import annotations

from typing import Any

import msgspec
import pytest

from baseplus.training_plans.events import (
    PilotOutcome,
    PlanActivated,
    PlanAmended,
    PlanEndorsed,
    PlanSuperseded,
    TheoryUnitLinkedToTask,
)
from baseplus.training_plans.model import (
    ActivatePlan,
    AmendPlan,
    EndorsePlan,
    EvaluatePilot,
    LinkTheoryUnit,
    TrainingPlanCommand,
)
from baseplus.training_plans.parts import Layer, Link, Module, PlanText, Topic
from tests.apprenticeships.story import day
from tests.training_plans.story import (
    FEWER,
    FIRST,
    MODULES,
    SECOND,
    TITLE,
    TODAY,
    activated,
    active,
    amend,
    amended,
    basic,
    by_association,
    by_enterprise,
    by_school,
    character,
    digest,
    draft,
    drafted,
    endorsed,
    given,
    mastery,
    select,
    skill,
)

change = msgspec.structs.replace


def test_a_plan_is_drafted_once() -> None:
    given().when(draft).then(drafted)
    given(drafted).when(draft).then_rejected("plan_exists", title=TITLE, version=1)


def test_a_plan_is_made_by_three_sides() -> None:
    given().when(change(draft, association="yunchuan")).then_rejected(
        "party_named_twice", parties=["qinglan", "yunchuan", "yunchuan"]
    )


def test_four_layers_character_basic_skill_expertise() -> None:
    given().when(change(draft, modules=(character, mastery, *MODULES[4:]))).then_rejected(
        "layers_missing", missing=["basic", "skill"]
    )
    given(drafted).when(change(amend, modules=(basic, skill, mastery))).then_rejected(
        "layers_missing", missing=["character"]
    )


def test_a_module_a_unit_and_a_task_have_ids_of_their_own() -> None:
    given().when(change(draft, modules=(*MODULES, skill))).then_rejected("named_twice", ids=["machining"])
    twice = Module("milling", "Milling", Layer.SKILL, units=(Topic("shaft", "Shafts"),))
    given().when(change(draft, modules=(*MODULES, twice))).then_rejected("named_twice", ids=["shaft"])


def test_modules_are_common_or_elective_so_that_a_plan_can_be_personal() -> None:
    given().when(change(draft, electives=3)).then_rejected("too_few_electives", electives=3, offered=2)
    assert given().when(change(draft, electives=2)).refusal is None


def test_each_side_endorses_the_text_that_it_read() -> None:
    given(drafted).when(EndorsePlan("qinglan", FIRST)).then(by_school)
    given(drafted).when(EndorsePlan("yunchuan", FIRST)).then(by_enterprise)
    given(drafted).when(EndorsePlan("machinists", FIRST)).then(by_association)
    given(drafted).when(EndorsePlan("qinglan", SECOND)).then_rejected("digest_differs", latest=FIRST, given=SECOND)
    given(drafted).when(EndorsePlan("hengtai", FIRST)).then_rejected(
        "unknown_party", party="hengtai", parties=["machinists", "qinglan", "yunchuan"]
    )
    given(drafted, by_school).when(EndorsePlan("qinglan", FIRST)).then_rejected(
        "endorsed_already", party="qinglan", version=1
    )


def test_active_only_when_all_three_have_endorsed_the_same_version() -> None:
    given(drafted, by_school, by_association).when(ActivatePlan()).then_rejected(
        "endorsements_missing", version=1, missing=["enterprise"]
    )
    given(drafted, *endorsed()).when(ActivatePlan(day(2, month=2))).then(activated)
    given(drafted, *endorsed(), amended).when(ActivatePlan()).then_rejected(
        "endorsements_missing", version=2, missing=["school", "enterprise", "association"]
    )


def test_an_endorsement_of_one_version_says_nothing_of_the_next() -> None:
    given(drafted, by_school, amended).when(EndorsePlan("qinglan", FIRST)).then_rejected(
        "digest_differs", latest=SECOND, given=FIRST
    )
    given(drafted, by_school, amended).when(EndorsePlan("qinglan", SECOND)).then(
        PlanEndorsed(by_school.side, "qinglan", 2, SECOND)
    )


def test_a_plan_is_amended_by_its_next_version() -> None:
    given(drafted).when(amend).then(amended)
    third = PlanAmended(TITLE, 3, MODULES, digest(3), "Robots again", 1)
    given(drafted, amended).when(AmendPlan(TITLE, MODULES, "Robots again", 1)).then(third)
    given(drafted).when(AmendPlan(TITLE, MODULES, "Nothing", 1)).then_rejected("plan_unchanged", version=1)


def test_the_active_version_stays_active_until_a_later_one_supersedes_it() -> None:
    state = given(*active, amended).state
    assert (state.active, state.text.version) == (1, 2)
    given(*active, amended, *endorsed(2, SECOND)).when(ActivatePlan()).then(
        PlanActivated(2, SECOND, TODAY), PlanSuperseded(1, 2, TODAY)
    )


def test_a_version_is_activated_once() -> None:
    given(*active).when(ActivatePlan()).then_rejected("active_already", version=1)


def test_a_version_is_not_active_before_the_one_that_it_supersedes_or_before_its_day() -> None:
    ready = (*active, amended, *endorsed(2, SECOND))
    given(*ready).when(ActivatePlan(day(1, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-01", last="2026-02-02"
    )
    given(*ready).when(ActivatePlan(day(4))).then_rejected("not_happened_yet", on="2026-03-04")


def test_a_theory_unit_is_linked_to_the_task_that_needs_it() -> None:
    link = LinkTheoryUnit("steel", "shaft")
    linked = TheoryUnitLinkedToTask("steel", "shaft")
    given(drafted).when(link).then(linked)
    given(drafted, linked).when(link).then()
    given(drafted).when(LinkTheoryUnit("shaft", "shaft")).then_rejected("no_such_unit", unit="shaft")
    given(drafted).when(LinkTheoryUnit("steel", "steel")).then_rejected("no_such_task", task="steel")


def test_a_link_goes_with_the_unit_or_task_that_an_amendment_removes() -> None:
    linked = TheoryUnitLinkedToTask("steel", "shaft")
    assert given(drafted, linked).state.links == {Link("steel", "shaft")}
    assert given(drafted, linked, amended).state.links == frozenset()
    kept = PlanAmended(TITLE, 2, MODULES[:4], "0" * 64, "…", 1)
    assert given(drafted, linked, kept).state.links == {Link("steel", "shaft")}


@pytest.mark.parametrize(
    "order",
    [
        amend,
        EndorsePlan("qinglan", FIRST),
        ActivatePlan(),
        select,
        EvaluatePilot("pilot-1", PilotOutcome.STOP, "…"),
        LinkTheoryUnit("steel", "shaft"),
    ],
)
def test_nothing_happens_to_a_plan_that_was_never_drafted(order: TrainingPlanCommand) -> None:
    given().when(order).then_rejected("no_such_plan")


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "CNC machinist"},
        {"occupation": "toolmaker"},
        {"version": 2},
        {"modules": FEWER},
        {"modules": MODULES[::-1]},
        {"electives": 2},
    ],
)
def test_the_digest_is_of_all_that_the_text_says(changed: dict[str, Any]) -> None:
    text = PlanText(title=TITLE, occupation="cnc-machinist", version=1, modules=MODULES, electives=1)
    assert text.digest == FIRST
    assert change(text, **changed).digest != FIRST
