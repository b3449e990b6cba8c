from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from baseplus.apprenticeships.events import ApprenticeExited, ExitReason
from baseplus.investment.enrolment import enrolments
from baseplus.investment.events import CompensationSettled, CostCorrected, PoachingDeclared
from baseplus.investment.poaching import AgreeCompensation, DeclarePoaching, SettleCompensation
from baseplus.investment.terms import Part
from baseplus.kernel.vocabulary import Money
from tests.apprenticeships.story import day, in_training
from tests.contracts.examples import example
from tests.investment.story import (
    ENTERPRISE,
    SCHOOL,
    TODAY,
    agreed,
    claimed,
    cny,
    declared,
    enrolment,
    eur,
    given,
    incurred,
    instalment,
    known,
    lost,
    poached,
    trained,
    valued,
)

declare = known(DeclarePoaching(), poached)
agree = AgreeCompensation("Hengtai", cny("1500"), day(30, month=6))
settle = SettleCompensation("p-1", cny("500"))


def test_the_unrecovered_cost_is_known_the_day_an_apprentice_leaves() -> None:
    given(*trained).when(declare).then(declared)


def test_unrecovered_is_what_the_enterprise_bears_less_what_work_brought_back_in_each_currency_apart() -> None:
    half = (Part(ENTERPRISE, "50"), Part(SCHOOL, "50"))
    history = (
        incurred(),
        incurred("fee-1", eur("100"), borne=half),
        valued("o-1", cny("5000")),
        valued("o-2", eur("20")),
    )
    given(*history).when(declare).then(msgspec.structs.replace(declared, unrecovered=(eur("30"),)))


def test_who_cost_nothing_leaves_nothing_unrecovered() -> None:
    given().when(declare).then(PoachingDeclared("person-17", "drives", "yunchuan", TODAY, ()))


def test_only_who_left_as_poached_was_poached() -> None:
    given(*trained).when(known(DeclarePoaching())).then_rejected("apprentice_has_not_left")
    elsewhere = msgspec.structs.replace(poached, reason=ExitReason.CAREER_CHANGE)
    given(*trained).when(known(DeclarePoaching(), elsewhere)).then_rejected("not_poached", reason="career_change")


def test_a_poaching_declared_again_changes_nothing() -> None:
    given(*lost).when(declare).then()


def test_an_exit_is_read_from_the_apprenticeships_own_history() -> None:
    left = msgspec.structs.replace(example(ApprenticeExited), reason=ExitReason.POACHED, on=TODAY)
    assert enrolments.fold(in_training) == enrolment
    assert enrolments.fold([*in_training, left]) == poached


def test_compensation_is_agreed_once_for_a_declared_poaching_and_says_what_was_unrecovered_by_then() -> None:
    given(*lost).when(known(agree)).then(agreed)
    late = incurred("wage-2", cny("400"), first=False)
    given(*lost, late).when(known(agree)).then(msgspec.structs.replace(agreed, unrecovered=(cny("2400"),)))
    given(*trained).when(known(agree)).then_rejected("no_poaching_declared")
    given(*claimed).when(known(agree)).then_rejected("compensation_agreed_already", amount="1500")
    given(*lost).when(known(msgspec.structs.replace(agree, amount=cny("0")))).then_rejected("amount_out_of_range")


def test_compensation_is_agreed_after_the_apprentice_left() -> None:
    early = msgspec.structs.replace(agree, on=TODAY - timedelta(days=1))
    given(*lost).when(known(early)).then_rejected("earlier_than_the_last_change", on="2026-03-01", last="2026-03-02")


def test_compensation_is_paid_in_parts_until_nothing_remains() -> None:
    given(*claimed).when(known(settle)).then(instalment)
    rest = SettleCompensation("p-2", cny("1000.00"))
    given(*claimed, instalment).when(known(rest)).then(CompensationSettled("p-2", cny("1000.00"), cny("0"), TODAY))


@pytest.mark.parametrize(
    ("payment", "amount", "code", "facts"),
    [
        ("p-2", cny("1000.01"), "more_than_agreed", {"amount": "1000.01", "remaining": "1000"}),
        ("p-2", eur("1"), "another_currency", {"currency": "EUR", "needed": "CNY"}),
        ("p-2", cny("-1"), "amount_out_of_range", {"least": "0.0001", "most": "9999999999.9999"}),
        ("p-1", cny("500"), "payment_exists", {"payment": "p-1"}),
    ],
)
def test_never_more_is_paid_than_was_agreed(payment: str, amount: Money, code: str, facts: dict[str, str]) -> None:
    given(*claimed, instalment).when(known(SettleCompensation(payment, amount))).then_rejected(code, **facts)


def test_nothing_is_paid_before_something_is_agreed() -> None:
    given(*lost).when(known(settle)).then_rejected("no_compensation_agreed")
    given(*claimed).when(known(msgspec.structs.replace(settle, on=TODAY - timedelta(days=1)))).then_rejected(
        "earlier_than_the_last_change"
    )


def test_what_is_said_of_no_cost_or_claim_is_kept_out_of_the_account() -> None:
    assert given(example(CostCorrected)).state.costs == {}
    assert given(instalment).state.claim is None
