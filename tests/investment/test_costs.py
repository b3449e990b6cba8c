from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.apprenticeships.events import ApprenticeshipEvent
from baseplus.investment.enrolment import Enrolment, enrolments
from baseplus.investment.entries import AgreeShare, CorrectCost, CorrectOutput, IncurCost, ValueOutput
from baseplus.investment.events import CostApportioned, CostCorrected, CostShareAgreed, OutputCorrected
from baseplus.investment.model import Order, OrderFor, of_enrolled
from baseplus.investment.terms import MOST, Part, Share, split, written
from baseplus.kernel.decisions import Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.scenario import NOON
from baseplus.kernel.vocabulary import TenantId
from tests.apprenticeships.story import day, in_training
from tests.investment.story import (
    ENTERPRISE,
    FEE,
    SCHOOL,
    TODAY,
    WAGE,
    cny,
    enrolment,
    eur,
    given,
    halves,
    incurred,
    known,
    shared,
    trained,
    valued,
)

QINGLAN = TenantId("qinglan")
wage = IncurCost("wage-1", WAGE, cny("3000"))


def loading(*history: ApprenticeshipEvent) -> Any:
    def load(tenant: TenantId, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        events = history if (tenant, decider.stream(thing)) == (QINGLAN, "apprenticeships/ap-17") else ()
        return decider.fold(events), len(events)

    return load


def test_the_money_of_an_apprentice_is_that_of_their_enrolment() -> None:
    assert of_enrolled(loading(*in_training), QINGLAN, "ap-17", wage) == OrderFor(wage, enrolment)
    with pytest.raises(Rejected, match="no such apprenticeship") as refused:
        of_enrolled(loading(*in_training), QINGLAN, "ap-18", wage)
    assert refused.value.facts == {}


def test_an_apprenticeship_is_read_here_and_ordered_elsewhere() -> None:
    with pytest.raises(Rejected, match="no such command"):
        enrolments.decide(wage, Enrolment(), NOON)


def test_a_cost_is_borne_by_whoever_paid_where_nothing_is_agreed() -> None:
    given().when(known(wage)).then(incurred())
    fee = IncurCost("fee-1", FEE, cny("80"), SCHOOL)
    given().when(known(fee)).then(incurred("fee-1", cny("80"), kind=FEE, paid_by=SCHOOL, borne=(Part(SCHOOL, "80"),)))


def test_a_cost_is_borne_as_agreed_for_its_kind_from_the_first_day_of_the_agreement() -> None:
    half = (Part(ENTERPRISE, "1500"), Part(SCHOOL, "1500"))
    given(shared).when(known(wage)).then(incurred(borne=half))
    given(shared).when(known(msgspec.structs.replace(wage, on=day(1, month=2)))).then(
        incurred(on=day(1, month=2), borne=half)
    )
    before = day(31, month=1)
    given(shared).when(known(msgspec.structs.replace(wage, on=before))).then(incurred(on=before))
    given(shared).when(known(msgspec.structs.replace(wage, kind=FEE))).then(incurred(kind=FEE))


def test_a_later_agreement_takes_the_place_of_an_earlier_one_from_its_first_day_on() -> None:
    alone = CostShareAgreed((WAGE, FEE), (Share(SCHOOL, 100),), day(2))
    given(shared, alone).when(known(wage)).then(incurred(borne=(Part(SCHOOL, "3000"),)))
    yesterday = TODAY - timedelta(days=1)
    given(shared, alone).when(known(msgspec.structs.replace(wage, on=yesterday))).then(
        incurred(on=yesterday, borne=(Part(ENTERPRISE, "1500"), Part(SCHOOL, "1500")))
    )


def test_costs_that_were_recorded_before_a_share_was_agreed_are_borne_anew() -> None:
    half = (Part(ENTERPRISE, "1500"), Part(SCHOOL, "1500"))
    early = incurred("wage-0", on=day(31, month=1))
    given(early, incurred(), incurred("fee-1", kind=FEE, first=False)).when(
        known(AgreeShare((WAGE,), halves, day(1, month=2)))
    ).then(
        shared,
        CostApportioned("wage-1", WAGE, cny("3000"), half, (Part(ENTERPRISE, "3000"),), TODAY, "drives"),
    )


def test_the_same_share_again_changes_nothing() -> None:
    given(shared).when(known(AgreeShare((WAGE,), halves, day(1, month=2)))).then()
    again = CostShareAgreed((WAGE,), (Share(SCHOOL, 100),), day(1, month=2))
    given(shared, again).when(known(AgreeShare((WAGE,), halves, day(1, month=2)))).then(shared)


def test_shares_are_of_the_whole_and_name_each_bearer_and_kind_once() -> None:
    def agree(*shares: Share, kinds: tuple[Any, ...] = (WAGE,)) -> Any:
        return given().when(known(AgreeShare(kinds, shares, TODAY)))

    agree(Share(ENTERPRISE, 50), Share(SCHOOL, 40)).then_rejected("shares_do_not_sum_to_100", sum=90)
    agree(Share(SCHOOL, 50), Share(SCHOOL, 50)).then_rejected("bearer_named_twice", bearers=["school"])
    agree(*halves, kinds=(WAGE, WAGE)).then_rejected("kind_named_twice", kinds=["wage", "wage"])


def test_the_last_bearer_bears_what_is_left_so_that_the_parts_are_the_whole() -> None:
    thirds = (Share(ENTERPRISE, 33), Share(SCHOOL, 33), Share(ENTERPRISE, 34))
    parts = split(Decimal("0.0001"), thirds)
    assert [part.amount for part in parts] == ["0", "0", "0.0001"]
    assert [part.amount for part in split(Decimal("99.99"), halves)] == ["49.995", "49.995"]


def test_an_amount_is_written_with_no_more_places_than_it_needs() -> None:
    given_written = {"1200": "1200", "1200.5": "1200.50", "0.12345": "0.1235", "-0.00001": "0", "1E+3": "1000"}
    assert {given: written(Decimal(given)) for given in given_written} == given_written
    with pytest.raises(Rejected, match="amount out of range"):
        written(Decimal(10) ** 15)


@pytest.mark.parametrize("amount", ["0", "-1", "10000000000"])
def test_a_cost_and_an_output_are_more_than_nothing_and_not_beyond_measure(amount: str) -> None:
    facts = {"least": "0.0001", "most": f"{MOST}"}
    given().when(known(IncurCost("wage-1", WAGE, cny(amount)))).then_rejected("amount_out_of_range", **facts)
    given().when(known(ValueOutput("output-1", cny(amount)))).then_rejected("amount_out_of_range", **facts)


def test_a_cost_and_an_output_are_recorded_once() -> None:
    given(*trained).when(known(wage)).then_rejected("cost_exists", cost="wage-1")
    given(*trained).when(known(ValueOutput("output-1", cny("1")))).then_rejected("output_exists", output="output-1")


def test_a_cost_and_an_output_have_happened() -> None:
    later = TODAY + timedelta(days=2)
    given().when(known(IncurCost("w", WAGE, cny("1"), on=later))).then_rejected("not_happened_yet", on="2026-03-04")
    given().when(known(ValueOutput("o", cny("1"), on=later))).then_rejected("not_happened_yet", on="2026-03-04")


def test_the_first_cost_of_a_month_and_currency_says_so() -> None:
    given(incurred()).when(known(IncurCost("w2", WAGE, cny("1")))).then(incurred("w2", cny("1"), first=False))
    given(incurred()).when(known(IncurCost("w2", WAGE, eur("1")))).then(incurred("w2", eur("1")))
    january = day(31, month=1)
    given(incurred()).when(known(IncurCost("w2", WAGE, cny("1"), on=january))).then(incurred("w2", cny("1"), january))


def test_what_was_made_is_worth_something_to_the_enterprise() -> None:
    given().when(known(ValueOutput("output-1", cny("1000")))).then(valued())


def test_a_correction_says_what_it_takes_back_and_is_borne_as_agreed() -> None:
    given(incurred()).when(known(CorrectCost("wage-1", cny("2800"), "Two days were unpaid"))).then(
        CostCorrected(
            cost="wage-1",
            kind=WAGE,
            amount=cny("2800"),
            borne=(Part(ENTERPRISE, "2800"),),
            previous=cny("3000"),
            previously_borne=(Part(ENTERPRISE, "3000"),),
            on=TODAY,
            apprentice="person-17",
            base="drives",
            reason="Two days were unpaid",
        )
    )
    given(valued()).when(known(CorrectOutput("output-1", cny("0"), "It was scrap"))).then(
        OutputCorrected("output-1", cny("0"), cny("1000"), TODAY, "person-17", "drives", "It was scrap")
    )


@pytest.mark.parametrize(
    ("order", "code", "facts"),
    [
        (CorrectCost("wage-9", cny("1"), "…"), "no_such_cost", {"cost": "wage-9"}),
        (CorrectCost("wage-1", cny("3000.00"), "…"), "correction_changes_nothing", {}),
        (CorrectCost("wage-1", eur("1"), "…"), "another_currency", {"currency": "EUR", "needed": "CNY"}),
        (CorrectCost("wage-1", cny("-1"), "…"), "amount_out_of_range", {"least": "0", "most": f"{MOST}"}),
        (CorrectOutput("output-9", cny("1"), "…"), "no_such_output", {"output": "output-9"}),
        (CorrectOutput("output-1", cny("1000.0"), "…"), "correction_changes_nothing", {}),
        (CorrectOutput("output-1", eur("1"), "…"), "another_currency", {"currency": "EUR", "needed": "CNY"}),
    ],
)
def test_a_correction_corrects_what_is_there_in_its_currency(order: Order, code: str, facts: dict[str, Any]) -> None:
    given(*trained).when(known(order)).then_rejected(code, **facts)


def test_an_enterprise_speaks_for_its_own_apprentices() -> None:
    theirs = msgspec.structs.replace(wage, enterprise="hengtai")
    given().when(known(theirs)).then_rejected("another_enterprise", named="hengtai", enterprise="yunchuan")
    given().when(known(msgspec.structs.replace(wage, enterprise="yunchuan"))).then(incurred())
