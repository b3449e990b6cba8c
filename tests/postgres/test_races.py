"""Many writers at once, as threads and as processes: no gap, no duplicate, and each is answered alone."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import KeyReused, Refusal, UnknownTenant, VersionConflict
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres import committer
from infra.postgres.database import Database
from infra.postgres.store import NewEvent, Store
from tests.postgres.accounts import NOON, NORTH, TYPES, Deposit, Deposited, Open, accounts, deposited
from tests.postgres.consistency import check_consistency

WRITERS = 16
ROUNDS = 25


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all in threads that start together; answers the results, refusals included, in the order of `works`."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = works[number]()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def write(store: Store, tenants: Sequence[TenantId], writer: int) -> Counter[str]:
    """What each writer does: append to a contended stream, to its own, and requests that must be refused."""
    told: Counter[str] = Counter()
    tenant = tenants[writer % len(tenants)]

    def attempt(name: str, tenant: TenantId, events: list[NewEvent], metadata: Metadata) -> bool:
        try:
            store.append(tenant, events, metadata)
        except (VersionConflict, KeyReused, UnknownTenant) as refusal:
            told[f"{name} {refusal.code}"] += 1
            return False
        told[f"{name} stored"] += 1
        return True

    head = 0
    for turn in range(1, ROUNDS + 1):
        key = Metadata(key=f"{writer}-{turn}", actor=f"writer-{writer}")
        own = NewEvent(StreamId(f"accounts/own-{writer}"), turn, Deposited(amount=turn), NOON)
        # fewer keys than requests: some go without one
        assert attempt("own", tenant, [own], key if turn % 2 else Metadata())
        side = deposited(f"{writer}-{turn}", 1)
        while not attempt("shared", tenant, [deposited("shared", head + 1), side], Metadata()):
            head = store.load(tenant, accounts, "shared")[1]
        head += 1
        assert not attempt("stale", tenant, [own], Metadata())
        assert not attempt("stranger", TenantId("nobody"), [own], Metadata())
        if turn % 2:
            assert not attempt("reuse", tenant, [deposited("other", 1)], key)
    return told


def write_in_process(database: Database, tenants: Sequence[TenantId], writers: Sequence[int], results: Any) -> None:
    with closing(Store(database, TYPES)) as store:
        results.put(at_once([partial(write, store, tenants, writer) for writer in writers]))


def check_told(told: Sequence[Any], database: Database, tenants: Sequence[TenantId]) -> None:
    for counts in told:
        assert isinstance(counts, Counter), counts
        assert counts["own stored"] == counts["shared stored"] == ROUNDS
        assert counts["stale version_conflict"] == counts["stranger unknown_tenant"] == ROUNDS
        assert counts["reuse idempotency_key_reused"] == (ROUNDS + 1) // 2
    each = WRITERS // len(tenants) * ROUNDS * 3
    assert check_consistency(database) == dict.fromkeys(tenants, each)


@pytest.mark.parametrize("tenants", [1, 8])
def test_sixteen_threads_leave_no_gap_while_others_are_refused(database: Database, tenants: int) -> None:
    names = [TenantId(f"t{number}") for number in range(tenants)]
    with closing(Store(database, TYPES)) as store:
        store.register(*names)
        told = at_once([partial(write, store, names, writer) for writer in range(WRITERS)])
    check_told(told, database, names)


def test_leaders_of_several_groups_that_hardly_wait_leave_no_gap(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where company comes just as its leader gives up waiting for it, and another leader begins to wait."""
    monkeypatch.setattr(committer, "_MOMENT", 5e-5)
    names = [TenantId(f"t{number}") for number in range(8)]
    with closing(Store(database, TYPES, lanes=4)) as store:
        store.register(*names)
        told = at_once([partial(write, store, names, writer) for writer in range(WRITERS)])
    check_told(told, database, names)


@pytest.mark.parametrize("tenants", [1, 8])
def test_sixteen_writers_in_four_processes_leave_no_gap(database: Database, tenants: int) -> None:
    names = [TenantId(f"t{number}") for number in range(tenants)]
    with closing(Store(database, TYPES)) as store:
        store.register(*names)
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    processes = [
        context.Process(target=write_in_process, args=(database, names, range(first, WRITERS, 4), results))
        for first in range(4)
    ]
    for process in processes:
        process.start()
    told = [counts for _ in processes for counts in results.get()]
    for process in processes:
        process.join()
    check_told(told, database, names)


def test_one_key_sent_twenty_times_at_once_is_stored_once_and_answered_alike(account_store: Store) -> None:
    for turn in range(10):
        key, events = Metadata(key=f"k{turn}"), [deposited(f"a{turn}", 1), deposited(f"a{turn}", 2)]
        answers = at_once([partial(account_store.append, NORTH, events, key)] * 20)
        assert {(answer.first, answer.last) for answer in answers} == {(2 * turn + 1, 2 * turn + 2)}
        assert sorted(answer.replayed for answer in answers) == [False] + [True] * 19
    assert account_store.position(NORTH) == 20


def test_one_command_sent_twenty_times_at_once_has_one_receipt(account_store: Store) -> None:
    key = Metadata(key="k")
    answers = at_once(
        [lambda: account_store.execute(NORTH, accounts, "a", Open(owner="ann"), Deposit(amount=5), metadata=key)] * 20
    )
    assert {(answer.version, answer.position, answer.events) for answer in answers} == {
        (2, 2, ("accounts.opened.v1", "accounts.deposited.v1"))
    }
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 19


def test_commands_on_one_thing_at_once_all_count(account_store: Store) -> None:
    account_store.execute(NORTH, accounts, "a", Open(owner="ann"))

    def deposit() -> None:
        while True:
            try:
                account_store.execute(NORTH, accounts, "a", Deposit(amount=1))
            except VersionConflict:  # tried often enough: the caller decides
                continue
            return

    assert at_once([deposit] * WRITERS) == [None] * WRITERS
    assert account_store.load(NORTH, accounts, "a")[0].amount == WRITERS


def test_a_request_that_cannot_be_stored_hurts_nobody_in_its_group(account_store: Store, database: Database) -> None:
    too_long = StreamId("".join(chr(0x4E00 + number * 7 % 20000) for number in range(9000)))
    bad = [NewEvent(too_long, 1, Deposited(amount=1), NOON)]
    works = [
        partial(account_store.append, NORTH, bad if number % 5 == 0 else [deposited(f"a{number}", 1)])
        for number in range(20)
    ]
    answers = at_once(works)
    refused = [number for number, answer in enumerate(answers) if isinstance(answer, Refusal)]
    assert refused == [0, 5, 10, 15]
    assert check_consistency(database) == {"north": 16}
