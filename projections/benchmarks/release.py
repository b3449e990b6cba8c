"""From contributions to a release: one snapshot, one distribution per group, and only what may be shown.

A category may have parts, written `Full Level 2: Construction`. Each is a group of its own, and all parts together are
the group `Full Level 2`, in which each part of each university stands for itself: that is how the published thresholds
of whole programmes come out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import psycopg

from baseplus.benchmarks.events import Group
from baseplus.benchmarks.model import ReleaseBenchmark, benchmarks
from baseplus.kernel.decisions import Command, Decider, Receipt
from baseplus.kernel.refusals import Invalid, Rejected, UnknownTenant
from baseplus.kernel.vocabulary import TenantId
from projections.benchmarks.disclosure import rounded, withhold_distribution
from projections.benchmarks.figures import figures, views_of
from projections.benchmarks.indicators import indicator
from projections.benchmarks.percentiles import percentiles
from projections.benchmarks.periods import Per, after, per_of
from tenants.model import TenantKind, tenancy

SHARES = (20, 40, 60, 80)


class Contribution(NamedTuple):
    """One row of the contributions, of any university."""

    tenant: str
    period: str
    category: str
    numerator: int
    denominator: int
    people: int


@dataclass(frozen=True)
class Distribution:
    """How an indicator is spread over a group, before disclosure control: never to be shown as it is.

    thresholds: the percentiles for `SHARES`, in the indicator's unit; empty where nobody has a value.
    """

    category: str
    period: str
    universities: int
    people: int
    thresholds: tuple[float, ...]

    def shown(self) -> Group:
        """What may be seen of it."""
        if reason := withhold_distribution(self.universities, self.people):
            return Group(self.category, self.period, withheld=reason)
        p20, p40, p60, p80 = map(_whole, self.thresholds)
        return Group(self.category, self.period, rounded(self.universities), p20, p40, p60, p80)


@dataclass(frozen=True)
class Measured:
    """An indicator over all groups, and how far each university's history had been folded for it."""

    indicator: str
    periods: tuple[str, ...]
    distributions: tuple[Distribution, ...]
    positions: dict[TenantId, int]

    def command(self) -> ReleaseBenchmark:
        """The order to publish what may be seen of it."""
        groups = tuple(distribution.shown() for distribution in self.distributions)
        return ReleaseBenchmark(self.indicator, self.periods, groups, self.positions)


class Deciding(Protocol):
    """The part of the event store that a release needs."""

    def load(self, tenant: TenantId, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        """A thing's state and version."""
        ...

    def execute(self, tenant: TenantId, decider: Decider[Any, Any, Any], thing: str, *commands: Command) -> Receipt:
        """Decide the commands and record what happened."""
        ...


def release(
    store: Deciding,
    connection: psycopg.Connection[Any],
    association: TenantId,
    name: str,
    indicator_key: str,
    periods: Sequence[str],
) -> Receipt:
    """Measure, and record the release `name` in the association's own history.

    connection: see `measure`. The same name again is refused where a figure or a position has changed, and changes
    nothing where none has. Raises NotFound (indicator), Rejected, UnknownTenant, Unavailable.
    """
    tenant, registered = store.load(association, tenancy, association)
    if not registered:
        raise UnknownTenant(tenant=association)
    if tenant.kind is not TenantKind.ASSOCIATION:
        raise Rejected("not_an_association", tenant=association, kind=tenant.kind)
    return store.execute(association, benchmarks, name, measure(connection, indicator_key, periods).command())


def measure(connection: psycopg.Connection[Any], indicator_key: str, periods: Sequence[str]) -> Measured:
    """The distributions of an indicator over all universities, from one snapshot of the read models.

    connection: idle, of a role that may read the read models of every tenant. Raises NotFound (indicator), Invalid
    where the periods are not all months, all terms or all academic years, and Rejected where days are counted and a
    period is not over: its figures could not be recomputed.
    """
    one = indicator(indicator_key)
    per = _how_long(periods)
    with connection.transaction(), connection.cursor(binary=True) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if one.days is not None:
            _check_over(cursor, periods)
        cursor.execute(
            f"SELECT tenant, period, category, numerator, denominator, people FROM ({figures(one)}) AS every",
            {"per": per.value, "periods": list(periods), "whole": False, "as_of": None},
        )
        rows = [Contribution(*row) for row in cursor.fetchall()]
        # A parked university's rows stand where they were before the event that could not be folded.
        cursor.execute(
            "SELECT t.tenant, least(t.position, stuck.position - 1) FROM views.tenant_position t LEFT JOIN"
            " (SELECT p.tenant, min(p.position) AS position FROM views.parked p"
            " JOIN views.generations g USING (view, generation)"
            " WHERE view = ANY(%s) AND g.state = 'live' GROUP BY p.tenant) stuck USING (tenant)",
            (views_of(one),),
        )
        folded = dict(cursor.fetchall())
    positions = {TenantId(tenant): folded[tenant] for tenant in sorted({row.tenant for row in rows})}
    return Measured(one.key, tuple(periods), tuple(distributions(rows)), positions)


def _how_long(periods: Sequence[str]) -> Per:
    found = {per_of(period) for period in periods}
    if len(found) > 1:
        # A term beside its months would show what is withheld of one of them.
        raise Invalid(where="period", reason="are of different length; release them apart")
    return found.pop() if found else Per.MONTH


def _check_over(cursor: psycopg.Cursor[Any], periods: Sequence[str]) -> None:
    cursor.execute("SELECT (now() AT TIME ZONE 'UTC')::date")
    today = cursor.fetchall()[0][0]
    if running := [period for period in periods if after(period) > (today.year, today.month)]:
        raise Rejected("period_not_over", periods=running)


def distributions(contributions: Iterable[Contribution]) -> Iterator[Distribution]:
    """One distribution per period and group, ordered by both. A contribution weighs what its denominator is."""
    groups: dict[tuple[str, str], list[Contribution]] = {}
    rows = list(contributions)
    wholes = {(row.tenant, row.period, row.category) for row in rows}
    for row in rows:
        groups.setdefault((row.period, row.category), []).append(row)
        programme, colon, _ = row.category.partition(": ")
        # Who reports a programme as a whole, too, is not counted twice in it.
        if colon and (row.tenant, row.period, programme) not in wholes:
            groups.setdefault((row.period, programme), []).append(row)
    for (period, category), members in sorted(groups.items()):
        valued = [row for row in members if row.denominator > 0]
        # True division rounds correctly, so equal fractions are equal floats and the order is the exact one.
        observed = [(row.numerator / row.denominator, row.denominator) for row in valued]
        yield Distribution(
            category,
            period,
            universities=len({row.tenant for row in valued}),
            people=sum(row.people for row in valued),
            thresholds=tuple(percentiles(observed, SHARES)) if observed else (),
        )


def _whole(value: float) -> int:
    """To whole units, halves upwards."""
    return math.floor(value + 0.5)
