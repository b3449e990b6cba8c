"""What an indicator is, and what one event adds to one of its rows.

A value is numerator / denominator in the indicator's unit, so a rate in percent has 100 × people as its numerator. Both
are whole numbers: sums of them never drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from baseplus.kernel.events import Event
from projections.runner.view import At

WHOLE_UNIVERSITY = ""
"""The base of figures that a university reports as one."""

EVERYTHING = "all"
"""The category of an indicator that has none."""


class Part(NamedTuple):
    """What one event adds to one row. replaces: it takes the place of what the row held, instead of adding to it.

    period: the month, like 2026-03; of_year: it is an academic year instead, like 2025-26.
    """

    base: str
    period: str
    category: str
    numerator: int
    denominator: int
    people: int
    replaces: bool = False
    of_year: bool = False


@dataclass(frozen=True)
class Indicator:
    """numerator, denominator: what is above and below the line, in words. by: what its categories are, if it has any.

    source: where the definition comes from, and to which period something belongs. parts: per event type, what an event
    of it contributes. days: the statement that counts it in days instead, from the views called `spans`; by_category:
    it gives a category, too. again: people whom events contribute count again in each month that they are in.
    """

    key: str
    title: str
    unit: Literal["percent", "days", "hours", "ratio", "points"]
    better: Literal["higher", "lower", "context"]
    numerator: str
    denominator: str
    source: str
    by: Literal["side", "channel", "currency", "programme"] | None = None
    parts: Mapping[type[Event], Callable[[Any, At], Iterable[Part]]] = field(default_factory=dict)
    days: str | None = None
    spans: tuple[str, ...] = ()
    by_category: bool = False
    again: bool = False
