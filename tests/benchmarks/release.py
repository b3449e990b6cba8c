"""A release over 1,000 universities in 61 categories of two years: everybody in all of them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from baseplus.kernel.vocabulary import TenantId
from infra.schema import bring_up_to_date
from infra.wiring import EVENT_TYPES
from projections.benchmarks.release import release
from projections.benchmarks.views import ContributionRow, Contributions
from projections.runner.generations import live_tables
from tenants.model import RegisterTenant, TenantKind, tenancy
from tests.benchmarks.figure import Environment, Figure

_UNIVERSITIES, _CATEGORIES, _PERIODS = 1_000, 61, ("2013-14", "2014-15")
_RATE = "sustained_destination_rate"
_LIMIT = 5.0  # seconds
_ASSOCIATION = TenantId("association")
_RUNS = 3


def measure_release(environment: Environment) -> Sequence[Figure]:
    """From rows in the view to the event in the association's history, against 5 seconds."""
    bring_up_to_date(environment.database)
    with closing(environment.store()) as store, environment.database.connect("worker") as connection:
        store.register(_ASSOCIATION)
        register = RegisterTenant(name="An association", kind=TenantKind.ASSOCIATION)
        store.execute(_ASSOCIATION, tenancy, _ASSOCIATION, register)
        _fill(environment)
        seconds = []
        for run in range(_RUNS):
            started = time.perf_counter()
            release(store, connection, _ASSOCIATION, f"release-{run}", _RATE, _PERIODS)
            seconds.append(time.perf_counter() - started)
    value = sorted(seconds)[_RUNS // 2]
    ratio = round(value / _LIMIT, 3)
    return [Figure(figure="release", value=round(value, 3), unit="s", against=f"{_LIMIT:g} s", ratio=ratio)]


def _fill(environment: Environment) -> None:
    """Contributions of all, as the worker would write them."""
    chance = random.Random(1)
    with environment.database.connect("worker") as connection, connection.transaction(), connection.cursor() as cursor:
        (table,) = live_tables(cursor, [Contributions()], EVENT_TYPES)
        for number in range(_UNIVERSITIES):
            tenant = f"university-{number}"
            table.write(cursor, ((tenant, row) for row in _rows(chance)))
            cursor.execute("INSERT INTO views.tenant_position VALUES (%s, %s)", (tenant, 123))
    with environment.database.connect("admin") as connection:
        connection.execute("ANALYZE")


def _rows(chance: random.Random) -> Iterator[ContributionRow]:
    for period in _PERIODS:
        for number in range(_CATEGORIES):
            category = f"Programme {number % 8}: subject area number {number}"
            people, percent = 10 * chance.randint(1, 60), chance.randint(40, 100)
            yield ContributionRow(
                key=f"/{_RATE}/{period}/{category}",
                base="",
                indicator=_RATE,
                period=period,
                category=category,
                numerator=percent * people,
                denominator=people,
                people=people,
            )


FIGURES = [("release", measure_release)]
