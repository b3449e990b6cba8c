from __future__ import annotations

from datetime import date, datetime

import pytest

from baseplus.agreements.amendments import DeclineAmendment, ProposeAmendment, SignAmendment
from baseplus.agreements.drafting import AddClause, Decline, Propose, RemoveClause, Sign
from baseplus.agreements.events import (
    AgreementDrafted,
    AgreementEvent,
    AgreementExpired,
    AgreementResumed,
    AgreementSuspended,
    AgreementTerminated,
    AgreementTookEffect,
    BreachCured,
    ClauseAdded,
    ObligationBreached,
    ObligationFellDue,
    ObligationFulfilled,
    ObligationLapsed,
    ObligationPostponed,
    ObligationScheduled,
)
from baseplus.agreements.model import AgreementCommand, Expire, Resume, Suspend, Terminate
from baseplus.agreements.obligations import CureBreach, Fulfil, PassDueDates
from baseplus.agreements.terms import Evidence, Quantity
from baseplus.kernel.scenario import NOON
from tests.agreements.story import (
    DIGEST,
    ENTERPRISE,
    GUIDANCE,
    SCHOOL,
    STARTS,
    at,
    draft,
    fold,
    founded,
    given,
    guidance,
    hire,
    in_force,
    proposed,
)

MARCH = date(2026, 3, 31)
TODAY = NOON.date()
flood = AgreementSuspended("qinglan", "Flood")
resting = (*in_force, flood)
closed = (ObligationLapsed("found", 1), ObligationLapsed("guide", 1))
terminated = (*in_force, AgreementTerminated("yunchuan", "Plant closed", TODAY), *closed)
in_force_only = ["in_force", "suspended"]


def test_an_agreement_in_force_is_suspended_and_resumed() -> None:
    given(*in_force).when(Suspend("qinglan", "Flood")).then(flood)
    given(*resting).when(Resume("yunchuan")).then(AgreementResumed("yunchuan"))


def test_only_a_party_suspends_resumes_or_terminates() -> None:
    orders: list[tuple[tuple[AgreementEvent, ...], AgreementCommand]] = [
        (in_force, Suspend("stranger", "…")),
        (resting, Resume("stranger")),
        (in_force, Terminate("stranger", "…", TODAY)),
    ]
    for history, order in orders:
        given(*history).when(order).then_rejected("unknown_party", party="stranger", parties=["qinglan", "yunchuan"])


def test_only_what_is_in_force_is_suspended_and_only_what_rests_is_resumed() -> None:
    given(*resting).when(Suspend("qinglan", "…")).then_rejected("wrong_state", state="suspended", needed=["in_force"])
    given(*in_force).when(Resume("qinglan")).then_rejected("wrong_state", state="in_force", needed=["suspended"])
    given(*proposed).when(Suspend("qinglan", "…")).then_rejected("wrong_state", state="proposed", needed=["in_force"])


def test_while_it_rests_nothing_falls_due() -> None:
    given(*resting).when(PassDueDates(), at=at(date(2026, 5, 1))).then_rejected(
        "wrong_state", state="suspended", needed=["in_force"]
    )


def test_due_dates_that_passed_before_the_rest_are_not_moved_by_it() -> None:
    outcome = given(*in_force).when(Suspend("qinglan", "Flood"), at=at(date(2026, 4, 2)))
    outcome.then(
        ObligationFellDue("found", 1, MARCH),
        ObligationBreached("found", 1, MARCH),
        ObligationFellDue("guide", 1, MARCH),
        ObligationBreached("guide", 1, MARCH),
        _guidance(2, date(2026, 4, 30)),
        flood,
    )
    given(*in_force, *outcome.events).when(Resume("qinglan"), at=at(date(2026, 4, 9))).then(AgreementResumed("qinglan"))


def test_a_due_date_that_passed_during_the_rest_moves_to_its_end() -> None:
    june = date(2026, 6, 10)
    outcome = given(*resting).when(Resume("qinglan"), at=at(june))
    outcome.then(
        AgreementResumed("qinglan"), ObligationPostponed("found", 1, june), ObligationPostponed("guide", 1, june)
    )
    given(*resting, *outcome.events).when(PassDueDates(), at=at(date(2026, 6, 11))).then(
        ObligationFellDue("found", 1, june),
        ObligationBreached("found", 1, june),
        ObligationFellDue("guide", 1, june),
        ObligationBreached("guide", 1, june),
        _guidance(2, date(2026, 6, 30)),
    )


def test_the_months_of_a_rest_are_not_made_up_for() -> None:
    early = ObligationFulfilled("guide", 1, (guidance(11, "16"),)), founded
    given(*in_force, *early, flood).when(Resume("qinglan"), at=at(date(2026, 6, 30))).then(
        AgreementResumed("qinglan"),
        ObligationFellDue("found", 1, MARCH, fulfilled=True),
        ObligationFellDue("guide", 1, MARCH, fulfilled=True),
        _guidance(2, date(2026, 6, 30)),
    )


def test_what_lapsed_stays_lapsed_after_a_rest() -> None:
    given(*resting, *closed).when(Resume("qinglan"), at=at(date(2026, 6, 30))).then(AgreementResumed("qinglan"))
    given(*in_force, *closed).when(PassDueDates(), at=at(date(2026, 6, 30))).then()


def test_while_it_rests_what_happens_is_still_recorded() -> None:
    given(*resting).when(Fulfil("guide", 1, (guidance(11, "16"),))).then(
        ObligationFulfilled("guide", 1, (guidance(11, "16"),))
    )
    breached = ObligationFellDue("guide", 1, MARCH), ObligationBreached("guide", 1, MARCH)
    given(*in_force, *breached, flood).when(CureBreach("guide", 1, (guidance(11, "16"),))).then(
        BreachCured("guide", 1, (guidance(11, "16"),), MARCH, in_time=True)
    )


def test_a_party_terminates_an_agreement_and_what_is_open_is_owed_no_longer() -> None:
    given(*in_force).when(Terminate("yunchuan", "Plant closed", TODAY)).then(*terminated[len(in_force) :])


def test_what_fell_due_before_the_last_day_is_settled_first() -> None:
    given(*in_force).when(Terminate("yunchuan", "Plant closed", date(2026, 4, 1)), at=at(date(2026, 4, 20))).then(
        ObligationFellDue("found", 1, MARCH),
        ObligationBreached("found", 1, MARCH),
        ObligationFellDue("guide", 1, MARCH),
        ObligationBreached("guide", 1, MARCH),
        _guidance(2, date(2026, 4, 30)),
        AgreementTerminated("yunchuan", "Plant closed", date(2026, 4, 1)),
        ObligationLapsed("guide", 2),
    )


def test_nothing_falls_due_at_the_end_of_an_agreement_that_rests() -> None:
    april = date(2026, 4, 20)
    given(*resting).when(Terminate("yunchuan", "…", april), at=at(april)).then(
        AgreementTerminated("yunchuan", "…", april), *closed
    )


def test_termination_is_recorded_when_it_has_ended_not_when_notice_is_given() -> None:
    given(*in_force).when(Terminate("yunchuan", "…", date(2026, 3, 3))).then_rejected("not_ended_yet", on="2026-03-03")


def test_it_does_not_end_before_it_took_effect() -> None:
    given(*in_force).when(Terminate("yunchuan", "…", date(2026, 3, 1))).then_rejected(
        "ended_before_it_took_effect", on="2026-03-01", effective="2026-03-02"
    )
    early = (*proposed, AgreementTookEffect(date(2026, 4, 1), DIGEST))
    given(*early).when(Terminate("yunchuan", "…", TODAY)).then(AgreementTerminated("yunchuan", "…", TODAY))


def test_a_draft_is_not_terminated_and_does_not_expire() -> None:
    given(*draft).when(Terminate("qinglan", "…", TODAY)).then_rejected(
        "wrong_state", state="draft", needed=in_force_only
    )
    given(*draft).when(Expire(), at=at(date(2027, 3, 1))).then_rejected(
        "wrong_state", state="draft", needed=in_force_only
    )


def test_an_agreement_expires_after_its_last_day() -> None:
    given(*in_force, *closed).when(Expire(), at=at(date(2027, 3, 1))).then(AgreementExpired(date(2027, 2, 28)))
    given(*in_force).when(Expire(), at=at(date(2027, 2, 28))).then_rejected("term_runs_on", ends="2027-02-28")
    endless = AgreementDrafted("Joint training", (SCHOOL, ENTERPRISE), STARTS), ClauseAdded(hire)
    given(*endless, AgreementTookEffect(STARTS, DIGEST)).when(Expire()).then_rejected("term_runs_on", ends="never")


def test_all_due_dates_pass_before_an_agreement_expires() -> None:
    events = given(*in_force).when(Expire(), at=at(date(2027, 3, 1))).events
    fell_due = [event.due for event in events if isinstance(event, ObligationFellDue) and event.clause == "guide"]
    assert (fell_due[0], fell_due[-1], len(fell_due)) == (MARCH, date(2027, 2, 28), 12)
    assert sum(isinstance(event, ObligationBreached) for event in events) == 13
    assert events[-1] == AgreementExpired(date(2027, 2, 28))


def test_an_agreement_that_rests_expires_too() -> None:
    given(*resting).when(Expire(), at=at(date(2027, 3, 1))).then(AgreementExpired(date(2027, 2, 28)), *closed)


def test_after_its_last_day_nothing_new_is_ordered() -> None:
    for order in EVERY_ORDER:
        if not isinstance(order, Expire | PassDueDates):
            given(*in_force).when(order, at=at(date(2027, 3, 1))).then_rejected("term_is_over", ends="2027-02-28")


def test_what_happened_by_its_last_day_counts_until_its_expiry_is_recorded() -> None:
    shorter = AgreementDrafted("Joint training", (SCHOOL, ENTERPRISE), STARTS, MARCH)
    running = (shorter, *in_force[1:])
    breached = ObligationFellDue("guide", 1, MARCH), ObligationBreached("guide", 1, MARCH)
    april = at(date(2026, 4, 1))
    on_the_last_day = (evidence(MARCH),)
    given(*running).when(Fulfil("guide", 1, on_the_last_day), at=april).then(
        ObligationFulfilled("guide", 1, on_the_last_day)
    )
    given(*running, *breached).when(CureBreach("guide", 1, on_the_last_day), at=april).then(
        BreachCured("guide", 1, on_the_last_day, MARCH, in_time=True)
    )
    after_it = (evidence(MARCH), evidence(date(2026, 4, 1), 12))
    for order in (Fulfil("guide", 1, after_it), CureBreach("guide", 1, after_it)):
        given(*running, *breached).when(order, at=april).then_rejected("term_is_over", ends="2026-03-31")
    for order in (Fulfil("guide", 1, on_the_last_day), CureBreach("guide", 1, on_the_last_day)):
        given(*running, *breached, AgreementExpired(MARCH)).when(order, at=april).then_rejected(
            "agreement_has_ended", state="expired"
        )


def test_due_dates_of_its_term_pass_also_after_it() -> None:
    events = given(*in_force, founded).when(PassDueDates(), at=at(date(2027, 6, 1))).events
    due = [event.due for event in events if isinstance(event, ObligationScheduled)]
    assert (due[0], due[-1]) == (date(2026, 4, 30), date(2027, 2, 28))


EVERY_ORDER: list[AgreementCommand] = [
    AddClause("x", "qinglan", "…"),
    RemoveClause("hire"),
    Propose(),
    Sign("qinglan", DIGEST),
    Decline("qinglan", "…"),
    ProposeAmendment("am-1", "…", remove=("hire",)),
    SignAmendment("am-1", "qinglan", DIGEST),
    DeclineAmendment("am-1", "qinglan", "…"),
    PassDueDates(),
    Fulfil("guide", 1, (guidance(11, "16"),)),
    CureBreach("guide", 1, (guidance(11, "16"),)),
    Suspend("qinglan", "…"),
    Resume("qinglan"),
    Terminate("qinglan", "…", TODAY),
    Expire(),
]


@pytest.mark.parametrize("order", EVERY_ORDER, ids=lambda order: type(order).__name__)
@pytest.mark.parametrize("now", [NOON, at(date(2030, 1, 1))], ids=["at once", "years later"])
def test_nothing_is_signed_amended_or_fulfilled_after_termination_or_expiry(
    order: AgreementCommand, now: datetime
) -> None:
    given(*terminated).when(order, at=now).then_rejected("agreement_has_ended", state="terminated")
    expired = (*in_force, *closed, AgreementExpired(date(2027, 2, 28)))
    given(*expired).when(order, at=now).then_rejected("agreement_has_ended", state="expired")


def test_the_state_says_how_it_ended() -> None:
    assert fold(*terminated).stage == "terminated"
    assert fold(*in_force, AgreementExpired(date(2027, 2, 28))).stage == "expired"


def evidence(on: date, position: int = 11) -> Evidence:
    return Evidence(GUIDANCE, "mentoring/m-7", position, "16", on)


def _guidance(occurrence: int, due: date) -> ObligationScheduled:
    return ObligationScheduled("guide", occurrence, "yunchuan", due, (GUIDANCE,), Quantity("16", "hours"))
