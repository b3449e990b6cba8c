"""The independent count and the program's, on the lives of made-up universities."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta

import pytest

from infra.postgres.database import Database
from infra.simulation.simulate import Simulation, simulate
from infra.wiring import EVENT_TYPES
from projections.runner.reader import Reader
from tests.independent.comparing import CALCULATIONS, differences
from tests.independent.test_figures import COUNTED
from tests.projections.runner.stage import Stage


def counted(database: Database, lives: Simulation) -> set[str]:
    """That nothing differs, in the middle of it and a year after its end. What has anything above the line."""
    simulate(database, lives, progress=lambda done, of: None)
    moved = set[str]()
    with closing(Stage(database, EVENT_TYPES)) as stage, closing(Reader(database.dsn("app"), size=1)) as reader:
        stage.fold_all(COUNTED)
        for tenant in lives.tenants[1:]:
            for today in (lives.first + timedelta(days=190), lives.last + timedelta(days=365)):
                found, above = differences(database, reader, tenant, today)
                assert found == []
                moved |= above
    return moved


def test_all_figures_of_a_made_up_university_are_those_of_its_raw_history(migrated_database: Database) -> None:
    moved = counted(migrated_database, Simulation(universities=1, years=1, seed=7, first=date(2024, 9, 2)))
    # whoever is hired in the first year has not been there for twelve months at its end
    assert CALCULATIONS.keys() - moved <= {"retention_12m"}


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_all_figures_of_twelve_made_up_universities_are_those_of_their_raw_histories(
    migrated_database: Database,
) -> None:
    assert counted(migrated_database, Simulation(12, 2, 7, date(2024, 9, 2))) == CALCULATIONS.keys()
