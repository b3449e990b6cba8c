"""The rules of outcome returns."""

from __future__ import annotations

from baseplus.kernel.scenario import Scenario
from baseplus.outcomes.events import OutcomeReturnCorrected, OutcomeReturnFiled
from baseplus.outcomes.model import CorrectReturn, FileReturn, outcomes

given = Scenario(outcomes)

CATEGORY = "Access to HE"
FILED = OutcomeReturnFiled(year="2013-14", category=CATEGORY, completions=120, rate=88)


def file(rate: int | None = 88, completions: int | None = 120, year: str = "2013-14") -> FileReturn:
    return FileReturn(year=year, category=CATEGORY, completions=completions, rate=rate)


def correct(rate: int | None, completions: int | None = 120, category: str = CATEGORY) -> CorrectReturn:
    return CorrectReturn(
        year="2013-14", category=category, completions=completions, rate=rate, reason="counted leavers twice"
    )


def corrected(rate: int | None, completions: int | None = 120) -> OutcomeReturnCorrected:
    return OutcomeReturnCorrected(
        year="2013-14", category=CATEGORY, completions=completions, rate=rate, reason="counted leavers twice"
    )


def test_a_return_is_filed() -> None:
    given().when(file()).then(FILED)


def test_a_suppressed_return_is_filed_without_figures() -> None:
    given().when(file(rate=None, completions=None)).then(
        OutcomeReturnFiled(year="2013-14", category=CATEGORY, completions=None, rate=None)
    )


def test_the_same_return_again_changes_nothing() -> None:
    given(FILED).when(file()).then()


def test_another_return_for_the_same_year_and_category_is_refused() -> None:
    given(FILED).when(file(rate=89)).then_rejected("return_filed_already", category=CATEGORY, completions=120, rate=88)


def test_figures_cannot_take_the_place_of_suppressed_ones_unsaid() -> None:
    suppressed = OutcomeReturnFiled(year="2013-14", category=CATEGORY, completions=None, rate=None)
    given(suppressed).when(file()).then_rejected(
        "return_filed_already", category=CATEGORY, completions="suppressed", rate="suppressed"
    )


def test_another_category_is_a_return_of_its_own() -> None:
    other = FileReturn(year="2013-14", category="Traineeships", completions=10, rate=50)
    given(FILED).when(other).then(OutcomeReturnFiled(year="2013-14", category="Traineeships", completions=10, rate=50))


def test_a_correction_adds_a_fact_and_says_why() -> None:
    given(FILED).when(correct(rate=84)).then(corrected(rate=84))


def test_after_a_correction_its_figures_are_the_ones_that_hold() -> None:
    given(FILED, corrected(rate=84)).when(file(rate=84)).then()
    given(FILED, corrected(rate=84)).when(file(rate=88)).then_rejected("return_filed_already")


def test_a_correction_to_the_figures_that_hold_changes_nothing() -> None:
    given(FILED).when(correct(rate=88)).then()


def test_a_return_that_was_never_filed_cannot_be_corrected() -> None:
    given(FILED).when(correct(rate=84, category="Traineeships")).then_rejected(
        "return_not_filed", year="2013-14", category="Traineeships"
    )


def test_a_rate_of_nobody_is_refused() -> None:
    given().when(file(completions=0)).then_rejected("rate_of_nobody", category=CATEGORY, rate=88)
    given().when(file(completions=None)).then_rejected("rate_of_nobody", category=CATEGORY, rate=88)
    given(FILED).when(correct(rate=84, completions=0)).then_rejected("rate_of_nobody", category=CATEGORY, rate=84)


def test_completions_may_be_known_where_the_rate_is_suppressed() -> None:
    given().when(file(rate=None)).then(
        OutcomeReturnFiled(year="2013-14", category=CATEGORY, completions=120, rate=None)
    )


def test_a_year_ends_a_year_after_it_begins_also_at_the_turn_of_a_century() -> None:
    given().when(file(year="2013-15")).then_rejected("not_an_academic_year", year="2013-15")
    given().when(file(year="1999-00")).then(
        OutcomeReturnFiled(year="1999-00", category=CATEGORY, completions=120, rate=88)
    )


def test_a_years_returns_take_no_return_of_another_year() -> None:
    given(FILED).when(file(year="2014-15")).then_rejected("another_year", year="2014-15", filed="2013-14")
