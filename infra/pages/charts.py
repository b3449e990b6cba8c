"""The arithmetic of the charts: where marks stand. x is in percent of the width, so that text is never scaled.

Templates print what is worked out here and add nothing up themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

TICKS = 5
"""Marks on an axis: the grid behind a figure is in quarters."""


class Bar(NamedTuple):
    """A piece of a bar. kind: its class. x, width: percent."""

    kind: str
    x: str
    width: str


class Tick(NamedTuple):
    """A mark on an axis. anchor: how its text stands there."""

    x: str
    anchor: Literal["start", "middle", "end"]
    value: float


class Mark(NamedTuple):
    """Something at a place. kind: its class."""

    kind: str
    x: str


@dataclass(frozen=True)
class Scale:
    """A number line from `low` to `high`, in quarters that people can read."""

    low: float
    high: float

    def at(self, value: float) -> str:
        """Where a value stands, in percent; what lies outside stands at the edge."""
        return percent(100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low))

    def between(self, low: float, high: float) -> str:
        """How wide a stretch is, in percent."""
        return percent(float(self.at(high)[:-1]) - float(self.at(low)[:-1]))

    @property
    def ticks(self) -> list[Tick]:
        """Five of them."""
        quarter = (self.high - self.low) / (TICKS - 1)
        anchors: Sequence[Literal["start", "middle", "end"]] = ("start", "middle", "middle", "middle", "end")
        return [Tick(percent(25 * n), anchor, self.low + n * quarter) for n, anchor in enumerate(anchors)]


def percent(value: float) -> str:
    """As SVG wants it: 12.5%, with one place at most."""
    return f"{round(value, 1):g}%"


def scale_from_zero(most: float) -> Scale:
    """A scale that begins with 0 and holds `most`."""
    return Scale(0, 4 * _step(max(most, 1) / 4))


def scale_around(values: Iterable[float], *, ceiling: float | None = None) -> Scale:
    """A scale that holds all values, not necessarily with 0. ceiling: it does not go beyond it, as 100 for percent."""
    found = list(values) or [0.0]
    low, high = min(found), max(found)
    step = _step(max(high - low, 4) / 4)
    while True:
        first = math.floor(low / step) * step
        if first + 4 * step >= high:
            break
        step = _step(step * 1.01)
    if ceiling is not None and first + 4 * step > ceiling:
        first = max(0.0, ceiling - 4 * step)
    return Scale(first, first + 4 * step)


def stacked(parts: Sequence[tuple[str, int]]) -> list[Bar]:
    """One bar of the whole width, in pieces of the given sizes; a piece of nothing is left out."""
    whole = sum(size for _, size in parts)
    bars, before = [], 0
    for kind, size in parts:
        if size:
            bars.append(Bar(kind, percent(100 * before / whole), percent(100 * size / whole)))
            before += size
    return bars


def twelve_months(last: date) -> list[date]:
    """The first days of the twelve months that end with the month of `last`."""
    count = last.year * 12 + last.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(count - 11, count + 1)]


def in_month(months: Sequence[date], day: date) -> str | None:
    """Where a day's month stands among them, in the middle of its place; None where it is none of them."""
    first = day.replace(day=1)
    return percent(100 * (months.index(first) + 0.5) / len(months)) if first in months else None


def _step(least: float) -> float:
    """The smallest number not below `least` that people count in: 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    for factor in (1, 2, 2.5, 5, 10):
        # whole numbers are counted here: 2.5 makes sense in tens only
        step = factor * power
        if step >= least * (1 - 1e-9) and (factor != 2.5 or power >= 10):
            return max(step, 1.0)
    raise AssertionError("ten times the power is enough")
