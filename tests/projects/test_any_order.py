"""Whatever is ordered, in whatever order: what must hold for a project."""

from __future__ import annotations

from itertools import pairwise

import hypothesis
from hypothesis import settings
from hypothesis import strategies as st

from baseplus.kernel.events import EventTypes
from baseplus.kernel.scenario import NOON
from baseplus.kernel.vocabulary import Money
from baseplus.projects.events import (
    IncubationAdmitted,
    IncubationEnded,
    IncubationGraduated,
    ProductVerified,
    ProjectApproved,
    ProjectCompleted,
    ProjectEvent,
    ProjectStaffed,
    RiskGateFailed,
    RiskGatePassed,
    StageAdvanced,
)
from baseplus.projects.model import projects
from baseplus.projects.parts import GATE_TO, Gate, Health, IncubationStage, Member, TeamRole
from baseplus.projects.project import Project
from baseplus.projects.proposals import Approve, Discuss, Propose, Reject
from baseplus.projects.ventures import Admit, Advance, EndIncubation, FailGate, Graduate, PassGate, SetBudget
from baseplus.projects.work import Abandon, Complete, RegisterProduct, ReportStatus, Staff, VerifyProduct
from tests.projects.story import budget, in_talk, limit
from tests.properties import never_refused, played

TYPES = EventTypes(ProjectEvent)
EXAMPLES = settings(max_examples=150, deadline=None)

ids = st.sampled_from(["a", "b", "c", "d", "e"])
people = st.sampled_from(["person-17", "person-18", "m-xu", "m-xu", "t-lin"])
teams = st.lists(st.builds(Member, people, st.sampled_from([*TeamRole])), min_size=1, max_size=3).map(tuple)
health = st.sampled_from([*Health])
gates = st.sampled_from([*Gate])
spent = st.sampled_from([None, None, Money("100", "CNY"), Money("30000", "CNY"), Money("1", "EUR")])
orders = st.one_of(
    st.just(Propose("A gripper", "…", "drives", "person-17")),
    st.builds(Discuss, st.tuples(people, people), people, st.just("…")),
    st.builds(Approve, people),
    st.builds(Reject, people, st.just("…")),
    *(st.builds(Staff, teams) for _ in range(3)),
    *(st.builds(ReportStatus, ids, people, health, st.just(50), st.just("…"), spent) for _ in range(3)),
    *(st.builds(RegisterProduct, ids, st.just("G"), people.map(lambda person: (person,))) for _ in range(2)),
    *(st.builds(VerifyProduct, ids, people, st.just("…")) for _ in range(2)),
    *(st.just(SetBudget(budget, limit)) for _ in range(3)),
    *(st.builds(PassGate, gates, people, st.just("…")) for _ in range(8)),
    st.builds(FailGate, gates, people, st.just("…")),
    *(st.just(Admit()) for _ in range(2)),
    *(st.builds(Advance, st.sampled_from([*IncubationStage])) for _ in range(4)),
    *(st.just(Graduate()) for _ in range(3)),
    st.just(EndIncubation("…")),
    st.just(Complete("…")),
    st.just(Abandon("…")),
)  # fmt: skip

OPENING = (
    Propose("A gripper", "…", "drives", "person-17"),
    Discuss(("person-17", "t-lin"), "t-lin", "…"),
    Approve("t-lin"),
    Staff((Member("person-17", TeamRole.LEAD), Member("person-18"))),
    SetBudget(budget, limit),
    PassGate(Gate.FEASIBILITY, "m-xu", "…"),
    Admit(),
    PassGate(Gate.PROTOTYPE, "m-xu", "…"),
    Advance(IncubationStage.PROTOTYPE),
    PassGate(Gate.MARKET, "m-xu", "…"),
    Advance(IncubationStage.MARKET),
)
histories = st.tuples(st.integers(0, len(OPENING)), st.lists(orders, min_size=1, max_size=30)).map(
    lambda drawn: played(
        projects, TYPES, [(order, NOON) for order in (*OPENING[: drawn[0]], *drawn[1])], repeatable=(Discuss,)
    )
)


def kinds(history: list[ProjectEvent]) -> list[type[ProjectEvent]]:
    return [type(event) for event in history]


@EXAMPLES
@hypothesis.given(histories)
def test_gates_are_passed_once_and_in_their_order(history: list[ProjectEvent]) -> None:
    passed = [event.gate for event in history if isinstance(event, RiskGatePassed)]
    assert passed == [*Gate][: len(passed)]
    for gate in Gate:
        tried = [e.attempt for e in history if isinstance(e, RiskGatePassed | RiskGateFailed) and e.gate is gate]
        assert tried == [*range(1, len(tried) + 1)]


@EXAMPLES
@hypothesis.given(histories)
def test_no_stage_is_entered_and_nobody_graduates_but_through_the_gate(history: list[ProjectEvent]) -> None:
    passed: set[Gate] = set()
    stages: list[IncubationStage] = []
    for event in history:
        match event:
            case RiskGatePassed():
                passed.add(event.gate)
            case IncubationAdmitted() | StageAdvanced():
                assert GATE_TO[event.stage] in passed
                stages.append(event.stage)
            case IncubationGraduated():
                assert passed == set(Gate)
                assert stages == [*IncubationStage]
            case _:
                pass
    assert stages == [*IncubationStage][: len(stages)]


@EXAMPLES
@hypothesis.given(histories)
def test_what_can_happen_once_happens_once_and_nothing_after_an_end(history: list[ProjectEvent]) -> None:
    once = kinds(history)
    for kind in (ProjectApproved, ProjectCompleted, IncubationAdmitted):
        assert once.count(kind) <= 1
    assert once.count(IncubationGraduated) + once.count(IncubationEnded) <= once.count(IncubationAdmitted)
    verified = [event.product for event in history if isinstance(event, ProductVerified)]
    assert len(set(verified)) == len(verified)


@EXAMPLES
@hypothesis.given(histories)
def test_nobody_judges_what_is_their_own(history: list[ProjectEvent]) -> None:
    insiders = {"person-17"}
    for event in history:
        match event:
            case ProjectStaffed():
                assert (insiders - {"person-17"}).isdisjoint(event.joined)
                insiders |= set(event.joined)
            case ProductVerified():
                assert event.verifier not in insiders
            case RiskGatePassed() | RiskGateFailed():
                assert event.assessor not in insiders
            case _:
                pass


@EXAMPLES
@hypothesis.given(histories)
def test_a_completed_project_has_passed_the_gate_that_it_failed(history: list[ProjectEvent]) -> None:
    state: Project = projects.fold(history)
    for before, after in pairwise(history):
        if isinstance(after, ProjectCompleted):
            assert not isinstance(before, RiskGateFailed)
    assert state.gates.failed not in state.gates.passed or state.gates.failed is None


@EXAMPLES
@hypothesis.given(histories.flatmap(lambda history: st.permutations(history + history[:3])))
def test_what_happened_is_never_refused_whatever_its_order(events: list[ProjectEvent]) -> None:
    never_refused(projects, events)


def test_the_random_histories_begin_as_the_story_does() -> None:
    opened = played(projects, TYPES, [(order, NOON) for order in OPENING], repeatable=(Discuss,))
    assert kinds(opened)[:2] == [type(event) for event in in_talk]
    assert IncubationAdmitted in kinds(opened)
