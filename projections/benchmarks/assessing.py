"""Indicators of how the two sides assess together.

Both are of the month in which the assessment began, that is of the day of the side that was recorded first: a second
side that follows in another month counts where the first one did, so that no rate ever exceeds what it is a share of.
Whoever waits for the second side lowers the coverage of the month until it comes.

An apprentice has one assessment under an adopted version, so that assessments count people. One who is assessed against
two versions in a month counts twice there.
"""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.assessment.criteria import gap_in_hundredths
from baseplus.assessment.events import AssessmentCorrected, AssessmentRecorded
from projections.benchmarks.declaring import EVERYTHING, Indicator, Part
from projections.runner.view import At


def _coverage(event: AssessmentRecorded, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its days
    if event.other_total is None:
        yield _part(event, numerator=0, denominator=1, people=1)
    else:
        yield _part(event, numerator=100, denominator=0, people=0)


def _gap(event: AssessmentRecorded, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.other_total is not None:
        # Totals have two places: hundredths over hundreds are points, in whole numbers.
        yield _part(event, gap_in_hundredths(event.total, event.other_total), denominator=100, people=1)


def _mended_gap(event: AssessmentCorrected, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.other_total is not None:
        before = gap_in_hundredths(event.previous, event.other_total)
        yield _part(event, gap_in_hundredths(event.total, event.other_total) - before, denominator=0, people=0)


def _part(event: AssessmentRecorded | AssessmentCorrected, numerator: int, denominator: int, people: int) -> Part:
    return Part(event.base, f"{event.began:%Y-%m}", EVERYTHING, numerator, denominator, people)


ASSESSING = (
    Indicator(
        key="joint_assessment_coverage",
        title="Apprentices assessed by both sides, of those assessed",
        unit="percent",
        better="higher",
        source="our own: apprentices assessed by both sides / apprentices assessed",
        parts={AssessmentRecorded: _coverage},
    ),
    Indicator(
        key="assessor_gap",
        title="How far the totals of the school's and the enterprise's assessor are apart",
        unit="points",
        better="lower",
        source="our own: |school's total − enterprise's total|, before moderation and appeal / jointly assessed",
        parts={AssessmentRecorded: _gap, AssessmentCorrected: _mended_gap},
    ),
)
