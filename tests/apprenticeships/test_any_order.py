"""Whatever is ordered, in whatever order: what holds for roles, modules, the pool, work afterwards and grievances."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import hypothesis
from hypothesis import settings
from hypothesis import strategies as st

from baseplus.apprenticeships.career import (
    AcceptOffer,
    ConfirmEmployment,
    DeclineOffer,
    GiveConsent,
    JoinPool,
    LeavePool,
    MakeOffer,
    WithdrawConsent,
)
from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipEvent,
    Destination,
    Direction,
    EmploymentConfirmed,
    ExitReason,
    GrievanceEvent,
    GrievanceOutcome,
    GrievanceRaised,
    GrievanceResolved,
    LearnerRole,
    ModulePassed,
    ModuleSelected,
    OfferAccepted,
    PoolConsentGiven,
    PoolConsentWithdrawn,
    RoleAssumed,
    RoleRelinquished,
    TalentPoolJoined,
    TalentPoolLeft,
)
from baseplus.apprenticeships.grievances import (
    EntrustGrievance,
    Handled,
    RaiseFor,
    RaiseGrievance,
    ResolveGrievance,
    grievances,
)
from baseplus.apprenticeships.learning import AssumeRole, PassModule, RelinquishRole, SelectModule
from baseplus.apprenticeships.model import AssignMentor, Complete, Exit, Start, apprenticeships
from baseplus.kernel.events import EventTypes
from tests.apprenticeships.story import MASTER, TUTOR, at, enrol
from tests.properties import Order, never_refused, played

TYPES = EventTypes(ApprenticeshipEvent, GrievanceEvent)
EXAMPLES = settings(max_examples=150, deadline=None)
FIRST = date(2026, 2, 1)

opening = (
    enrol,
    AssignMentor(TUTOR, "m-he", FIRST),
    AssignMentor(MASTER, "m-gao", FIRST),
    Start(FIRST),
)
roles, modules = st.sampled_from([*LearnerRole]), st.sampled_from(["milling", "turning", "cad"])
offers, enterprises = st.sampled_from(["o-1", "o-2", "o-3"]), st.sampled_from(["yunchuan", "hengtai"])
# Of the first 500 days, so that all of it may have happened when it is ordered.
days = st.none() | st.integers(0, 500).map(lambda number: FIRST + timedelta(days=number))
orders: st.SearchStrategy[Any] = st.one_of(
    st.builds(AssumeRole, roles, days, days),
    st.builds(RelinquishRole, roles, days),
    st.builds(SelectModule, st.sampled_from(["plan-1", "plan-2"]), modules, days),
    st.builds(PassModule, modules, days, st.none() | st.integers(0, 100)),
    *(st.builds(GiveConsent, days, days) for _ in range(3)),
    st.builds(WithdrawConsent, days),
    *(st.builds(JoinPool, days) for _ in range(3)),
    st.builds(LeavePool, days),
    *(st.builds(MakeOffer, offers, enterprises, st.just("Machinist"), on=days) for _ in range(2)),
    st.builds(DeclineOffer, offers, days),
    st.builds(AcceptOffer, offers, days, days),
    *(st.builds(ConfirmEmployment, st.sampled_from([3, 6, 12, 7]), st.sampled_from([*Destination]), days)
      for _ in range(2)),
    st.builds(Complete, days),
    st.builds(Exit, st.sampled_from([*ExitReason]), st.sampled_from([*Direction]), days),
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Any]:
    """What follows from orders at times that go on, two years in all."""
    now, given = FIRST, list[Order]()
    for command in (*opening, *draw(st.lists(orders, max_size=30))):
        given.append((command, at(now)))
        now += timedelta(days=draw(st.sampled_from([0, 1, 5, 40])))
    return played(apprenticeships, TYPES, given)


@EXAMPLES
@hypothesis.given(histories())
def test_nobody_is_in_the_pool_without_consent_and_whoever_is_hired_is_not(history: list[Any]) -> None:
    consent: PoolConsentGiven | None = None
    joined, hired = False, False
    for event in history:
        match event:
            case PoolConsentGiven():
                consent = event
            case PoolConsentWithdrawn():
                consent = None
                assert not joined
            case TalentPoolJoined(on=on, until=until):
                assert consent is not None
                assert not hired
                assert not joined
                assert (consent.until is None or on <= consent.until) and until == consent.until
                joined = True
            case TalentPoolLeft():
                assert joined
                joined = False
            case OfferAccepted(pooled=pooled, by_trainer=by_trainer):
                assert not hired
                assert pooled or by_trainer
                hired = True
            case ApprenticeExited():
                assert not any(isinstance(one, TalentPoolJoined) for one in history[history.index(event) :])


@EXAMPLES
@hypothesis.given(histories())
def test_a_role_is_assumed_and_relinquished_in_turn_and_a_module_is_passed_after_it_was_selected(
    history: list[Any],
) -> None:
    held: dict[LearnerRole, RoleAssumed] = {}
    selected: dict[str, ModuleSelected] = {}
    passed: set[str] = set()
    for event in history:
        match event:
            case RoleAssumed(role=role, on=on):
                there = held.get(role)
                assert there is None or (there.until is not None and there.until < on)
                held[role] = event
            case RoleRelinquished(role=role):
                del held[role]
            case ModuleSelected(module=module):
                assert module not in selected
                selected[module] = event
            case ModulePassed(plan, module, since, on):
                assert module not in passed
                assert (selected[module].plan, selected[module].on) == (plan, since)
                assert since <= on
                passed.add(module)


@EXAMPLES
@hypothesis.given(histories())
def test_a_correction_knows_what_it_corrects(history: list[Any]) -> None:
    found: dict[int, Destination] = {}
    before_a_hire: set[int] = set()
    for event in history:
        if isinstance(event, OfferAccepted):
            before_a_hire = set(found)
        if isinstance(event, EmploymentConfirmed):
            assert event.previous is found.get(event.months)
            assert event.anew is (event.months in before_a_hire)
            assert event.anew or event.previous is not event.destination
            before_a_hire.discard(event.months)
            assert event.months in (3, 6, 12)
            assert event.completed < event.on
            found[event.months] = event.destination


people = st.sampled_from(["t-zhou", "t-lin", "m-gao", "person-17"])
handlers = st.lists(people, min_size=1, max_size=3).map(tuple)
complaints: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        lambda whom, about: RaiseFor(RaiseGrievance("ap-17", "…", whom, about), "person-17", "drives", FIRST),
        handlers,
        st.none() | people,
    ),
    st.builds(
        Handled,
        st.builds(EntrustGrievance, people, handlers)
        | st.builds(ResolveGrievance, people, st.sampled_from([*GrievanceOutcome]), st.just("…")),
        st.dictionaries(people, people, max_size=2),
    ),
)
now_and_then: Callable[[Any], Order] = lambda order: (order, at(FIRST))  # noqa: E731
courses = st.lists(complaints.map(now_and_then), max_size=12).map(lambda given: played(grievances, TYPES, given))


@EXAMPLES
@hypothesis.given(courses)
def test_a_grievance_is_never_handled_by_whom_it_names_and_is_resolved_once(history: list[Any]) -> None:
    raised = [event for event in history if isinstance(event, GrievanceRaised)]
    assert len(raised) <= 1
    for event in history:
        if not isinstance(event, GrievanceResolved):
            assert raised[0].about not in event.handlers
            assert "person-17" not in event.handlers
    assert sum(isinstance(event, GrievanceResolved) for event in history[:-1]) == 0


@EXAMPLES
@hypothesis.given(histories().flatmap(lambda history: st.permutations(history + history[:3])))
def test_what_happened_is_never_refused_whatever_its_order(events: list[Any]) -> None:
    never_refused(apprenticeships, events)


@EXAMPLES
@hypothesis.given(courses.flatmap(lambda history: st.permutations(history + history[:3])))
def test_a_grievance_is_folded_whatever_the_order_of_its_events(events: list[Any]) -> None:
    never_refused(grievances, events)
