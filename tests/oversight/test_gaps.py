from __future__ import annotations

from datetime import date

from baseplus.kernel.scenario import NOON, Scenario
from baseplus.oversight.events import (
    AuthorityDriftCleared,
    AuthorityDriftDetected,
    DutyGapClosed,
    DutyGapDetected,
)
from baseplus.oversight.gaps import (
    ClearAuthorityDrift,
    CloseDutyGap,
    DetectAuthorityDrift,
    DetectDutyGap,
    authority_drifts,
    duty_gaps,
    share_of,
)
from baseplus.oversight.terms import Behind

of_gap, of_drift = Scenario(duty_gaps), Scenario(authority_drifts)

TODAY = NOON.date()
SINCE = date(2026, 2, 1)
vacated = (Behind("bases.post_vacated.v1", "bases/drives", 40),)
appointed = (Behind("bases.manager_appointed.v1", "bases/drives", 52),)
gap = DutyGapDetected("drives", "hr", SINCE, 14, TODAY, vacated)
closed = DutyGapClosed("drives", "hr", SINCE, TODAY, appointed)
detect = DetectAuthorityDrift("drives", "2026-02", 8, 12, 30, vacated)
drift = AuthorityDriftDetected("drives", "2026-02", 8, 12, 40, 30, vacated)
cleared = AuthorityDriftCleared("drives", "p-dean", "Two masters were ill.")


def test_a_post_empty_longer_than_its_limit_is_a_duty_gap() -> None:
    of_gap().when(DetectDutyGap("drives", "hr", SINCE, 14, behind=vacated)).then(gap)


def test_a_post_empty_for_as_long_as_it_may_is_none() -> None:
    of_gap().when(DetectDutyGap("drives", "hr", SINCE, 29)).then_rejected(
        "not_empty_too_long", since="2026-02-01", limit=29, on="2026-03-02"
    )


def test_a_duty_gap_is_detected_once() -> None:
    of_gap(gap).when(DetectDutyGap("drives", "hr", SINCE, 14)).then_rejected("duty_gap_exists", post="hr")


def test_a_duty_gap_is_closed_by_whoever_holds_the_post() -> None:
    of_gap(gap).when(CloseDutyGap(behind=appointed)).then(closed)


def test_a_duty_gap_is_closed_once_and_not_before_it_began() -> None:
    of_gap(gap, closed).when(CloseDutyGap()).then_rejected("duty_gap_closed_already", post="hr")
    of_gap(gap).when(CloseDutyGap(on=date(2026, 1, 31))).then_rejected(
        "closed_before_it_began", on="2026-01-31", since="2026-02-01"
    )
    of_gap().when(CloseDutyGap()).then_rejected("no_such_duty_gap")


def test_enterprise_duties_done_by_the_school_above_a_threshold_are_a_drift() -> None:
    of_drift().when(detect).then(drift)


def test_a_share_up_to_the_threshold_is_none() -> None:
    of_drift().when(DetectAuthorityDrift("drives", "2026-02", 3, 7, 30)).then_rejected(
        "within_the_threshold", share=30, threshold=30
    )
    assert share_of(0, 0) == 0


def test_a_drift_is_detected_once() -> None:
    of_drift(drift).when(detect).then_rejected("authority_drift_exists", base="drives")


def test_a_drift_is_cleared_once_by_a_person() -> None:
    clear = ClearAuthorityDrift("p-dean", "Two masters were ill.")
    of_drift(drift).when(clear).then(cleared)
    of_drift(drift, cleared).when(clear).then_rejected("authority_drift_cleared_already", base="drives")
    of_drift().when(clear).then_rejected("no_such_authority_drift")
