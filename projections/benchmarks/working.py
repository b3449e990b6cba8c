"""Indicators of what becomes of apprentices: from the talent pool to work, and where they are months later.

Each is the rate of a cohort, in the month in which the people below the line were counted: who completed, joined the
pool or was hired then. What is found out about them later counts there, so that no rate ever exceeds 100 percent, and
it is complete when the months that it asks for are over. A finding that is corrected takes back what it had counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from baseplus.apprenticeships.events import (
    ApprenticeshipCompleted,
    Destination,
    EmploymentConfirmed,
    OfferAccepted,
    TalentPoolJoined,
)
from projections.benchmarks.declaring import EVERYTHING, Indicator, Part
from projections.runner.view import At

SUSTAINED, RETAINED = 6, 12
"""After how many months a destination is a sustained one, and somebody has stayed."""


def completed(event: ApprenticeshipCompleted, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its day
    """Whoever completed may have a sustained destination."""
    yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 0, 1, 1)


def sustained(event: EmploymentConfirmed, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    """In work or study after half a year."""
    if event.months == SUSTAINED:
        found = event.destination.positive - (event.previous is not None and event.previous.positive)
        yield Part(event.base, f"{event.completed:%Y-%m}", EVERYTHING, 100 * found, 0, 0)


def _hired(event: OfferAccepted, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.by_trainer:
        yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 0, 1, 1)


def _retained(event: EmploymentConfirmed, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.months == RETAINED and event.hired:
        # What was said before the hire was counted for none.
        here, before = Destination.TRAINING_ENTERPRISE, None if event.anew else event.previous
        found = (event.destination is here) - (before is here)
        yield Part(event.base, f"{event.hired:%Y-%m}", EVERYTHING, 100 * found, 0, 0)


def _joined(event: TalentPoolJoined, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 0, 1, 1)


def _hired_from_pool(event: OfferAccepted, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.pooled:
        yield Part(event.base, f"{event.pooled:%Y-%m}", EVERYTHING, 100, 0, 0)


WORKING = (
    Indicator(
        key="retention_12m",
        title="Still with the enterprise that trained them, 12 months after it hired them",
        unit="percent",
        better="higher",
        numerator="still with the training enterprise at 12 months",
        denominator="hired",
        source="our own: still with the training enterprise at 12 months / hired by it, by the month of the hire",
        parts={OfferAccepted: _hired, EmploymentConfirmed: _retained},
    ),
    Indicator(
        key="pool_to_hire_rate",
        title="Hired from the talent pool, of those who joined it",
        unit="percent",
        better="higher",
        numerator="hired from the pool",
        denominator="joined the pool",
        source="our own: hired from the pool / joined the pool, by the month in which they joined",
        parts={TalentPoolJoined: _joined, OfferAccepted: _hired_from_pool},
    ),
)
