from __future__ import annotations

from datetime import date

from baseplus.oversight.events import RiskReasonAdded, SecondClassroomRiskCleared
from projections.oversight.views import (
    ActionRow,
    Actions,
    AuthorityDriftRow,
    AuthorityDrifts,
    DutyGapRow,
    DutyGaps,
    ReviewRow,
    Reviews,
    RiskRow,
    Risks,
)
from tests.oversight import test_gaps as gaps
from tests.oversight import test_reviews_and_actions as reviewed
from tests.oversight import test_risks as at_risk
from tests.projections.folding import fold, time


def test_a_review_says_who_looked_at_which_days() -> None:
    row = ReviewRow("r-1", "joint", "drives", reviewed.TODAY, "Two lathes are worn out.", list(reviewed.BOTH), 1)
    row.since, row.until = reviewed.JANUARY, reviewed.FEBRUARY
    assert fold(Reviews(), "reviews/r-1", [reviewed.held]) == {"r-1": row}


def test_an_associations_review_says_what_it_thinks() -> None:
    (row,) = fold(Reviews(), "association_reviews/r-2", [reviewed.issued]).values()
    assert (row.kind, row.association, row.verdict, row.present) == ("association", "machinists", "sound", [])


def test_an_action_is_open_until_it_is_closed_with_its_result() -> None:
    row = ActionRow("a-1", "drives", "Renew two lathes", "yunchuan", date(2026, 5, 31), reviewed.TODAY, [], 1)
    row.origin = "reviews/r-1"
    assert fold(Actions(), "actions/a-1", [reviewed.raised]) == {"a-1": row}
    (done,) = fold(Actions(), "actions/a-1", [reviewed.raised, reviewed.closed]).values()
    assert (done.closed_on, done.result, done.late) == (reviewed.TODAY, "Two new ones stand there.", False)


def test_a_risk_shows_its_reasons_and_where_it_stands_and_not_what_people_wrote() -> None:
    added = RiskReasonAdded("drives", at_risk.idle)
    row = RiskRow("x", "drives", "2026-03", "raised", [at_risk.copies, at_risk.idle], time(1), 2)
    assert fold(Risks(), "risks/x", [at_risk.raised, added]) == {"x": row}
    (row,) = fold(Risks(), "risks/x", [at_risk.raised, at_risk.appealed]).values()
    assert (row.state, row.appeals) == ("appealed", 1)
    (row,) = fold(Risks(), "risks/x", [at_risk.raised, at_risk.confirmed]).values()
    assert (row.state, row.decided_by, row.decided_at) == ("confirmed", "p-dean", time(2))
    cleared = SecondClassroomRiskCleared("drives", "p-rector", "…", appeal=True)
    (row,) = fold(Risks(), "risks/x", [at_risk.raised, at_risk.confirmed, at_risk.appealed, cleared]).values()
    assert (row.state, row.decided_by, row.position) == ("cleared", "p-rector", 4)


def test_a_duty_gap_says_what_shows_it_and_what_ended_it() -> None:
    row = DutyGapRow("g", "drives", "hr", gaps.SINCE, 14, gaps.TODAY, list(gaps.vacated), [], 1)
    assert fold(DutyGaps(), "duty_gaps/g", [gaps.gap]) == {"g": row}
    (ended,) = fold(DutyGaps(), "duty_gaps/g", [gaps.gap, gaps.closed]).values()
    assert (ended.closed_on, ended.closed_by) == (gaps.TODAY, list(gaps.appointed))


def test_a_drift_says_who_did_how_much_and_who_settled_it() -> None:
    row = AuthorityDriftRow("d", "drives", "2026-02", 8, 12, 40, 30, list(gaps.vacated), time(1), 1)
    assert fold(AuthorityDrifts(), "authority_drifts/d", [gaps.drift]) == {"d": row}
    (settled,) = fold(AuthorityDrifts(), "authority_drifts/d", [gaps.drift, gaps.cleared]).values()
    assert (settled.cleared_by, settled.cleared_at) == ("p-dean", time(2))


def test_what_was_never_found_has_no_row() -> None:
    assert fold(Actions(), "actions/a", [reviewed.closed]) == {}
    assert fold(Risks(), "risks/x", [at_risk.confirmed]) == {}
    assert fold(DutyGaps(), "duty_gaps/g", [gaps.closed]) == {}
    assert fold(AuthorityDrifts(), "authority_drifts/d", [gaps.cleared]) == {}
