"""Outcome returns on their way into histories."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.vocabulary import TenantId
from baseplus.outcomes.events import OutcomeReturnFiled
from baseplus.outcomes.model import CorrectReturn, outcomes
from infra.imports.made_up import make_up_returns
from infra.imports.outcome_file import RefusedRow
from infra.imports.outcomes import Report, file_returns, import_outcomes
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES
from tenants.events import UniversityRegistered
from tests.imports.importing import run_import

HEADER = "ukprn,provider,category,year,completions,sustained_positive_rate,quintile\n"
ACME = TenantId("ukprn-10000001")
MERIDIAN = TenantId("ukprn-10000002")
ROWS = (
    "10000001,ACME COLLEGE,Access to HE,2013/14,20,88,top quintile\n"
    "10000002,MERIDIAN,Access to HE,2013/14,x,x,x\n"
    "10000001,ACME COLLEGE,Traineeships,2013/14,40,70,x\n"
    "10000001,ACME COLLEGE,Access to HE,2014/15,30,90,x\n"
)

Import = Callable[..., Report]


@pytest.fixture
def imported(store: Store, tmp_path: Path) -> Import:
    """Import a file of these rows."""

    def run(rows: str, *, all_or_nothing: bool = False) -> Report:
        path = tmp_path / "outcomes.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
        return import_outcomes(store, path, all_or_nothing=all_or_nothing)

    return run


def histories(store: Store, *tenants: TenantId) -> list[list[Recorded]]:
    return [list(store.history(tenant)) for tenant in tenants]


def returns(store: Store, tenant: TenantId) -> Iterator[tuple[str, str, int | None, int | None]]:
    for recorded in store.history(tenant):
        event = EVENT_TYPES.decode(recorded.type, recorded.data)
        if isinstance(event, OutcomeReturnFiled):
            yield recorded.stream, event.category, event.completions, event.rate


def test_every_row_becomes_an_event_of_its_providers_history(store: Store, imported: Import) -> None:
    assert imported(ROWS) == Report(rows=4, filed=4, unchanged=0, refused=(), providers=2, registered=2)
    assert list(returns(store, ACME)) == [
        ("outcomes/2013-14", "Access to HE", 20, 88),
        ("outcomes/2013-14", "Traineeships", 40, 70),
        ("outcomes/2014-15", "Access to HE", 30, 90),
    ]
    assert list(returns(store, MERIDIAN)) == [("outcomes/2013-14", "Access to HE", None, None)]


def test_a_providers_history_begins_with_its_registration_under_its_name(store: Store, imported: Import) -> None:
    imported(ROWS)
    first = next(store.history(ACME))
    assert (first.stream, first.position) == (f"tenancy/{ACME}", 1)
    assert EVENT_TYPES.decode(first.type, first.data) == UniversityRegistered("ACME COLLEGE")


def test_the_same_file_again_changes_nothing(store: Store, imported: Import) -> None:
    imported(ROWS)
    before = histories(store, ACME, MERIDIAN)
    assert imported(ROWS) == Report(rows=4, filed=0, unchanged=4, refused=(), providers=2, registered=0)
    assert histories(store, ACME, MERIDIAN) == before


def test_a_longer_file_adds_what_is_new(store: Store, imported: Import) -> None:
    imported(ROWS)
    more = ROWS + "10000001,ACME COLLEGE,Traineeships,2014/15,50,71,x\n"
    for filed in (1, 0):
        report = imported(more)
        assert (report.filed, report.unchanged, report.refused) == (filed, 5 - filed, ())
    assert len(list(returns(store, ACME))) == 4


def test_bad_rows_are_refused_and_the_good_ones_kept(store: Store, imported: Import) -> None:
    report = imported("1,ACME,Access to HE,2013/14,20,88,x\n" + ROWS)
    assert (report.rows, report.filed) == (5, 4)
    assert report.refused == (RefusedRow(2, "ukprn", "'1' is not 8 digits"),)
    assert not report.kept_none


def test_all_or_nothing_writes_nothing_at_all_for_one_bad_row(store: Store, imported: Import) -> None:
    report = imported(ROWS + "1,ACME,Access to HE,2013/14,20,88,x\n", all_or_nothing=True)
    assert report.kept_none
    assert (report.filed, [row.line for row in report.refused]) == (0, [6])
    assert store.register(ACME, MERIDIAN) == [ACME, MERIDIAN]
    assert histories(store, ACME, MERIDIAN) == [[], []]


def test_all_or_nothing_files_a_file_of_good_rows(imported: Import) -> None:
    report = imported(ROWS, all_or_nothing=True)
    assert (report.filed, report.kept_none) == (4, False)


def test_a_row_that_contradicts_what_was_filed_is_refused(store: Store, imported: Import) -> None:
    imported(ROWS)
    changed = ROWS.replace("40,70", "40,71") + "10000001,ACME COLLEGE,Traineeships,2014/15,50,71,x\n"
    reason = "return filed already: category Traineeships, completions 40, rate 70"
    refused = (RefusedRow(4, "", reason),)
    nothing = imported(changed, all_or_nothing=True)
    assert (nothing.filed, nothing.refused, nothing.kept_none) == (0, refused, True)
    assert len(list(returns(store, ACME))) == 3
    for filed in (1, 0):
        report = imported(changed)
        assert (report.filed, report.unchanged, report.refused) == (filed, 4 - filed, refused)
    assert len(list(returns(store, ACME))) == 4


def test_of_two_rows_that_contradict_each_other_the_first_is_kept(store: Store, imported: Import) -> None:
    for filed in (4, 0):
        report = imported(ROWS + "10000001,ACME COLLEGE,Access to HE,2013/14,20,89,x\n")
        assert (report.filed, [row.line for row in report.refused]) == (filed, [6])
    assert next(returns(store, ACME))[3] == 88


def test_a_row_that_is_there_twice_is_filed_once(store: Store, imported: Import) -> None:
    report = imported(ROWS + ROWS)
    assert (report.rows, report.filed, report.unchanged, report.refused) == (8, 4, 4, ())


def test_a_file_does_not_undo_a_correction(store: Store, imported: Import) -> None:
    imported(ROWS)
    store.execute(
        ACME,
        outcomes,
        "2013-14",
        CorrectReturn(year="2013-14", category="Access to HE", completions=20, rate=85, reason="counted twice"),
    )
    before = histories(store, ACME)
    assert imported(ROWS).filed == 0
    assert histories(store, ACME) == before


def test_a_university_that_is_registered_keeps_its_name(store: Store, imported: Import) -> None:
    imported(ROWS)
    imported("10000001,ACME (RENAMED),Access to HE,2015/16,20,88,x\n")
    types = Counter(recorded.type for recorded in store.history(ACME))
    assert types[UniversityRegistered.TYPE] == 1


def test_progress_reaches_the_number_of_rows(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "outcomes.csv"
    path.write_text(f"{HEADER}bad\n{ROWS}", encoding="utf-8")
    told: list[tuple[int, int]] = []
    import_outcomes(store, path, on_progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (5, 5)


def test_two_imports_of_one_file_at_once_file_it_once(store: Store, tmp_path: Path) -> None:
    path = write_file(tmp_path, first=10_000_001, providers=30)
    with ThreadPoolExecutor(2) as pool:
        reports = [one.result() for one in [pool.submit(import_outcomes, store, path) for _ in range(2)]]
    assert sum(report.filed for report in reports) == reports[0].rows
    assert_complete(store, first=10_000_001, providers=30)


def test_made_up_returns_can_be_filed_and_say_what_they_are(store: Store) -> None:
    rows = make_up_returns(seed=7, providers=12)
    assert rows == make_up_returns(seed=7, providers=12) != make_up_returns(seed=8, providers=12)
    report = file_returns(store, rows)
    assert (report.filed, report.refused, report.registered) == (len(rows), (), 12)
    assert all(row.name.startswith("Made-up University") for row in rows)
    assert any(row.order.rate is None for row in rows)


def test_an_import_that_is_killed_and_run_again_files_nothing_twice_and_misses_nothing(
    store: Store, database: Database, tmp_path: Path
) -> None:
    chance = random.Random(20260302)
    processes = multiprocessing.get_context("spawn")
    cut_short = 0
    for number in range(12):
        first = 10_000_001 + 1_000 * number
        path = write_file(tmp_path, first=first, providers=60)
        # Not before it writes, and not when all is done: at that provider of the 60, others being on their way.
        last_word = chance.randrange(1, 45)
        ours, theirs = processes.Pipe(duplex=False)
        process = processes.Process(target=run_import, args=(database, path, theirs))
        process.start()
        theirs.close()
        for _ in range(last_word):
            ours.recv()
        process.kill()
        process.join()
        ours.close()
        report = import_outcomes(store, path)
        cut_short += report.filed > 0
        assert (report.filed + report.unchanged, report.refused) == (report.rows, ())
        assert_complete(store, first=first, providers=60)
    assert cut_short >= 10, "the kills came too late to prove anything"


def write_file(folder: Path, *, first: int, providers: int) -> Path:
    """A file with a row per provider, category and year, all different, the providers' rows apart from each other."""
    path = folder / "outcomes.csv"
    rows = [
        f"{ukprn},Provider {ukprn},Category {category},{year},{10 * (1 + category)},{(ukprn + category) % 101},x\n"
        for year in ("2013/14", "2014/15")
        for category in range(6)
        for ukprn in range(first, first + providers)
    ]
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def assert_complete(store: Store, *, first: int, providers: int) -> None:
    """Each provider's history is exactly its registration and its rows, in the file's order, without gaps."""
    for ukprn in range(first, first + providers):
        tenant = TenantId(f"ukprn-{ukprn}")
        assert [recorded.position for recorded in store.history(tenant)] == list(range(1, 14))
        assert list(returns(store, tenant)) == [
            (f"outcomes/{year}", f"Category {category}", 10 * (1 + category), (ukprn + category) % 101)
            for year in ("2013-14", "2014-15")
            for category in range(6)
        ]
