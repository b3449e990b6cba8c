"""Orders about reviews, actions and findings, in any order at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.events import EventTypes
from baseplus.oversight.actions import CloseAction, RaiseAction, actions
from baseplus.oversight.events import (
    OversightEvent,
    RiskAppealed,
    RiskConfirmed,
    RiskReasonAdded,
    SecondClassroomRiskCleared,
    SecondClassroomRiskRaised,
)
from baseplus.oversight.gaps import (
    ClearAuthorityDrift,
    CloseDutyGap,
    DetectAuthorityDrift,
    DetectDutyGap,
    authority_drifts,
    duty_gaps,
)
from baseplus.oversight.reviews import HoldJointReview, IssueAssociationReview, association_reviews, reviews
from baseplus.oversight.risks import AppealRisk, ClearRisk, ConfirmRisk, RaiseRisk, risks
from baseplus.oversight.terms import Behind, Present, Reason, Standing, Symptom, Verdict
from tests.properties import Order, never_refused, played

TYPES = EventTypes(OversightEvent)
EXAMPLES = settings(max_examples=100, deadline=None)

days = st.dates(date(2026, 1, 1), date(2026, 4, 1))
bases = st.sampled_from(["drives", "welding"])
people = st.sampled_from(["p-1", "p-2", "m-7"])
behind = st.lists(
    st.builds(Behind, st.just("bases.post_vacated.v1"), st.just("bases/b-1"), st.integers(1, 9)), max_size=2
)
shown = behind.map(tuple)
reasons = st.builds(Reason, st.sampled_from(Symptom), st.just("3"), shown, st.sampled_from([None, "ap-1", "ap-2"]))
present = st.lists(st.builds(Present, bases, st.sampled_from(Standing)), min_size=2, max_size=4).map(tuple)

of_reviews = st.builds(HoldJointReview, bases, present, st.just("…"), days, days, st.none() | days)
of_association = st.builds(
    IssueAssociationReview, bases, st.just("machinists"), st.sampled_from(Verdict), st.just("…"), st.none() | days
)
of_actions = st.one_of(
    st.builds(RaiseAction, bases, st.just("…"), people, days, st.none() | days),
    st.builds(CloseAction, st.just("…"), st.none() | days, shown),
)
of_risks: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        RaiseRisk,
        bases,
        st.sampled_from(["2026-02", "2026-03"]),
        st.lists(reasons, min_size=1, max_size=3, unique_by=lambda one: one.what).map(tuple),
    ),
    st.builds(AppealRisk, people, st.just("…")),
    st.builds(ConfirmRisk, people, st.just("…")),
    st.builds(ClearRisk, people, st.just("…")),
)
of_gaps = st.one_of(
    st.builds(DetectDutyGap, bases, st.just("hr"), days, st.integers(0, 30), st.none() | days, shown),
    st.builds(CloseDutyGap, st.none() | days, shown),
)
counts = st.integers(0, 20)
of_drifts = st.one_of(
    st.builds(DetectAuthorityDrift, bases, st.just("2026-02"), counts, counts, st.just(30), shown),
    st.builds(ClearAuthorityDrift, people, st.just("…")),
)
CAPABILITIES: list[tuple[Decider[Any, Any, Any], st.SearchStrategy[Command]]] = [
    (reviews, of_reviews),
    (association_reviews, of_association),
    (actions, of_actions),
    (risks, of_risks),
    (duty_gaps, of_gaps),
    (authority_drifts, of_drifts),
]


@st.composite
def orders(draw: st.DrawFn, commands: st.SearchStrategy[Command]) -> list[Order]:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    given_ = draw(st.lists(commands, min_size=1, max_size=14))
    return [(command, now + timedelta(hours=6 * number)) for number, command in enumerate(given_)]


@EXAMPLES
@given(st.data())
def test_what_happened_is_what_was_decided_and_nothing_is_done_twice(data: st.DataObject) -> None:
    for decider, commands in CAPABILITIES:
        played(decider, TYPES, data.draw(orders(commands)))


@EXAMPLES
@given(st.data())
def test_what_happened_is_never_refused_whatever_its_order(data: st.DataObject) -> None:
    for decider, commands in CAPABILITIES:
        history = played(decider, TYPES, data.draw(orders(commands)))
        never_refused(decider, data.draw(st.permutations(history + history[:2])))


@EXAMPLES
@given(orders(of_risks))
def test_a_risk_is_never_decided_by_who_appealed_nor_twice_by_the_same(given_: list[Order]) -> None:
    appellants, decided, final = set[str](), list[str](), False
    stated = set[tuple[str, str]]()
    for event in played(risks, TYPES, given_):
        assert not final
        match event:
            case SecondClassroomRiskRaised(_, _, said):
                stated = {reason.what for reason in said}
            case RiskReasonAdded(_, reason):
                assert reason.what not in stated
                assert not decided
                stated.add(reason.what)
            case RiskAppealed(_, appellant):
                appellants.add(appellant)
            case RiskConfirmed(_, person, _, appeal) | SecondClassroomRiskCleared(_, person, _, appeal):
                assert person not in appellants
                assert not appeal or person != decided[0]
                decided.append(person)
                final = isinstance(event, SecondClassroomRiskCleared)
