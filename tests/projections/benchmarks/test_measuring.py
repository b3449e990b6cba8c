"""What a release says it was computed from."""

from __future__ import annotations

import pytest

from baseplus.kernel.refusals import NotFound
from infra.postgres.database import Database
from infra.schema import bring_up_to_date
from infra.wiring import EVENT_TYPES
from projections.benchmarks.release import measure
from projections.benchmarks.views import ContributionRow, Contributions
from projections.runner.generations import live_tables

RATE = "sustained_destination_rate"


@pytest.fixture
def measured_database(database: Database) -> Database:
    """Three universities of which the last has contributed nothing, and who is parked: one, another elsewhere."""
    bring_up_to_date(database)
    row = ContributionRow(
        key="k",
        base="",
        indicator=RATE,
        period="2013-14",
        category="Access to HE",
        numerator=1760,
        denominator=20,
        people=20,
    )
    with database.connect("worker") as connection, connection.cursor() as cursor:
        (table,) = live_tables(cursor, [Contributions()], EVENT_TYPES)
        table.write(cursor, [("folded", row), ("stuck", row)])
        cursor.executemany(
            "INSERT INTO views.tenant_position VALUES (%s, %s)", [("folded", 9), ("stuck", 9), ("silent", 9)]
        )
        cursor.executemany(
            "INSERT INTO views.parked (view, generation, tenant, position, type, reason)"
            " VALUES (%s, %s, %s, %s, 'outcomes.outcome_return_filed.v1', 'unreadable')",
            [
                ("contributions", table.generation, "stuck", 5),
                ("contributions", table.generation + 1, "folded", 3),
                ("benchmarks", table.generation, "folded", 2),
            ],
        )
    return database


def test_it_names_the_position_of_each_contributor_and_of_nobody_else(measured_database: Database) -> None:
    with measured_database.connect("worker") as connection:
        assert set(measure(connection, RATE, ["2013-14"]).positions) == {"folded", "stuck"}
        assert measure(connection, RATE, ["2012-13"]).positions == {}


def test_a_parked_university_stands_before_the_event_that_could_not_be_folded(measured_database: Database) -> None:
    with measured_database.connect("worker") as connection:
        assert measure(connection, RATE, ["2013-14"]).positions == {"folded": 9, "stuck": 4}


def test_an_unknown_indicator_is_not_measured(measured_database: Database) -> None:
    with measured_database.connect("worker") as connection, pytest.raises(NotFound):
        measure(connection, "happiness", ["2013-14"])


def test_no_other_role_measures_across_universities(measured_database: Database) -> None:
    with measured_database.connect("app") as connection:
        found = connection.execute("SELECT count(*) FROM views.contributions").fetchone()
    assert found == (0,)
