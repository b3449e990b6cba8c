from __future__ import annotations

from baseplus.kernel.events import personal_fields
from baseplus.logbook.events import ReflectionReviewed, ReflectionSubmitted
from baseplus.logbook.reflections import ReviewReflection, SubmitReflection, fingerprint
from tests.apprenticeships.story import day
from tests.logbook.story import BASE, TEXT, TODAY, WHO, given, opened, reflection, with_task

written = (*opened, reflection)
reviewed = ReflectionReviewed(WHO, BASE, "r-1", "m-he", reflection.on, TODAY, 1, "Well seen")
review = ReviewReflection("r-1", "m-he", "Well seen")


def test_an_apprentice_reflects_and_a_mentor_answers() -> None:
    given(*opened).when(SubmitReflection("r-1", TEXT, on=reflection.on)).then(reflection)
    given(*written).when(review).then(reviewed)


def test_a_reflection_may_be_about_a_task() -> None:
    given(*with_task).when(SubmitReflection("r-1", TEXT, "shaft-3")).then(
        ReflectionSubmitted(WHO, BASE, "r-1", TODAY, TEXT, fingerprint(TEXT), "shaft-3")
    )
    given(*with_task).when(SubmitReflection("r-1", TEXT, "shaft-4")).then_rejected("no_such_task", task="shaft-4")


def test_a_reflection_is_submitted_once_and_reviewed_once() -> None:
    given(*written).when(SubmitReflection("r-1", "Another text")).then_rejected("reflection_exists", reflection="r-1")
    given(*written, reviewed).when(ReviewReflection("r-1", "m-gao", "Yes")).then_rejected(
        "reviewed_already", reflection="r-1", on="2026-03-02"
    )


def test_a_review_answers_what_was_submitted_before() -> None:
    given(*opened).when(review).then_rejected("no_such_reflection", reflection="r-1")
    given(*written).when(ReviewReflection("r-1", "m-he", "…", day(25, month=2))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-25", last="2026-02-26"
    )
    given(*opened).when(SubmitReflection("r-1", TEXT, on=day(4))).then_rejected("not_happened_yet", on="2026-03-04")


def test_only_who_has_guided_the_apprentice_reviews() -> None:
    given(*written).when(ReviewReflection("r-1", "m-lu", "…")).then_rejected(
        "not_their_mentor", mentor="m-lu", on="2026-03-02"
    )
    given(*written).when(ReviewReflection("r-1", "m-xu", "Well seen")).then(
        ReflectionReviewed(WHO, BASE, "r-1", "m-xu", reflection.on, TODAY, 1, "Well seen")
    )


def test_a_review_says_which_one_of_the_month_it_is() -> None:
    second = ReflectionSubmitted(WHO, BASE, "r-2", day(27, month=2), "Another", fingerprint("Another"))
    history = (*written, reviewed, second)
    given(*history).when(ReviewReflection("r-2", "m-he", "Go on", TODAY)).then(
        ReflectionReviewed(WHO, BASE, "r-2", "m-he", second.on, TODAY, 2, "Go on")
    )
    given(*history).when(ReviewReflection("r-2", "m-he", "Go on", day(28, month=2))).then(
        ReflectionReviewed(WHO, BASE, "r-2", "m-he", second.on, day(28, month=2), 1, "Go on")
    )


def test_a_copied_reflection_has_the_same_fingerprint_however_it_is_spaced_and_punctuated() -> None:
    assert fingerprint("I learnt to measure, before I cut!") == fingerprint("i learnt  to MEASURE\nbefore I cut")
    assert fingerprint("先测量，再切削。") == fingerprint("先测量 再切削")
    assert fingerprint("I learnt to measure") != fingerprint("I learnt to cut")


def test_what_apprentice_and_mentor_write_is_personal() -> None:
    assert personal_fields(ReflectionSubmitted) == {"text": "apprentice", "fingerprint": "apprentice"}
    assert personal_fields(ReflectionReviewed) == {"text": "apprentice"}
