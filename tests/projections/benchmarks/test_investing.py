"""What entries contribute to the indicators of money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import hypothesis
import pytest
from hypothesis import settings

from baseplus.investment.account import Account
from baseplus.investment.events import CostApportioned, CostCorrected, InvestmentEvent, OutputCorrected
from baseplus.investment.model import investment
from baseplus.investment.terms import Bearer, Part, borne_by
from projections.benchmarks.indicators import indicator
from projections.benchmarks.views import Contributions
from tests.apprenticeships.story import day
from tests.investment.story import ENTERPRISE, SCHOOL, TODAY, WAGE, cny, eur, incurred, valued
from tests.investment.test_any_order import histories
from tests.projections.folding import fold

half = (Part(ENTERPRISE, "1500"), Part(SCHOOL, "1500"))
Figures = dict[tuple[str, str, str], tuple[int, int, int]]
"""(base, period, currency) -> (numerator, denominator, people)."""


def figures(key: str, events: Sequence[InvestmentEvent]) -> Figures:
    rows = fold(Contributions(), "investment/ap-17", events).values()
    return {
        (row.base, row.period, row.category): (row.numerator, row.denominator, row.people)
        for row in rows
        if row.indicator == key
    }


def test_the_enterprises_share_is_of_all_cost_of_the_month_and_currency() -> None:
    history = [incurred(), incurred("fee", cny("1000"), paid_by=SCHOOL, borne=(Part(SCHOOL, "1000"),), first=False)]
    assert figures("enterprise_cost_share", history) == {("drives", "2026-03", "CNY"): (300_000_00, 4000_00, 1)}
    apart = [*history, incurred("w-1", eur("1")), incurred("w-0", cny("7"), day(28, month=2))]
    assert figures("enterprise_cost_share", apart) == {
        ("drives", "2026-02", "CNY"): (700_00, 7_00, 1),
        ("drives", "2026-03", "CNY"): (300_000_00, 4000_00, 1),
        ("drives", "2026-03", "EUR"): (100_00, 1_00, 1),
    }


def test_a_share_that_is_agreed_later_and_a_correction_correct_the_month_of_the_cost() -> None:
    apportioned = CostApportioned("wage-1", WAGE, cny("3000"), half, incurred().borne, TODAY, "drives")
    place = ("drives", "2026-03", "CNY")
    assert figures("enterprise_cost_share", [incurred(), apportioned]) == {place: (150_000_00, 3000_00, 1)}
    less = (Part(ENTERPRISE, "1000"), Part(SCHOOL, "1000"))
    corrected = CostCorrected("wage-1", WAGE, cny("2000"), less, cny("3000"), half, TODAY, "p", "drives", "…")
    assert figures("enterprise_cost_share", [incurred(), apportioned, corrected]) == {place: (100_000_00, 2000_00, 1)}


def test_the_return_is_what_work_was_worth_for_what_training_cost_whoever_bears_it() -> None:
    place = ("drives", "2026-03", "CNY")
    assert figures("return_on_training", [incurred(borne=half), valued()]) == {place: (1000_00, 3000_00, 1)}
    worth = OutputCorrected("output-1", cny("400.005"), cny("1000"), TODAY, "p", "drives", "…")
    assert figures("return_on_training", [incurred(), valued(), worth]) == {place: (400_01, 3000_00, 1)}


@settings(max_examples=150, deadline=None)
@hypothesis.given(histories)
def test_the_figures_are_those_of_the_entries_as_they_stand(history: list[InvestmentEvent]) -> None:
    state: Account = investment.fold(history)
    cost, borne, output, people = Counter(), Counter(), Counter(), set()  # type: ignore[var-annotated]
    for entry in state.costs.values():
        place = ("drives", f"{entry.on:%Y-%m}", entry.amount.currency)
        cost[place] += hundredths(entry.amount.value)
        borne[place] += hundredths(borne_by(Bearer.ENTERPRISE, entry.borne))
        people.add(place)
    for made in state.outputs.values():
        output["drives", f"{made.on:%Y-%m}", made.amount.currency] += hundredths(made.amount.value)
    shares = figures("enterprise_cost_share", history)
    assert shares == {place: (100 * borne[place], cost[place], 1) for place in people}
    assert all(0 <= share <= 100 * whole for share, whole, _ in shares.values())
    assert figures("return_on_training", history) == {
        place: (output[place], cost[place], int(place in people)) for place in people | output.keys()
    }


def hundredths(amount: object) -> int:
    """Written another way than the indicator does it: from the digits."""
    whole, _, places = f"{amount:.4f}".partition(".")
    number = int(whole + places)
    return (number + 50) // 100


@pytest.mark.parametrize(("key", "better"), [("enterprise_cost_share", "context"), ("return_on_training", "higher")])
def test_what_is_better_is_declared(key: str, better: str) -> None:
    assert indicator(key).better == better
