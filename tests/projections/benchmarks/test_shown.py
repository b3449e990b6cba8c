from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from baseplus.benchmarks.events import Group
from baseplus.benchmarks.model import ReleaseBenchmark, benchmarks
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from baseplus.outcomes.model import FileReturn, outcomes
from infra.postgres.database import Database
from infra.wiring import EVENT_TYPES
from projections.benchmarks.shown import GroupRow, ListReleases, ShowRelease, one_release, releases
from projections.benchmarks.views import Benchmarks, Contributions
from projections.runner.reader import Reader
from tests.projections.runner.stage import Stage

NORTH, MAKERS = TenantId("north"), TenantId("makers")
YEAR = "2025-26"
SHOWN = ("Level 2", "Level 3", "Metal", "Wood")


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    """The makers' association has released two benchmarks; North has returns of its own in three of their groups."""
    with closing(Stage(database, EVENT_TYPES)) as stage, closing(Reader(database.dsn("app"), size=1)) as reader:
        stage.store.register(NORTH, MAKERS)
        returns = (("Level 2", 64, 86), ("Level 3", 20, 95), ("Metal: turning", 40, 90), ("Metal: milling", 60, 80))
        for category, people, rate in returns:
            stage.store.execute(NORTH, outcomes, YEAR, FileReturn(YEAR, category, people, rate))
        groups = [Group(category, YEAR, 25, 79, 84, 88, 93) for category in SHOWN]
        release(stage, "autumn", *groups, Group("Level 4", YEAR, withheld="too_few_people"))
        release(stage, "winter", Group("Level 2", "2024-25", 25, 70, 75, 80, 85))
        stage.fold_all((Contributions(), Benchmarks()))
        yield reader


def release(stage: Stage, name: str, *groups: Group) -> None:
    periods = tuple(sorted({group.period for group in groups}))
    order = ReleaseBenchmark("sustained_destination_rate", periods, groups, {NORTH: 4})
    stage.store.execute(MAKERS, benchmarks, name, order)


def groups(reader: Reader, tenant: TenantId, association: str | None = None) -> dict[str, GroupRow]:
    page = one_release(reader, tenant, ShowRelease(release="autumn", association=association))
    return {row.category: row for row in page.rows}


def test_whoever_has_a_key_reads_what_an_association_has_released(reader: Reader) -> None:
    for tenant, association in ((NORTH, MAKERS), (MAKERS, None)):
        found = releases(reader, tenant, ListReleases(association=association)).rows
        assert [(row.release, row.periods, row.groups, row.withheld) for row in found] == [
            ("autumn", [YEAR], 5, 1),
            ("winter", ["2024-25"], 1, 0),
        ]


def test_a_university_has_released_nothing_itself(reader: Reader) -> None:
    assert releases(reader, NORTH, ListReleases()).rows == []
    with pytest.raises(NotFound):
        one_release(reader, NORTH, ShowRelease(release="autumn"))


def test_one_s_own_exact_figures_stand_beside_those_of_one_s_peers(reader: Reader) -> None:
    row = groups(reader, NORTH, association=MAKERS)["Level 2"]

    assert (row.p20, row.p40, row.p60, row.p80) == (79, 84, 88, 93)
    assert (row.numerator, row.denominator, row.people, row.fifth) == (86 * 64, 64, 64, 3)


def test_a_programme_that_is_reported_in_parts_has_their_sum(reader: Reader) -> None:
    row = groups(reader, NORTH, association=MAKERS)["Metal"]

    assert (row.numerator, row.denominator, row.fifth) == (90 * 40 + 80 * 60, 100, 2)


def test_few_people_have_figures_and_no_standing(reader: Reader) -> None:
    row = groups(reader, NORTH, association=MAKERS)["Level 3"]

    assert (row.denominator, row.fifth) == (20, None)


def test_what_must_not_be_shown_and_what_one_does_not_have_stay_empty(reader: Reader) -> None:
    found = groups(reader, NORTH, association=MAKERS)

    assert (found["Level 4"].withheld, found["Level 4"].p40, found["Level 4"].fifth) == ("too_few_people", None, None)
    assert (found["Wood"].numerator, found["Wood"].denominator, found["Wood"].fifth) == (None, None, None)


def test_an_association_has_no_figures_of_its_own(reader: Reader) -> None:
    assert {row.numerator for row in groups(reader, MAKERS).values()} == {None}


def test_a_release_is_read_a_page_at_a_time_and_by_period(reader: Reader) -> None:
    asked = ShowRelease(release="autumn", association=MAKERS, limit=2)
    first = one_release(reader, NORTH, asked)
    second = one_release(reader, NORTH, ShowRelease(release="autumn", association=MAKERS, cursor=first.cursor))

    assert [row.category for row in (*first.rows, *second.rows)] == ["Level 2", "Level 3", "Level 4", "Metal", "Wood"]
    with pytest.raises(NotFound):
        one_release(reader, NORTH, ShowRelease(release="autumn", association=MAKERS, period="2019-20"))
