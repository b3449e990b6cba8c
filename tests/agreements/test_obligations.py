from __future__ import annotations

from datetime import date

import pytest

from baseplus.agreements.drafting import Sign
from baseplus.agreements.due import first_due, next_due
from baseplus.agreements.events import (
    AgreementDrafted,
    AgreementSigned,
    AgreementTookEffect,
    BreachCured,
    ObligationBreached,
    ObligationFellDue,
    ObligationFulfilled,
    ObligationLapsed,
    ObligationPostponed,
    ObligationScheduled,
)
from baseplus.agreements.model import Agreement, agreements
from baseplus.agreements.obligations import CureBreach, Fulfil, PassDueDates
from baseplus.agreements.terms import ByDate, Every, Evidence, Obligation, Quantity
from tests.agreements.story import (
    DIGEST,
    ENDS,
    FOUNDED,
    GUIDANCE,
    PROPOSED,
    STARTS,
    at,
    drafted,
    founded,
    given,
    guidance,
    in_force,
    signed_by_both,
    signed_by_school,
)

MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)
HOURS = Quantity("16", "hours")
enough = (guidance(11, "10"), guidance(12, "6.5"))
in_time = ObligationFulfilled("guide", 1, enough)


def next_guidance(occurrence: int, due: date) -> ObligationScheduled:
    return ObligationScheduled("guide", occurrence, "yunchuan", due, (GUIDANCE,), HOURS)


def every(months: int, first: date, until: date | None = None) -> Obligation:
    return Obligation((GUIDANCE,), Every(months, first, until))


def test_an_obligation_is_fulfilled_by_evidence_that_adds_up() -> None:
    given(*in_force).when(Fulfil("guide", 1, enough)).then(in_time)


def test_evidence_that_falls_short_fulfils_nothing() -> None:
    given(*in_force).when(Fulfil("guide", 1, (guidance(11, "15.9999"),))).then_rejected(
        "evidence_falls_short", clause="guide", given="15.9999", needed="16 hours"
    )


def test_evidence_is_of_a_kind_that_the_clause_names() -> None:
    other = Evidence(FOUNDED, "bases/b-1", 3, "16")
    given(*in_force).when(Fulfil("guide", 1, (other,))).then_rejected(
        "evidence_of_another_kind", type=FOUNDED, fulfilled_by=[GUIDANCE]
    )


def test_an_event_counts_once_for_a_clause() -> None:
    twice = Fulfil("guide", 1, (guidance(11, "8"), guidance(11, "8")))
    given(*in_force).when(twice).then_rejected("evidence_counted_already", clause="guide", position=11)
    passed = ObligationFellDue("guide", 1, MARCH, fulfilled=True), next_guidance(2, APRIL)
    again = Fulfil("guide", 2, (guidance(12, "16"),))
    given(*in_force, in_time, *passed).when(again, at=at(APRIL)).then_rejected(
        "evidence_counted_already", clause="guide", position=12
    )


def test_only_what_is_owed_is_fulfilled() -> None:
    for clause, occurrence in (("hire", 1), ("guide", 2)):
        given(*in_force).when(Fulfil(clause, occurrence, enough)).then_rejected(
            "no_such_obligation", clause=clause, occurrence=occurrence
        )


def test_an_obligation_is_fulfilled_once() -> None:
    given(*in_force, in_time).when(Fulfil("guide", 1, (guidance(20, "16"),))).then_rejected(
        "obligation_not_open", clause="guide", occurrence=1, state="fulfilled"
    )


def test_the_due_date_is_the_last_day_on_which_it_is_in_time() -> None:
    given(*in_force).when(Fulfil("guide", 1, enough), at=at(MARCH)).then(in_time)
    given(*in_force).when(Fulfil("guide", 1, enough), at=at(date(2026, 4, 1))).then_rejected(
        "due_date_has_passed", clause="guide", occurrence=1, due="2026-03-31"
    )


def test_nothing_falls_due_until_its_due_date_has_passed() -> None:
    given(*in_force).when(PassDueDates(), at=at(MARCH)).then()


def test_once_due_dates_have_passed_obligations_fell_due_and_unfulfilled_are_breached() -> None:
    given(*in_force, in_time).when(PassDueDates(), at=at(date(2026, 4, 1))).then(
        ObligationFellDue("found", 1, MARCH),
        ObligationBreached("found", 1, MARCH),
        ObligationFellDue("guide", 1, MARCH, fulfilled=True),
        next_guidance(2, APRIL),
    )


def test_due_dates_that_nobody_looked_at_pass_one_by_one() -> None:
    given(*in_force, founded).when(PassDueDates(), at=at(date(2026, 5, 5))).then(
        ObligationFellDue("found", 1, MARCH, fulfilled=True),
        ObligationFellDue("guide", 1, MARCH),
        ObligationBreached("guide", 1, MARCH),
        next_guidance(2, APRIL),
        ObligationFellDue("guide", 2, APRIL),
        ObligationBreached("guide", 2, APRIL),
        next_guidance(3, MAY),
    )


def test_due_dates_pass_once() -> None:
    given(*in_force).when(PassDueDates(), PassDueDates(), at=at(date(2026, 5, 5))).then()


def test_what_comes_late_cures_the_breach() -> None:
    breached = ObligationFellDue("guide", 1, MARCH), ObligationBreached("guide", 1, MARCH)
    cured = BreachCured("guide", 1, enough, MARCH)
    april = at(date(2026, 4, 9))
    given(*in_force, *breached).when(Fulfil("guide", 1, enough), at=april).then_rejected(
        "obligation_not_open", clause="guide", occurrence=1, state="breached"
    )
    given(*in_force, *breached).when(CureBreach("guide", 1, enough), at=april).then(cured)
    given(*in_force, *breached, cured).when(CureBreach("guide", 1, (guidance(30, "16"),)), at=april).then_rejected(
        "obligation_not_breached", clause="guide", occurrence=1, state="cured"
    )


def test_a_breach_is_cured_only_by_enough_of_the_right_kind() -> None:
    breached = ObligationFellDue("guide", 1, MARCH), ObligationBreached("guide", 1, MARCH)
    given(*in_force, *breached).when(CureBreach("guide", 1, (guidance(30, "2"),))).then_rejected(
        "evidence_falls_short", clause="guide", given="2", needed="16 hours"
    )
    given(*in_force).when(CureBreach("guide", 1, enough)).then_rejected(
        "obligation_not_breached", clause="guide", occurrence=1, state="open"
    )


@pytest.mark.parametrize(
    ("obligation", "start", "end", "due"),
    [
        (Obligation((GUIDANCE,), ByDate(MARCH)), date(2026, 5, 1), None, MARCH),
        (Obligation((GUIDANCE,), ByDate(MARCH)), date(2026, 1, 1), date(2026, 3, 30), None),
        (every(1, date(2026, 1, 31)), date(2026, 1, 31), None, date(2026, 1, 31)),
        (every(1, date(2026, 1, 31)), date(2026, 2, 1), None, date(2026, 2, 28)),
        (every(3, date(2025, 11, 15)), date(2026, 5, 16), None, date(2026, 8, 15)),
        (every(1, date(2026, 6, 15)), date(2026, 1, 1), None, date(2026, 6, 15)),
        (every(1, date(2026, 6, 15)), date(2026, 7, 1), date(2026, 7, 14), None),
        (every(1, date(2026, 1, 31), until=date(2026, 2, 27)), date(2026, 2, 1), None, None),
    ],
)
def test_the_first_due_date_is_the_first_one_in_force(
    obligation: Obligation, start: date, end: date | None, due: date | None
) -> None:
    assert first_due(obligation, start, end) == due


def test_a_months_last_day_stays_one() -> None:
    due, seen = date(2027, 12, 31), []
    while following := next_due(every(1, date(2027, 12, 31)), due, date(2028, 4, 30)):
        due = following
        seen.append(due)
    assert seen == [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]


def test_what_is_due_once_has_no_next_due_date() -> None:
    assert next_due(Obligation((GUIDANCE,), ByDate(MARCH)), MARCH, None) is None


def test_the_calendar_ends() -> None:
    assert next_due(every(1, date(2026, 1, 31)), date.max, None) is None
    assert first_due(every(120, date(9999, 1, 1)), date.max, None) is None


def test_an_event_about_something_never_owed_changes_nothing() -> None:
    stray = (
        ObligationPostponed("hire", 1, MAY),
        ObligationFellDue("hire", 1, MAY),
        in_time,
        ObligationBreached("hire", 1, MAY),
        BreachCured("hire", 1, enough),
        ObligationLapsed("hire", 1),
    )
    assert agreements.fold(stray) == Agreement()


def test_what_figures_count_says_which_base_the_agreement_is_about() -> None:
    opened = AgreementDrafted(drafted.title, drafted.parties, STARTS, ENDS, base="drives")
    about, rest = (opened, *signed_by_school[1:]), in_force[len(signed_by_both) + 1 :]
    effect = AgreementTookEffect(date(2026, 3, 2), DIGEST, PROPOSED, date(2026, 3, 2), "drives")
    given(*about).when(Sign("yunchuan", DIGEST)).then(AgreementSigned("yunchuan", DIGEST), effect, *rest)
    running = (*about, AgreementSigned("yunchuan", DIGEST), effect, *rest, founded)
    passed = (
        ObligationFellDue("found", 1, MARCH, fulfilled=True, base="drives"),
        ObligationFellDue("guide", 1, MARCH, base="drives"),
        ObligationBreached("guide", 1, MARCH),
        next_guidance(2, APRIL),
    )
    given(*running).when(PassDueDates(), at=at(date(2026, 4, 1))).then(*passed)
    cured = BreachCured("guide", 1, enough, MARCH, base="drives")
    given(*running, *passed).when(CureBreach("guide", 1, enough), at=at(date(2026, 4, 9))).then(cured)
