"""England's published outcomes, in at one end and out at the other: a file, 1,000 histories, Kafka, a benchmark."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from baseplus.benchmarks.events import BenchmarkReleased, Group
from baseplus.benchmarks.model import benchmarks
from baseplus.kernel.refusals import Rejected, UnknownTenant
from baseplus.kernel.vocabulary import TenantId
from baseplus.outcomes.model import CorrectReturn, outcomes
from infra.imports.outcomes import import_outcomes
from infra.kafka.relay import Relay
from infra.kafka.source import KafkaSource
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES, VIEWS
from projections.benchmarks.queries import benchmark, contributions, standings
from projections.benchmarks.release import Contribution, Distribution, Measured, distributions, measure, release
from projections.benchmarks.views import BenchmarkRow
from projections.runner.reader import Reader
from projections.runner.source import Delivered
from projections.runner.verify import verify_views
from projections.runner.worker import Worker
from tenants.model import RegisterTenant, TenantKind, tenancy
from tests.conformance.published import PERIODS, agreement, published, published_thresholds

pytestmark = pytest.mark.long

ASSOCIATION = TenantId("association-of-colleges")
PROVIDER = TenantId("ukprn-10003876")
RATE = "sustained_destination_rate"
HANG = 240.0


def until(what: str, condition: Callable[[], bool]) -> None:
    """A hang guard, not a measure of speed."""
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline, f"still not {what}"
        time.sleep(0.05)


@contextmanager
def relayed_and_folded(database: Database, bootstrap: str, topic: str) -> Iterator[None]:
    """A relay and a worker at work. Whatever Kafka left out is not taken from the store, but fails the test."""

    def heal(tenant: str, after: int, upto: int) -> Iterator[Delivered]:
        raise AssertionError(f"Kafka left out {tenant} {after + 1}–{upto}")

    stop = threading.Event()
    relay = Relay(database, bootstrap, topic)
    worker = Worker(lambda: database.connect("worker"), VIEWS, EVENT_TYPES, KafkaSource(bootstrap, topic), heal)
    died: list[BaseException] = []

    def guarded(run: Callable[[threading.Event], None]) -> None:
        try:
            run(stop)
        except BaseException as error:
            died.append(error)
            raise

    threads = [threading.Thread(target=guarded, args=(part.run,)) for part in (relay, worker)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(HANG)
        assert not died


def folded(database: Database) -> bool:
    with database.connect("admin") as connection:
        row = connection.execute(
            "SELECT count(*) FROM store.tenants t LEFT JOIN views.tenant_position p USING (tenant)"
            " WHERE coalesce(p.position, 0) < t.last_position"
        ).fetchone()
    return row == (0,)


def thresholds_of(measured: Iterable[Distribution]) -> list[tuple[tuple[str, str], tuple[float, ...] | None]]:
    return [((one.category, one.period), one.thresholds or None) for one in measured]


def check_all_that_was_measured(shared: Path, measured: Measured) -> None:
    """The distributions, before anything is withheld, are the published ones."""
    found = agreement(shared, thresholds_of(measured.distributions), suppressed_too=False)
    assert (found.cells, found.exact, found.within_one) == (480, 459, 472)
    assert found.meets_the_bar


def check_that_it_takes_the_weights(shared: Path, connection: psycopg.Connection[Any]) -> None:
    """The same rows of the view, each provider counting as much as any other, miss the bar."""
    alike = connection.execute(
        "SELECT tenant, period, category, numerator / denominator, 1, people FROM views.contributions"
        " WHERE denominator > 0"
    ).fetchall()
    found = agreement(shared, thresholds_of(distributions(Contribution(*row) for row in alike)), suppressed_too=False)
    assert found.cells == 480
    assert not found.meets_the_bar


def check_what_is_shown(shared: Path, measured: Measured, groups: Iterable[Group]) -> None:
    """No group under ten universities and none of under 23 people is shown, and the others are as published."""
    behind = {(one.category, one.period): one for one in measured.distributions}
    published_groups = published_thresholds(shared)
    cells: list[tuple[int | None, int | None]] = []
    for group in groups:
        whole = behind.pop((group.category, group.period))
        figures = (group.p20, group.p40, group.p60, group.p80)
        if group.withheld is None:
            assert whole.universities >= 10 and whole.people >= 23
            cells += zip(figures, published_groups[group.category, group.period], strict=True)
        else:
            assert whole.universities < 10 or whole.people < 23
            assert (*figures, group.universities) == (None,) * 5
    assert not behind
    distances = [abs(mine - theirs) for mine, theirs in cells if mine is not None and theirs is not None]
    assert len(distances) == len(cells) == 432
    assert (distances.count(0), sum(distance <= 1 for distance in distances)) == (416, 429)


def check_what_universities_see(reader: Reader, groups: Sequence[BenchmarkRow]) -> None:
    """Their own figures, exact, and their place, where enough people stand behind it."""
    own = contributions(reader, PROVIDER, RATE, period="2013-14")
    assert {(row.category, row.numerator, row.denominator) for row in own} >= {("LLDD learner", 88 * 20, 20)}
    placed = {one.category: (one.value, one.fifth, one.withheld) for one in standings(own, groups)}
    assert placed["LLDD learner"] == (None, None, "too_few_people")
    assert placed["Intermediate Apprenticeships: Business, Administration and Law"] == (96.0, 5, None)


@pytest.mark.timeout(1800)
def test_published_outcomes_go_in_and_come_out_of_kafka_as_the_published_thresholds(
    store: Store, database: Database, kafka_bootstrap: str, topic: str, shared: Path
) -> None:
    register = RegisterTenant(name="Association of Colleges", kind=TenantKind.ASSOCIATION)
    store.register(ASSOCIATION)
    store.execute(ASSOCIATION, tenancy, ASSOCIATION, register)
    with (
        relayed_and_folded(database, kafka_bootstrap, topic),
        closing(database.connect("worker")) as connection,
        Reader(database.dsn("app")) as reader,
    ):
        report = import_outcomes(store, published(shared, "outcomes.csv"))
        assert (report.rows, report.filed, report.refused) == (23_844, 23_844, ())
        assert (report.providers, report.registered) == (1_000, 1_000)
        until("folded", partial(folded, database))

        measured = measure(connection, RATE, PERIODS)
        check_all_that_was_measured(shared, measured)
        check_that_it_takes_the_weights(shared, connection)

        receipt = release(store, connection, ASSOCIATION, "autumn", RATE, PERIODS)
        assert receipt.events == (BenchmarkReleased.TYPE,)
        released = store.load(ASSOCIATION, benchmarks, "autumn")[0].released
        assert released is not None
        check_what_is_shown(shared, measured, released.groups)
        assert len(released.positions) == 1_000
        assert all(store.position(tenant) == position for tenant, position in released.positions.items())

        rows = benchmark(reader, ASSOCIATION, "autumn", until=receipt.position)
        assert [(row.category, row.period, row.universities, row.p20, row.p80, row.withheld) for row in rows] == [
            (one.category, one.period, one.universities, one.p20, one.p80, one.withheld) for one in released.groups
        ]
        check_what_universities_see(reader, rows)

        # The same again changes nothing. After a correction it would, and is refused.
        assert release(store, connection, ASSOCIATION, "autumn", RATE, PERIODS).events == ()
        correction = CorrectReturn(
            year="2013-14", category="LLDD learner", completions=20, rate=70, reason="counted twice"
        )
        store.execute(PROVIDER, outcomes, "2013-14", correction)
        until("folded", partial(folded, database))
        with pytest.raises(Rejected, match="release is frozen"):
            release(store, connection, ASSOCIATION, "autumn", RATE, PERIODS)

    checked = verify_views(lambda: database.connect("worker"), VIEWS, EVENT_TYPES)
    assert (checked.tenants, checked.differences, checked.parked) == (1_001, (), ())


def test_only_an_association_releases_benchmarks(store: Store, database: Database) -> None:
    university = TenantId("a-university")
    with database.connect("worker") as connection:
        with pytest.raises(UnknownTenant):
            release(store, connection, university, "autumn", RATE, PERIODS)
        store.register(university)
        store.execute(university, tenancy, university, RegisterTenant(name="A University"))
        with pytest.raises(Rejected, match="not an association"):
            release(store, connection, university, "autumn", RATE, PERIODS)
