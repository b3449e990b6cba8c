"""Simulated universities: the same for the same arguments, with everything in it that can happen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from baseplus.agreements.drafting import Propose
from baseplus.benchmarks.events import BenchmarkReleased
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.project import make_worker
from infra.react import make_reactor
from infra.settings import Settings
from infra.simulation.agenda import Agenda, order
from infra.simulation.runner import Lived, Runner, Unplanned
from infra.simulation.simulate import OtherwiseThere, ReactionsRun, Simulation, simulate
from infra.simulation.university import tenant_of
from infra.simulation.world import World
from infra.wiring import EVENT_TYPES, FOLLOWERS, REACTIONS, VIEWS
from projections.runner.verify import verify_views
from tests.projections.runner.stage import running, until

SMALL = Simulation(universities=2, years=1, seed=7, first=date(2024, 9, 2), cohort=4)
Told = list[tuple[int, str, int, str, datetime, bytes]]

_live = partial(simulate, progress=lambda *_: None)


def histories(database: Database, simulation: Simulation = SMALL) -> dict[str, Told]:
    with closing(Store(database, EVENT_TYPES, followers=FOLLOWERS)) as store:
        return {
            tenant: [
                (one.position, one.stream, one.version, one.type, one.occurred_at, one.data)
                for one in store.history(tenant)
            ]
            for tenant in simulation.tenants
        }


def reacted(database: Database) -> bool:
    """Whether every event of everybody has been reacted to."""
    with database.connect("worker") as connection:
        ((behind,),) = connection.execute(
            "SELECT count(*) FROM store.tenants t CROSS JOIN unnest(%s::text[]) r(name) "
            "LEFT JOIN reactions.position p ON p.tenant = t.tenant AND p.reaction = r.name "
            "WHERE t.last_position > coalesce(p.position, 0)",
            ([reaction.name for reaction in REACTIONS],),
        ).fetchall()
    return not behind


def projected(database: Database) -> bool:
    """Whether every event is in the views."""
    with database.connect("worker") as connection:
        return not connection.execute(
            "SELECT FROM store.tenants t LEFT JOIN views.tenant_position p USING (tenant) "
            "WHERE t.last_position > coalesce(p.position, 0) LIMIT 1"
        ).fetchall()


@pytest.fixture(scope="module")
def lived(module_database: Database) -> list[Lived]:
    """The small simulation, by two processes: half a minute, once for all tests that look at it."""
    return _live(module_database, SMALL, processes=2)


@pytest.fixture
def reading(module_database: Database, lived: list[Lived]) -> Iterator[Store]:
    with closing(Store(module_database, EVENT_TYPES, followers=FOLLOWERS)) as store:
        yield store


def test_every_type_of_event_happens(module_database: Database, lived: list[Lived]) -> None:
    happened = {type_ for told in histories(module_database).values() for _, _, _, type_, _, _ in told}
    # what an association publishes of universities is made of their read models
    assert {event.TYPE for event in EVENT_TYPES} - happened == {BenchmarkReleased.TYPE}


def test_the_same_arguments_give_the_same_histories_whatever_the_number_of_processes(
    module_database: Database, lived: list[Lived], database: Database
) -> None:
    assert _live(database, SMALL, processes=1) == lived
    assert histories(database) == histories(module_database)


def test_lived_again_nothing_is_recorded_twice_and_more_universities_can_join(
    module_database: Database, lived: list[Lived]
) -> None:
    before = histories(module_database)
    more = Simulation(3, SMALL.years, SMALL.seed, SMALL.first, SMALL.cohort)
    again = _live(module_database, more, processes=2)
    assert again[:3] == lived
    after = histories(module_database, more)
    assert {tenant: after[tenant] for tenant in before} == before


def test_other_arguments_are_refused_where_the_tenants_are_there_already(
    module_database: Database, lived: list[Lived]
) -> None:
    with pytest.raises(OtherwiseThere, match="joint-training-council"):
        _live(module_database, Simulation(2, 1, 8, SMALL.first, SMALL.cohort))


def test_what_was_expected_to_be_refused_is_counted_and_findings_were_reacted_to(lived: list[Lived]) -> None:
    association, *universities = lived
    assert association.apprentices == 0
    for one in universities:
        assert one.refused["mentor_at_capacity"] == 1
        assert one.refused["taken_for_that_time"] > 1
        assert one.orders > 20
        assert one.events > 3_000


def test_what_nobody_expected_to_be_refused_ends_it_with_the_command_and_its_code(store: Store) -> None:
    agenda = Agenda(SMALL.first, SMALL.first)
    agenda.enter(SMALL.first, order("nowhere", Propose()))
    world = World(tenant_of(0), "…", "7", agenda)
    with pytest.raises(Unplanned) as unplanned:
        Runner(store, world, "unplanned").run()
    assert unplanned.value.facts["command"] == "Propose to agreements/nowhere"
    assert unplanned.value.facts["refused"] == "no_such_agreement"


def test_every_view_equals_a_fold_of_the_histories(module_database: Database, lived: list[Lived]) -> None:
    with running(make_worker(module_database, Settings(data=Path()), None)):
        until(partial(projected, module_database))
    checked = verify_views(lambda: module_database.connect("worker"), VIEWS, EVENT_TYPES)
    assert checked.rows > 1_000
    assert checked.differences == ()
    assert checked.parked == ()


def test_a_reactor_that_goes_through_it_all_again_finds_nothing_to_do(
    module_database: Database, lived: list[Lived], reading: Store
) -> None:
    last = datetime.combine(SMALL.last, datetime.min.time()).replace(tzinfo=UTC)
    before = {tenant: reading.position(tenant) for tenant in SMALL.tenants}
    assert reacted(module_database), "the simulation left its checkpoints"
    with module_database.connect("admin") as connection:
        connection.execute("DELETE FROM reactions.position")
    reactor = make_reactor(module_database, reading, Settings(data=Path()), lease=1.0, clock=lambda: last)
    with running(reactor):
        until(partial(reacted, module_database))
        with pytest.raises(ReactionsRun):
            _live(module_database, SMALL)
    assert {tenant: reading.position(tenant) for tenant in SMALL.tenants} == before


@pytest.mark.soak
@pytest.mark.timeout(5_400)
def test_twelve_universities_live_for_two_years_and_every_view_equals_a_fold(database: Database) -> None:
    large = Simulation(universities=12, years=2, seed=7, first=date(2024, 9, 2))
    lived = _live(database, large, processes=2)
    assert sum(one.events for one in lived) >= 200_000
    told = histories(database, large)
    happened = {type_ for history in told.values() for _, _, _, type_, _, _ in history}
    assert {event.TYPE for event in EVENT_TYPES} - happened == {BenchmarkReleased.TYPE}
    assert _live(database, large, processes=1) == lived
    assert histories(database, large) == told
    with running(make_worker(database, Settings(data=Path()), None)):
        until(partial(projected, database), seconds=1_200)
    checked = verify_views(lambda: database.connect("worker"), VIEWS, EVENT_TYPES, processes=2)
    assert (checked.differences, checked.parked) == ((), ())
