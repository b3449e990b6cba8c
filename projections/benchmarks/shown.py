"""Released benchmarks as people and programs ask for them, with their own exact figures beside them.

A release lies in the history of the association that made it and holds only what may be seen: whoever has a key may
read it, from whichever tenant. One's own figures are one's own: they are read in one's own tenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, page_of, read_cursor
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import Id, Line, TenantId
from projections.benchmarks.disclosure import withhold_rate
from projections.benchmarks.percentiles import quintile
from projections.benchmarks.periods import per_of
from projections.benchmarks.queries import Figure, contributions
from projections.benchmarks.views import BenchmarkRow
from projections.runner.reader import Reader, fields, published_in

OfAssociation = Annotated[Id | None, Meta(description="the association that released it; left out, one's own tenant")]


class ListReleases(ListQuery, frozen=True, kw_only=True):
    """Whose releases."""

    association: OfAssociation = None


class ShowRelease(ListQuery, frozen=True, kw_only=True):
    """Which release."""

    release: Id
    association: OfAssociation = None
    period: Annotated[Line | None, Meta(description="only this period")] = None


class ReleaseRow(msgspec.Struct, frozen=True):
    """A release. groups: how many peer groups it has; withheld: how many of them are not shown."""

    release: str
    indicator: str
    periods: list[str]
    groups: int
    withheld: int
    released_at: datetime


class GroupRow(BenchmarkRow):
    """A peer group of a release, and one's own figures in it.

    numerator / denominator is one's own value in the indicator's unit, exact, with `people` behind it; None where one
    has none. fifth: 1 (lowest) to 5, where the group is shown and enough people stand behind one's own value.
    """

    numerator: int | None = None
    denominator: int | None = None
    people: int | None = None
    fifth: int | None = None


def releases(reader: Reader, tenant: TenantId, asked: ListReleases, *, until: int | None = None) -> Page[ReleaseRow]:
    """List the releases of an association, by id."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    sql = """
        SELECT release, indicator, array_agg(DISTINCT period ORDER BY period) AS periods, count(*) AS groups,
            count(withheld) AS withheld, max(released_at) AS released_at
        FROM views.benchmarks WHERE release > %s GROUP BY release, indicator ORDER BY release LIMIT %s + 1"""
    whose, seen = published_in(tenant, asked.association, until)
    rows = reader.rows(whose, sql, (after, asked.limit), ReleaseRow, until=seen)
    return page_of(rows, asked.limit, lambda row: (row.release,))


def one_release(reader: Reader, tenant: TenantId, asked: ShowRelease, *, until: int | None = None) -> Page[GroupRow]:
    """Show the peer groups of a release, by period and category.

    What may be seen of each, and beside it one's own exact figures.
    """
    after, category = read_cursor(asked.cursor, tuple[str, str]) if asked.cursor else ("", "")
    sql = f"""
        SELECT {fields(BenchmarkRow)} FROM views.benchmarks
        WHERE release = %(release)s AND (period, category) > (%(after)s, %(from_category)s)
          AND (%(period)s::text IS NULL OR period = %(period)s)
        ORDER BY period, category LIMIT %(limit)s + 1"""
    whose, seen = published_in(tenant, asked.association, until)
    params = {**structs.asdict(asked), "after": after, "from_category": category}
    rows = reader.rows(whose, sql, params, GroupRow, until=seen)
    if not rows and not asked.cursor:
        raise NotFound(release=asked.release, association=whose)
    if rows and whose != tenant:
        own = contributions(reader, tenant, rows[0].indicator, per=per_of(rows[0].period), whole=True, until=until)
        _compare(rows, own)
    return page_of(rows, asked.limit, lambda row: (row.period, row.category))


def _compare(rows: Iterable[GroupRow], own: Iterable[Figure]) -> None:
    """Put one's own figures beside each group."""
    figures = _summed(own)
    for row in rows:
        found = figures.get((row.period, row.category))
        if found is None or not found[1]:
            continue
        row.numerator, row.denominator, row.people = found
        thresholds = [value for value in (row.p20, row.p40, row.p60, row.p80) if value is not None]
        if thresholds and withhold_rate(row.people) is None:
            row.fifth = quintile(row.numerator / row.denominator, thresholds)


def _summed(own: Iterable[Figure]) -> Mapping[tuple[str, str], tuple[int, int, int]]:
    """Figures of the whole university by period and category; a programme that is reported in parts has their sum."""
    sums: dict[tuple[str, str], tuple[int, int, int]] = {}
    parts: dict[tuple[str, str], tuple[int, int, int]] = {}
    for row in own:
        _add(sums, (row.period, row.category), row)
        programme, colon, _ = row.category.partition(": ")
        if colon:
            _add(parts, (row.period, programme), row)
    return {**parts, **sums}


def _add(sums: dict[tuple[str, str], tuple[int, int, int]], place: tuple[str, str], row: Figure) -> None:
    numerator, denominator, people = sums.get(place, (0, 0, 0))
    sums[place] = (numerator + row.numerator, denominator + row.denominator, people + row.people)
