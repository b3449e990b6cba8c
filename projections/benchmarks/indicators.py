"""Indicators, each declared once: what it means and which events contribute what to it.

A value is numerator / denominator in the indicator's unit, so a rate in percent has 100 × people as its numerator. Both
are whole numbers: sums of them never drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from baseplus.agreements.events import ObligationFellDue
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import NotFound
from baseplus.outcomes.events import OutcomeEvent, OutcomeReturnCorrected, OutcomeReturnFiled
from projections.runner.view import At

WHOLE_UNIVERSITY = ""
"""The base of figures that a university reports as one."""

EVERYTHING = "all"
"""The category of an indicator that has none."""


class Part(NamedTuple):
    """What one event adds to one row. replaces: it takes the place of what the row held, instead of adding to it."""

    base: str
    period: str
    category: str
    numerator: int
    denominator: int
    people: int
    replaces: bool = False


@dataclass(frozen=True)
class Indicator:
    """parts: per event type, what an event of it contributes. source: where the definition comes from."""

    key: str
    title: str
    unit: Literal["percent", "days", "hours", "ratio"]
    better: Literal["higher", "lower", "context"]
    source: str
    parts: Mapping[type[Event], Callable[[Any, At], Iterable[Part]]]


def _destinations(event: OutcomeEvent, at: At) -> Iterator[Part]:  # noqa: ARG001 - a return names its own year
    if event.completions is None or event.rate is None:
        # A suppressed return is known to exist, and counts for nothing.
        yield Part(WHOLE_UNIVERSITY, event.year, event.category, 0, 0, 0, replaces=True)
    else:
        people = event.completions
        yield Part(WHOLE_UNIVERSITY, event.year, event.category, event.rate * people, people, people, replaces=True)


def _obligations(event: ObligationFellDue, at: At) -> Iterator[Part]:  # noqa: ARG001 - the event names its due date
    # Obligations are owed by parties; how many people stand behind them is not known, so none are counted, and across
    # universities the rate is not shown.
    yield Part(WHOLE_UNIVERSITY, f"{event.due:%Y-%m}", EVERYTHING, 100 if event.fulfilled else 0, 1, 0)


INDICATORS = (
    Indicator(
        key="sustained_destination_rate",
        title="Completed, and in sustained further study or work afterwards",
        unit="percent",
        better="higher",
        source="Further education outcome-based success measures, Department for Education, England",
        parts={OutcomeReturnFiled: _destinations, OutcomeReturnCorrected: _destinations},
    ),
    Indicator(
        key="obligation_on_time_rate",
        title="Obligations fulfilled by their due date",
        unit="percent",
        better="higher",
        source="our own: fulfilled by due date / fallen due",
        parts={ObligationFellDue: _obligations},
    ),
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
