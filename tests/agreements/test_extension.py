"""The last day is moved while the agreement is in force: what is owed again, from which day, under which number."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given as chosen
from hypothesis import settings
from hypothesis import strategies as st

from baseplus.agreements.amendments import ProposeAmendment, SignAmendment
from baseplus.agreements.due import next_due
from baseplus.agreements.events import (
    AgreementEvent,
    AmendmentTookEffect,
    ObligationBreached,
    ObligationFellDue,
    ObligationFulfilled,
    ObligationLapsed,
    ObligationScheduled,
)
from baseplus.agreements.model import agreements
from baseplus.agreements.obligations import Outcome, PassDueDates
from baseplus.agreements.terms import Quantity
from tests.agreements.story import FOUNDED, GUIDANCE, at, fold, founded, given, guidance, in_force

MARCH, APRIL, MAY, JUNE = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)
MIDDLE = date(2026, 4, 15)
LATER = date(2027, 12, 31)
breached = ObligationFellDue("guide", 1, MARCH), ObligationBreached("guide", 1, MARCH)
fulfilled = ObligationFulfilled("guide", 1, (guidance(11, "16"),))
founding_passed = ObligationFellDue("found", 1, MARCH, fulfilled=True)


def moved(ends: date, today: date, history: tuple[AgreementEvent, ...], name: str) -> tuple[AgreementEvent, ...]:
    """The history, the last day moved with every signature, and what followed from it."""
    digest = ""
    for number in range(3):
        state = fold(*history)
        orders = (
            ProposeAmendment(name, "…", ends=ends),
            SignAmendment(name, "qinglan", digest),
            SignAmendment(name, "yunchuan", digest),
        )
        history = (*history, *agreements.decide(orders[number], state, at(today)))
        pending = fold(*history).amendments.pending
        digest = pending.digest if pending else digest
    return history


def following(history: tuple[AgreementEvent, ...]) -> list[AgreementEvent]:
    """What followed from the last amendment."""
    last = max(number for number, event in enumerate(history) if isinstance(event, AmendmentTookEffect))
    return list(history[last + 1 :])


def owed(occurrence: int, due: date) -> ObligationScheduled:
    return ObligationScheduled("guide", occurrence, "yunchuan", due, (GUIDANCE,), Quantity("16", "hours"))


def until_middle(*more: AgreementEvent) -> tuple[AgreementEvent, ...]:
    """In force until the middle of April, so that the last due date is the end of March."""
    return (*moved(MIDDLE, date(2026, 3, 10), in_force, "am-1"), *more)


def after_march(*outcome: AgreementEvent) -> tuple[AgreementEvent, ...]:
    history = until_middle(founded, *outcome)
    return (*history, *agreements.decide(PassDueDates(), fold(*history), at(date(2026, 4, 1))))


def test_extended_after_its_last_due_date_a_duty_is_owed_again() -> None:
    for outcome, passed in (
        ((), (founding_passed, *breached)),
        ((fulfilled,), (founding_passed, ObligationFellDue("guide", 1, MARCH, fulfilled=True))),
    ):
        history = after_march(*outcome)
        assert history[-len(passed) :] == passed  # and nothing is scheduled: the term ends before the next due date
        assert following(moved(LATER, date(2026, 4, 5), history, "am-2")) == [owed(2, APRIL)]


def test_extended_again_it_is_owed_once() -> None:
    history = moved(LATER, date(2026, 4, 5), after_march(), "am-2")
    assert following(moved(date(2028, 12, 31), date(2026, 4, 6), history, "am-3")) == []


def test_extended_by_too_little_nothing_more_is_owed() -> None:
    assert following(moved(date(2026, 4, 29), date(2026, 4, 5), after_march(), "am-2")) == []


def test_extended_before_the_clock_passed_the_last_due_date_the_clock_goes_on() -> None:
    for outcome in ((), (fulfilled,)):
        history = moved(LATER, date(2026, 4, 5), until_middle(*outcome), "am-2")
        assert following(history) == []
        passed = given(*history).when(PassDueDates(), at=at(date(2026, 4, 5))).events
        assert passed[-1] == owed(2, APRIL)


def test_what_lapsed_with_an_earlier_last_day_is_owed_again_with_a_later_one() -> None:
    shortened = moved(date(2026, 3, 20), date(2026, 3, 10), in_force, "am-1")
    assert following(shortened) == [ObligationLapsed("found", 1), ObligationLapsed("guide", 1)]
    founding = ObligationScheduled("found", 2, "qinglan", MARCH, (FOUNDED,))
    assert following(moved(LATER, date(2026, 3, 12), shortened, "am-2")) == [founding, owed(2, MARCH)]


def test_what_was_settled_before_its_due_date_is_not_owed_again() -> None:
    history = (*in_force, founded, fulfilled)
    shortened = moved(date(2026, 3, 20), date(2026, 3, 10), history, "am-1")
    assert following(moved(LATER, date(2026, 3, 12), shortened, "am-2")) == []


def test_lapsed_after_others_it_is_owed_again_after_them() -> None:
    history = (*in_force, founded, founding_passed, *breached, owed(2, APRIL))
    shortened = moved(date(2026, 4, 20), date(2026, 4, 5), history, "am-1")
    assert following(shortened) == [ObligationLapsed("guide", 2)]
    again = moved(LATER, date(2026, 4, 6), shortened, "am-2")
    assert following(again) == [owed(3, APRIL)]
    given(*again).when(PassDueDates(), at=at(date(2026, 5, 1))).then(
        ObligationFellDue("guide", 3, APRIL), ObligationBreached("guide", 3, APRIL), owed(4, MAY)
    )


def test_of_the_time_before_the_amendment_nothing_is_made_up_for() -> None:
    extended = moved(date(2027, 2, 28), date(2026, 4, 5), after_march(), "am-2")
    assert following(extended) == [owed(2, APRIL)]
    # earlier versions of the program scheduled nothing with it
    forgotten = extended[:-1]
    assert following(moved(LATER, date(2026, 6, 10), forgotten, "am-3")) == [owed(2, JUNE)]


def test_what_is_due_once_is_not_owed_again_after_its_due_date() -> None:
    shortened = moved(date(2026, 3, 20), date(2026, 3, 10), in_force, "am-1")
    forgotten = moved(date(2027, 2, 28), date(2026, 3, 12), shortened, "am-2")[:-2]  # as above
    assert following(moved(LATER, date(2026, 4, 10), forgotten, "am-3")) == [owed(2, APRIL)]


@settings(max_examples=100, deadline=None)
@chosen(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 90)), min_size=1, max_size=8), st.booleans())
def test_extended_so_owed_again(moves: list[tuple[int, int]], met: bool) -> None:
    """However often the last day is moved: what is due on a day to come, while the agreement lasts, is scheduled."""
    history, today = (*in_force, *((founded, fulfilled) if met else ())), date(2026, 3, 3)
    for number, (pause, more) in enumerate(moves):
        today = min(today + timedelta(days=pause), fold(*history).text.ends or today)
        history = (*history, *agreements.decide(PassDueDates(), fold(*history), at(today)))
        if fold(*history).text.ends != today + timedelta(days=more):
            history = moved(today + timedelta(days=more), today, history, f"am-{number}")
        state = fold(*history)
        for clause, occurrences in state.ledger.items():
            owed = [one for one in occurrences if one.outcome is not Outcome.LAPSED]
            obligation = state.text.clauses_by_id[clause].obligation
            assert sorted({one.due for one in owed}) == [one.due for one in owed]
            if obligation and all(one.fell_due for one in owed):
                assert next_due(obligation, today, state.text.ends) is None
