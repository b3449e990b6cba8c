"""A benchmark's release: a fact in the history of the association that made it, stream `benchmarks/<release>`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Meta, Struct

from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import Line, TenantId

IndicatorKey = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$", extra={"form": "the key of an indicator"})]
Period = Annotated[
    str,
    Meta(pattern="^[0-9][0-9a-z-]{0,15}$", extra={"form": "a period, like 2013-14 or 2026-03"}, examples=["2013-14"]),
]
Withheld = Literal["too_few_universities", "too_few_people"]


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """One peer group's distribution, as shown: nothing in it that may not be seen.

    universities: how many, rounded to 5. p20 … p80: the indicator's values below which these shares of people lie, in
    whole units of the indicator. withheld: why there are no figures; then all of them are None.
    """

    category: Line
    period: Period
    universities: int | None = None
    p20: int | None = None
    p40: int | None = None
    p60: int | None = None
    p80: int | None = None
    withheld: Withheld | None = None


class BenchmarkReleased(Event):
    """Figures that are frozen from here on.

    positions: how far the history of each university in it had been folded, so that anyone allowed to can recompute
    every figure, also the withheld ones, and prove them.
    """

    TYPE: ClassVar = "benchmarks.benchmark_released.v1"
    indicator: IndicatorKey
    periods: tuple[Period, ...]
    groups: tuple[Group, ...]
    positions: dict[TenantId, int]


BenchmarkEvent: TypeAlias = BenchmarkReleased
