"""Indicators of money: who bears what training costs, what comes back, and who is poached before it has.

Each but the last is of the month of an entry's day, and of one currency, its category: amounts in two currencies have
no ratio. Sums are kept in hundredths, each entry rounded by itself, so that a correction takes back exactly what the
entry had added. People are apprentices with a cost in the month and currency; one whose cost was corrected to nothing
still counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from baseplus.apprenticeships.events import ApprenticeExited, ApprenticeshipStarted, ExitReason
from baseplus.investment.events import CostApportioned, CostCorrected, CostIncurred, OutputCorrected, OutputValued
from baseplus.investment.terms import Bearer, borne_by
from projections.benchmarks.declaring import EVERYTHING, Indicator, Part
from projections.runner.view import At

Entry = CostIncurred | CostCorrected | CostApportioned | OutputValued | OutputCorrected


def _incurred_share(event: CostIncurred, at: At) -> Iterator[Part]:  # noqa: ARG001 - an entry names its day
    borne = _hundredths(borne_by(Bearer.ENTERPRISE, event.borne))
    yield _part(event, 100 * borne, _hundredths(event.amount.value), people=int(event.first))


def _corrected_share(event: CostCorrected, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, _moved(event), _hundredths(event.amount.value) - _hundredths(event.previous.value))


def _apportioned_share(event: CostApportioned, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, _moved(event), 0)


def _incurred(event: CostIncurred, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, 0, _hundredths(event.amount.value), people=int(event.first))


def _corrected(event: CostCorrected, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, 0, _hundredths(event.amount.value) - _hundredths(event.previous.value))


def _valued(event: OutputValued, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, _hundredths(event.amount.value), 0)


def _revalued(event: OutputCorrected, at: At) -> Iterator[Part]:  # noqa: ARG001 - as above
    yield _part(event, _hundredths(event.amount.value) - _hundredths(event.previous.value), 0)


def _started(event: ApprenticeshipStarted, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its day
    yield Part(event.base, f"{event.on:%Y-%m}", EVERYTHING, 0, 1, 1)


def _poached(event: ApprenticeExited, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its days
    if event.started and event.reason is ExitReason.POACHED:
        yield Part(event.base, f"{event.started:%Y-%m}", EVERYTHING, 100, 0, 0)


def _moved(event: CostCorrected | CostApportioned) -> int:
    """By how much the enterprise's part changed, in hundredths, a hundred times over for percent."""
    now, before = (borne_by(Bearer.ENTERPRISE, parts) for parts in (event.borne, event.previously_borne))
    return 100 * (_hundredths(now) - _hundredths(before))


def _hundredths(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def _part(event: Entry, numerator: int, denominator: int, people: int = 0) -> Part:
    return Part(event.base, f"{event.on:%Y-%m}", event.amount.currency, numerator, denominator, people)


INVESTING = (
    Indicator(
        key="enterprise_cost_share",
        title="Cost of training borne by the enterprise",
        unit="percent",
        better="context",
        numerator="cost borne by enterprise",
        denominator="all cost",
        by="currency",
        source="our own: cost borne by the enterprise / all cost, by the month of the cost and its currency; as shares"
        " agreed later and corrections have it",
        parts={
            CostIncurred: _incurred_share,
            CostCorrected: _corrected_share,
            CostApportioned: _apportioned_share,
        },
        again=True,
    ),
    Indicator(
        key="return_on_training",
        title="What apprentices' work was worth, for each unit that training cost",
        unit="ratio",
        better="higher",
        numerator="value of output",
        denominator="cost",
        by="currency",
        source="our own: value of output / cost, whoever bears it, by the month of the entry and its currency; after"
        " the surveys of costs and benefits of in-company training, BIBB, Germany",
        parts={
            CostIncurred: _incurred,
            CostCorrected: _corrected,
            OutputValued: _valued,
            OutputCorrected: _revalued,
        },
        again=True,
    ),
    Indicator(
        key="poaching_rate",
        title="Poached before completing, of those who started",
        unit="percent",
        better="lower",
        numerator="exited as poached",
        denominator="started",
        source="our own: exited as poached / started, by the month of the start, as the early exits that they are of",
        parts={ApprenticeshipStarted: _started, ApprenticeExited: _poached},
    ),
)
