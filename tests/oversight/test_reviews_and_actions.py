from __future__ import annotations

from datetime import date

from baseplus.kernel.scenario import NOON, Scenario
from baseplus.oversight.actions import CloseAction, RaiseAction, actions
from baseplus.oversight.events import ActionClosed, ActionRaised, AssociationReviewIssued, JointReviewHeld
from baseplus.oversight.reviews import HoldJointReview, IssueAssociationReview, association_reviews, reviews
from baseplus.oversight.terms import Present, Standing, Verdict

of_review, of_association, of_action = Scenario(reviews), Scenario(association_reviews), Scenario(actions)

TODAY = NOON.date()
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 28)
BOTH = (Present("qinglan", Standing.SCHOOL), Present("yunchuan", Standing.ENTERPRISE))
hold = HoldJointReview("drives", BOTH, "Two lathes are worn out.", JANUARY, FEBRUARY)
held = JointReviewHeld("drives", BOTH, "Two lathes are worn out.", JANUARY, FEBRUARY, TODAY)
issue = IssueAssociationReview("drives", "machinists", Verdict.SOUND, "As it should be.")
issued = AssociationReviewIssued("drives", "machinists", Verdict.SOUND, "As it should be.", TODAY)
raise_ = RaiseAction("drives", "Renew two lathes", "yunchuan", date(2026, 5, 31), origin="reviews/r-1")
raised = ActionRaised("drives", "Renew two lathes", "yunchuan", date(2026, 5, 31), TODAY, "reviews/r-1")
closed = ActionClosed("drives", "Two new ones stand there.", date(2026, 5, 31), TODAY)


def test_school_and_enterprise_review_their_base_together() -> None:
    of_review().when(hold).then(held)


def test_neither_side_holds_a_joint_review_alone() -> None:
    two = (Present("qinglan", Standing.SCHOOL), Present("students", Standing.STUDENTS))
    of_review().when(HoldJointReview("drives", two, "…", JANUARY, FEBRUARY)).then_rejected(
        "side_missing", missing=["enterprise"]
    )


def test_a_review_looks_at_days_that_have_passed() -> None:
    for since, until in ((FEBRUARY, JANUARY), (JANUARY, date(2026, 3, 3))):
        of_review().when(HoldJointReview("drives", BOTH, "…", since, until)).then_rejected("looked_at_no_time")
    ahead = HoldJointReview("drives", BOTH, "…", JANUARY, FEBRUARY, on=date(2026, 3, 9))
    of_review().when(ahead).then_rejected("not_happened_yet", on="2026-03-09")


def test_a_review_is_held_once() -> None:
    of_review(held).when(hold).then_rejected("review_exists", base="drives")
    of_association(issued).when(issue).then_rejected("review_exists", base="drives")


def test_an_association_says_what_it_thinks_of_a_base() -> None:
    of_association().when(issue).then(issued)


def test_an_action_is_raised_with_an_owner_and_a_day() -> None:
    of_action().when(raise_).then(raised)


def test_an_action_is_raised_once() -> None:
    of_action(raised).when(raise_).then_rejected("action_exists", base="drives")


def test_an_action_is_not_due_before_it_was_raised() -> None:
    early = RaiseAction("drives", "…", "yunchuan", date(2026, 3, 1))
    of_action().when(early).then_rejected("due_before_it_was_raised", due="2026-03-01", raised="2026-03-02")


def test_an_action_is_closed_with_its_result() -> None:
    of_action(raised).when(CloseAction("Two new ones stand there.")).then(closed)


def test_an_action_is_closed_once() -> None:
    of_action(raised, closed).when(CloseAction("…")).then_rejected("action_closed_already", closed="2026-03-02")


def test_an_action_is_closed_after_it_was_raised() -> None:
    of_action().when(CloseAction("…")).then_rejected("no_such_action")
    of_action(raised).when(CloseAction("…", on=date(2026, 3, 1))).then_rejected(
        "closed_before_it_was_raised", on="2026-03-01", raised="2026-03-02"
    )
