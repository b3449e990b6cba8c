"""Questions about benchmarks. The tenant comes first; row-level security knows no other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from baseplus.benchmarks.events import Group, Withheld
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from projections.benchmarks.disclosure import withhold_rate
from projections.benchmarks.figures import figures
from projections.benchmarks.indicators import indicator
from projections.benchmarks.percentiles import quintile
from projections.benchmarks.periods import Per, per_of
from projections.benchmarks.views import BenchmarkRow
from projections.runner.reader import Reader, fields


class Standing(msgspec.Struct, frozen=True):
    """Where a base stands in one group of a release.

    base: empty for the whole university. value: its own, in the indicator's unit. fifth: 1 (lowest) to 5. withheld: why
    there are neither.
    """

    base: str
    category: str
    period: str
    value: float | None = None
    fifth: int | None = None
    withheld: Withheld | None = None


class Figure(msgspec.Struct, frozen=True):
    """An indicator's figures of a base, period and category: see `ContributionRow`. base: empty for the university."""

    key: str
    base: str
    indicator: str
    period: str
    category: str
    numerator: int
    denominator: int
    people: int


def contributions(
    reader: Reader,
    tenant: TenantId,
    indicator_key: str,
    *,
    period: str | None = None,
    per: Per | None = None,
    whole: bool = False,
    as_of: date | None = None,
    until: int | None = None,
) -> list[Figure]:
    """A university's own figures, exact, by period, category and base; as of position `until` or later.

    period: None for all. per: how long the periods are; None: as long as `period`, else months. whole: the university
    as one. as_of: what is counted in days is counted up to and without that day; None: today. Raises NotFound
    (indicator), Invalid (period), Unavailable.
    """
    one = indicator(indicator_key)
    long = per or (Per.MONTH if period is None else per_of(period))
    asked = {"per": long.value, "periods": None if period is None else [period], "whole": whole, "as_of": as_of}
    sql = f"SELECT {fields(Figure)} FROM ({figures(one)}) AS own ORDER BY period, category, base"
    return reader.rows(tenant, sql, asked, Figure, until=until)


def benchmark(reader: Reader, association: TenantId, release: str, *, until: int | None = None) -> list[BenchmarkRow]:
    """The groups of one of an association's releases, by period and category. Raises NotFound, Unavailable."""
    sql = f"""
        SELECT {", ".join(BenchmarkRow.__struct_fields__)} FROM views.benchmarks
        WHERE release = %s ORDER BY period, category"""
    rows = reader.rows(association, sql, (release,), BenchmarkRow, until=until)
    if not rows:
        raise NotFound(release=release)
    return rows


def standings(own: Iterable[Figure], groups: Iterable[Group | BenchmarkRow]) -> list[Standing]:
    """Where each row of a university's contributions stands in the group it is part of.

    A rate of too few people says more of them than of their university, so that it has no standing.
    """
    shown = {(group.category, group.period): group for group in groups}
    found = []
    for row in own:
        group = shown.get((row.category, row.period))
        if group is None:
            continue
        thresholds = [value for value in (group.p20, group.p40, group.p60, group.p80) if value is not None]
        standing = Standing(row.base, row.category, row.period, withheld=withhold_rate(row.people) or group.withheld)
        if standing.withheld is None:
            value = row.numerator / row.denominator
            standing = msgspec.structs.replace(standing, value=value, fifth=quintile(value, thresholds))
        found.append(standing)
    return found
