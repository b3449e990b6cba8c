"""Indicators, each declared once: what it means, and which events contribute what to it or which days count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from baseplus.agreements.events import AgreementTookEffect, BreachCured, ObligationFellDue
from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    ApprenticeshipStarted,
    EmploymentConfirmed,
)
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import NotFound
from baseplus.outcomes.events import OutcomeEvent, OutcomeReturnCorrected, OutcomeReturnFiled
from projections.benchmarks.assessing import ASSESSING
from projections.benchmarks.days import DUAL_MENTOR_COVERAGE, MENTOR_LOAD
from projections.benchmarks.declaring import EVERYTHING, WHOLE_UNIVERSITY, Indicator, Part
from projections.benchmarks.duties import DUTIES
from projections.benchmarks.guiding import GUIDING
from projections.benchmarks.investing import INVESTING
from projections.benchmarks.logbooks import LOGBOOKS
from projections.benchmarks.presence import Presence
from projections.benchmarks.running import RUNNING
from projections.benchmarks.venturing import VENTURING
from projections.benchmarks.working import WORKING, completed, sustained
from projections.runner.view import At


def _destinations(event: OutcomeEvent, at: At) -> Iterator[Part]:  # noqa: ARG001 - a return names its own year
    if event.completions is None or event.rate is None:
        # A suppressed return is known to exist, and counts for nothing.
        yield Part(WHOLE_UNIVERSITY, event.year, event.category, 0, 0, 0, replaces=True, of_year=True)
    else:
        people = event.completions
        yield Part(
            WHOLE_UNIVERSITY,
            event.year,
            event.category,
            event.rate * people,
            people,
            people,
            replaces=True,
            of_year=True,
        )


def _obligations(event: ObligationFellDue, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its due date
    # Obligations are owed by parties; how many people stand behind them is not known, so none are counted, and across
    # universities the rate is not shown.
    yield Part(event.base or WHOLE_UNIVERSITY, f"{event.due:%Y-%m}", EVERYTHING, 100 if event.fulfilled else 0, 1, 0)


def _recorded_late(event: BreachCured, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    # It had happened by its due date, and the month in which it fell due gets what it lacked.
    if event.in_time and event.due:
        yield Part(event.base or WHOLE_UNIVERSITY, f"{event.due:%Y-%m}", EVERYTHING, 100, 0, 0)


def _signed(event: AgreementTookEffect, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its days
    # Parties sign; as with obligations, no people are counted.
    if event.proposed and event.signed:
        days = (event.signed - event.proposed).days
        yield Part(event.base or WHOLE_UNIVERSITY, f"{event.signed:%Y-%m}", EVERYTHING, days, 1, 0)


def _started(event: ApprenticeshipStarted, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its day
    yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 0, 1, 1)


def _left_early(event: ApprenticeExited, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its days
    # Counted with those who started in the same month, and there already: the rate is of them, from 0 to 100 percent.
    if event.started:
        yield Part(event.base, f"{event.started:%Y-%m}", EVERYTHING, 100, 0, 0)


def _ended(event: ApprenticeshipCompleted | ApprenticeExited, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    if event.started:
        completed = isinstance(event, ApprenticeshipCompleted)
        yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 100 if completed else 0, 1, 1)


INDICATORS = (
    Indicator(
        key="sustained_destination_rate",
        title="Completed, and in sustained further study or work afterwards",
        unit="percent",
        better="higher",
        numerator="positive destination confirmed at 6 months",
        denominator="completed",
        by="programme",
        source="Further education outcome-based success measures, Department for Education, England, for the returns of"
        " a year; our own for a base and month: in work or study after 6 months / completed, by the completion",
        parts={
            OutcomeReturnFiled: _destinations,
            OutcomeReturnCorrected: _destinations,
            ApprenticeshipCompleted: completed,
            EmploymentConfirmed: sustained,
        },
    ),
    Indicator(
        key="obligation_on_time_rate",
        title="Obligations fulfilled by their due date",
        unit="percent",
        better="higher",
        numerator="fulfilled by due date",
        denominator="fallen due",
        source="our own: fulfilled by due date / fallen due; what happened in time and was recorded late is in time",
        parts={ObligationFellDue: _obligations, BreachCured: _recorded_late},
    ),
    Indicator(
        key="days_to_signature",
        title="Days from an agreement's proposal to its last signature",
        unit="days",
        better="lower",
        numerator="days proposed → effective",
        denominator="agreements effective",
        source="our own: days from proposal to the last signature / agreements signed, by the month of that signature;"
        " a text that was declined or changed is proposed anew",
        parts={AgreementTookEffect: _signed},
    ),
    Indicator(
        key="completion_rate",
        title="Completed, of those whose apprenticeship ended",
        unit="percent",
        better="higher",
        numerator="completed",
        denominator="completed + exited",
        source="our own: completed / completed + exited, by the month of the end; who never started is not counted",
        parts={ApprenticeshipCompleted: _ended, ApprenticeExited: _ended},
    ),
    Indicator(
        key="early_exit_rate",
        title="Left before completing, of those who started",
        unit="percent",
        better="lower",
        numerator="exited before completion",
        denominator="started",
        source="our own: exited before completion / started, by the month of the start: the rate of a cohort, which"
        " only grows; who never started is not counted",
        parts={ApprenticeshipStarted: _started, ApprenticeExited: _left_early},
    ),
    Indicator(
        key="dual_mentor_coverage",
        title="Days of training with a mentor of each kind",
        unit="percent",
        better="higher",
        numerator="apprentice-days with both mentors",
        denominator="apprentice-days",
        source="our own: apprentice-days with both mentors / apprentice-days in training; breaks are not counted",
        days=DUAL_MENTOR_COVERAGE,
        spans=(Presence.name,),
    ),
    Indicator(
        key="mentor_load",
        title="Apprentices per mentor who guides any",
        unit="ratio",
        better="lower",
        numerator="apprentices",
        denominator="active mentors",
        source="our own: apprentices / active mentors, the mean over a month's days: days guided, added up over pairs"
        " of apprentice and mentor / days with an apprentice at the base, added up over mentors",
        days=MENTOR_LOAD,
        spans=(Presence.name,),
    ),
    *ASSESSING,
    *DUTIES,
    *RUNNING,
    *INVESTING,
    *VENTURING,
    *LOGBOOKS,
    *GUIDING,
    *WORKING,
)


def indicator(key: str) -> Indicator:
    """The indicator called `key`. Raises NotFound."""
    for one in INDICATORS:
        if one.key == key:
            return one
    raise NotFound(indicator=key)


def contributing() -> dict[type[Event], list[tuple[str, Callable[[Any, At], Iterable[Part]]]]]:
    """Per event type, the indicators it contributes to: their keys and what they take from an event."""
    found: dict[type[Event], list[tuple[str, Callable[[Any, At], Iterable[Part]]]]] = {}
    for one in INDICATORS:
        for event, parts in one.parts.items():
            found.setdefault(event, []).append((one.key, parts))
    return found
