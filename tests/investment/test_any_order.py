"""Whatever is ordered, in whatever order: what must hold for the money of an apprenticeship."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import hypothesis
from hypothesis import settings
from hypothesis import strategies as st

from baseplus.investment.account import Account
from baseplus.investment.entries import AgreeShare, CorrectCost, CorrectOutput, IncurCost, ValueOutput
from baseplus.investment.events import (
    CompensationAgreed,
    CompensationSettled,
    CostApportioned,
    CostCorrected,
    CostIncurred,
    InvestmentEvent,
    OutputCorrected,
    OutputValued,
)
from baseplus.investment.model import OrderFor, investment
from baseplus.investment.poaching import AgreeCompensation, DeclarePoaching, SettleCompensation
from baseplus.investment.returns import IssueStatement
from baseplus.investment.terms import Bearer, CostKind, Part, Rate, Share
from baseplus.kernel.events import EventTypes
from baseplus.kernel.scenario import NOON
from baseplus.kernel.vocabulary import Money
from tests.investment.story import TODAY, enrolment, poached
from tests.properties import Order, never_refused, played

TYPES = EventTypes(InvestmentEvent)
EXAMPLES = settings(max_examples=150, deadline=None)

ids = st.sampled_from(["a", "b", "c", "d"])
amounts = st.sampled_from(["0", "0.01", "99.99", "100", "1234.5678", "5000"])
money = st.builds(Money, amounts, st.sampled_from(["CNY", "CNY", "CNY", "EUR"]))
kinds = st.sampled_from([*CostKind])
bearers = st.sampled_from([*Bearer])
days = st.integers(-70, 0).map(lambda back: TODAY + timedelta(days=back))
shares = st.tuples(st.permutations([*Bearer]), st.sampled_from([(100,), (50, 50), (33, 33, 34), (1, 1, 1, 97)])).map(
    lambda drawn: tuple(Share(bearer, percent) for bearer, percent in zip(drawn[0], drawn[1], strict=False))
)
orders: st.SearchStrategy[object] = st.one_of(
    *(st.builds(IncurCost, ids, kinds, money, bearers, days) for _ in range(4)),
    st.builds(CorrectCost, ids, money, st.just("A slip")),
    st.builds(AgreeShare, kinds.map(lambda kind: (kind,)), shares, days),
    st.builds(AgreeShare, st.just((CostKind.WAGE, CostKind.TRAINING_FEE)), shares, days),
    *(st.builds(ValueOutput, ids, money, days) for _ in range(2)),
    st.builds(CorrectOutput, ids, money, st.just("A slip")),
    st.builds(IssueStatement, money, money, st.sampled_from([(), (Rate("EUR", "7.84"),)])),
    *(st.just(DeclarePoaching()) for _ in range(2)),
    *(st.builds(AgreeCompensation, st.just("Hengtai"), money, st.just(TODAY)) for _ in range(2)),
    *(st.builds(SettleCompensation, ids, money) for _ in range(3)),
)
known: Callable[[object], Order] = lambda order: (OrderFor(order, poached), NOON)  # type: ignore[arg-type]  # noqa: E731
histories = st.lists(orders.map(known), min_size=1, max_size=30).map(lambda given: played(investment, TYPES, given))


def borne_in_full(event: CostIncurred | CostCorrected | CostApportioned) -> bool:
    return sum(Decimal(part.amount) for part in event.borne) == event.amount.value


@EXAMPLES
@hypothesis.given(histories)
def test_the_parts_of_a_cost_are_always_the_whole(history: list[InvestmentEvent]) -> None:
    for event in history:
        if isinstance(event, CostIncurred | CostCorrected | CostApportioned):
            assert borne_in_full(event)
            assert all(Decimal(part.amount) >= 0 for part in event.borne)


@EXAMPLES
@hypothesis.given(histories)
def test_what_corrections_take_back_is_what_stood_there(history: list[InvestmentEvent]) -> None:
    amounts: dict[str, Money] = {}
    borne: dict[str, tuple[Part, ...]] = {}
    for event in history:
        match event:
            case CostIncurred():
                amounts[f"cost {event.cost}"], borne[event.cost] = event.amount, event.borne
            case CostCorrected():
                assert (event.previous, event.previously_borne) == (amounts[f"cost {event.cost}"], borne[event.cost])
                amounts[f"cost {event.cost}"], borne[event.cost] = event.amount, event.borne
            case CostApportioned():
                assert (event.amount, event.previously_borne) == (amounts[f"cost {event.cost}"], borne[event.cost])
                borne[event.cost] = event.borne
            case OutputValued():
                amounts[f"output {event.output}"] = event.amount
            case OutputCorrected():
                assert event.previous == amounts[f"output {event.output}"]
                amounts[f"output {event.output}"] = event.amount
            case _:
                pass
    state: Account = investment.fold(history)
    assert {id_: cost.borne for id_, cost in state.costs.items()} == borne


@EXAMPLES
@hypothesis.given(histories)
def test_each_cost_is_borne_as_agreed_last_for_its_kind_and_day(history: list[InvestmentEvent]) -> None:
    state: Account = investment.fold(history)
    for cost in state.costs.values():
        assert cost.borne == state.borne(cost.kind, cost.amount.value, cost.on, cost.paid_by)


@EXAMPLES
@hypothesis.given(histories)
def test_one_cost_of_each_month_and_currency_is_the_first(history: list[InvestmentEvent]) -> None:
    seen: set[tuple[str, str]] = set()
    for event in history:
        if isinstance(event, CostIncurred):
            place = (f"{event.on:%Y-%m}", event.amount.currency)
            assert event.first == (place not in seen)
            seen.add(place)


@EXAMPLES
@hypothesis.given(histories)
def test_what_was_paid_and_what_remains_is_what_was_agreed(history: list[InvestmentEvent]) -> None:
    agreed, paid = Decimal(0), Decimal(0)
    for event in history:
        match event:
            case CompensationAgreed():
                assert not agreed
                agreed = event.amount.value
            case CompensationSettled():
                paid += event.amount.value
                assert 0 <= event.remaining.value == agreed - paid
            case _:
                pass


@EXAMPLES
@hypothesis.given(histories.flatmap(lambda history: st.permutations(history + history[:3])))
def test_what_happened_is_never_refused_whatever_its_order(events: list[InvestmentEvent]) -> None:
    never_refused(investment, events)


@EXAMPLES
@hypothesis.given(st.lists(orders, min_size=1, max_size=15))
def test_nobody_is_poached_who_has_not_left(given: list[object]) -> None:
    history = played(investment, TYPES, [(OrderFor(order, enrolment), NOON) for order in given])  # type: ignore[arg-type]
    assert investment.fold(history).poached is None
