"""A university's own indicators as its people and programs ask for them: what there is, and each one's exact figures.

They are of each base, or of the university as one, which is counted anew and never the mean of its bases. Whoever may
ask sees all of them: these figures are no one else's, and no disclosure rule applies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, structs

from baseplus.kernel.paging import ListQuery, Page, page_of, read_cursor
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.vocabulary import Id, Line, TenantId
from projections.benchmarks.declaring import Indicator
from projections.benchmarks.figures import figures
from projections.benchmarks.indicators import INDICATORS, indicator
from projections.benchmarks.periods import ASKED, EXAMPLES, Per, per_of
from projections.runner.reader import Reader

if TYPE_CHECKING:
    Key: TypeAlias = str
else:
    Key = Literal[tuple(one.key for one in INDICATORS)]
Better: TypeAlias = Literal["higher", "lower", "context"]
Sort: TypeAlias = Literal["period", "latest", "highest", "lowest"]


class ListIndicators(ListQuery, frozen=True, kw_only=True):
    """Which indicators."""

    better: Annotated[Better | None, Meta(description="only those of which so much is better")] = None
    search: Annotated[Line | None, Meta(description="only those with this in their key or title")] = None


class ListFigures(ListQuery, frozen=True, kw_only=True):
    """Which figures."""

    indicator: Annotated[Key | None, Meta(description="only this indicator")] = None
    base: Annotated[Id | None, Meta(description="only this base")] = None
    whole: Annotated[bool, Meta(description="the university as one, instead of each base")] = False
    per: Annotated[Per, Meta(description="for each month, term or academic year")] = Per.MONTH
    period: Annotated[Line | None, Meta(description=f"only this one, like {EXAMPLES}: that says how long, too")] = None
    first: Annotated[Line | None, Meta(description="only this period and later ones")] = None
    last: Annotated[Line | None, Meta(description="only this period and earlier ones")] = None
    category: Annotated[Line | None, Meta(description="only this side, channel, currency or programme")] = None
    sort: Annotated[Sort, Meta(description="by period, the latest first, or by value")] = "period"


class IndicatorRow(msgspec.Struct, frozen=True):
    """What an indicator means. by: what its categories are, where it has any. source: where the definition comes from,
    and to which period something belongs."""

    key: str
    title: str
    unit: str
    better: Better
    numerator: str
    denominator: str
    by: str | None
    source: str


class FigureRow(msgspec.Struct, frozen=True):
    """An indicator's figures. base: empty for the university. value: numerator / denominator, in the indicator's unit;
    None where there is nothing below the line.

    people: how many stand behind it: in more than a month perhaps more, and 0 where nobody can be counted.
    """

    indicator: str
    base: str
    period: str
    category: str
    value: float | None
    numerator: int
    denominator: int
    people: int


def indicators(
    reader: Reader,  # noqa: ARG001 - they are declared, and the same for everybody
    tenant: TenantId,  # noqa: ARG001
    asked: ListIndicators,
    *,
    until: int | None = None,  # noqa: ARG001
) -> Page[IndicatorRow]:
    """List the indicators with what they mean, by key."""
    (after,) = read_cursor(asked.cursor, tuple[str]) if asked.cursor else ("",)
    search = (asked.search or "").lower()
    found = sorted(
        (
            one
            for one in INDICATORS
            if one.key > after
            and asked.better in (None, one.better)
            and (search in one.key or search in one.title.lower())
        ),
        key=lambda one: one.key,
    )
    return page_of([_said(one) for one in found[: asked.limit + 1]], asked.limit, lambda row: (row.key,))


def _said(one: Indicator) -> IndicatorRow:
    return IndicatorRow(one.key, one.title, one.unit, one.better, one.numerator, one.denominator, one.by, one.source)


_VALUE = "numerator::float8 / nullif(denominator, 0)"
_PLACED = {"period": "0", "latest": "0", "highest": f"-{_VALUE}", "lowest": _VALUE}


def own_figures(reader: Reader, tenant: TenantId, asked: ListFigures, *, until: int | None = None) -> Page[FigureRow]:
    """List the university's own figures.

    Of all indicators or one, for each base or the university as one, by month, term or academic year. By value, those
    that have none come last.
    """
    if asked.whole and asked.base:
        raise Invalid(where="base", reason="must be left out where the university is asked for as one")
    place = (False, 0.0, "", "", "", "")
    place = read_cursor(asked.cursor, tuple[bool, float, str, str, str, str]) if asked.cursor else place
    each = [indicator(asked.indicator)] if asked.indicator else INDICATORS
    later = "<" if asked.sort == "latest" else ">"
    rank = _PLACED[asked.sort]
    sql = f"""
        WITH own AS (
            SELECT indicator, base, period, category, {_VALUE} AS value, numerator, denominator, people,
                {rank} IS NULL AS missing, coalesce({rank}, 0)::float8 AS rank
            FROM ({" UNION ALL ".join(f"({figures(one)})" for one in each)}) AS every
            WHERE {ASKED}
              AND (%(base)s::text IS NULL OR base = %(base)s)
              AND (%(first)s::text IS NULL OR period >= %(first)s)
              AND (%(last)s::text IS NULL OR period <= %(last)s)
              AND (%(category)s::text IS NULL OR category = %(category)s)
        )
        SELECT indicator, base, period, category, value, numerator, denominator, people FROM own
        WHERE %(start)s OR (missing, rank) > (%(missing)s, %(rank)s)
           OR (missing, rank) = (%(missing)s, %(rank)s) AND (period {later} %(at)s
                OR period = %(at)s AND (indicator, base, category) > (%(of)s, %(there)s, %(kind)s))
        ORDER BY missing, rank, period {"DESC" if asked.sort == "latest" else ""}, indicator, base, category
        LIMIT %(limit)s + 1"""
    params = structs.asdict(asked) | {
        "per": (per_of(asked.period) if asked.period else asked.per).value,
        "periods": [asked.period] if asked.period else None,
        "as_of": None,
        "start": asked.cursor is None,
    }
    params |= zip(("missing", "rank", "at", "of", "there", "kind"), place, strict=True)
    rows = reader.rows(tenant, sql, params, FigureRow, until=until)
    return page_of(
        rows, asked.limit, lambda row: (*_rank(row, asked.sort), row.period, row.indicator, row.base, row.category)
    )


def _rank(row: FigureRow, sort: Sort) -> tuple[bool, float]:
    if sort in ("period", "latest"):
        return False, 0.0
    return row.value is None, (-1 if sort == "highest" else 1) * (row.value or 0.0)
