"""What must happen together happens together or not at all, under races too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

import msgspec
import pytest

from baseplus.kernel.decisions import Decider, Metadata, Noted, Refused, Step
from baseplus.kernel.refusals import KeyReused, Rejected, VersionConflict
from infra.postgres.database import Database
from infra.postgres.store import Store
from tests.postgres.accounts import NORTH, TYPES, Account, Deposit, Deposited, Open, Opened, accounts

T = TypeVar("T")

KEY = Metadata(key="k-1")


def to_the_bank(thing: str, event: Deposited) -> Iterator[Step]:
    """Whatever is deposited is deposited at the bank too, which holds 5 at the most (by a rule of its own)."""
    if thing != "bank":
        yield Step(bank, "bank", Deposit(event.amount))


def decide_at_the_bank(command: Deposit, account: Account, now: object) -> Iterator[Deposited]:
    if account.amount + command.amount > 5:
        raise Rejected("bank_is_full", holds=account.amount)
    yield Deposited(command.amount)


bank: Decider[Deposit, Account, Any] = Decider("accounts", Account, decide_at_the_bank, accounts.evolve)


@pytest.fixture
def together(database: Database) -> Iterator[Store]:
    with closing(Store(database, TYPES, followers={Deposited: (to_the_bank,)})) as store:
        store.register(NORTH)
        for thing in ("a", "b"):
            store.execute(NORTH, accounts, thing, Open("ann"))
        yield store


def held(store: Store, thing: str) -> int:
    return store.load(NORTH, accounts, thing)[0].amount


def test_what_follows_is_stored_with_it(together: Store) -> None:
    receipt = together.execute(NORTH, accounts, "a", Deposit(3), metadata=KEY)
    assert (receipt.version, receipt.position, receipt.events) == (2, 4, (Deposited.TYPE,))
    assert (held(together, "a"), held(together, "bank")) == (3, 3)
    again = together.execute(NORTH, accounts, "a", Deposit(3), metadata=KEY)
    assert again == msgspec.structs.replace(receipt, replayed=True)
    assert (held(together, "a"), held(together, "bank")) == (3, 3)


def test_what_is_refused_further_on_refuses_the_whole(together: Store) -> None:
    together.execute(NORTH, accounts, "a", Deposit(4))
    with pytest.raises(Rejected, match="bank is full"):
        together.execute(NORTH, accounts, "b", Deposit(2))
    assert (held(together, "b"), held(together, "bank"), together.position(NORTH)) == (0, 4, 4)


@pytest.mark.parametrize("bulk", [False, True])
def test_a_refusal_stands_on_streams_as_they_stood_together(together: Store, bulk: bool) -> None:
    """Between the loading of the account and of the bank, somebody else deposits to the account what fills the bank."""
    others = iter([Deposit(5)])

    def decide_once(command: Deposit, account: Account, now: object) -> Iterator[Deposited]:
        if account.amount:
            raise Rejected("deposited_already")
        for other in others:
            together.execute(NORTH, accounts, "a", other)
        yield Deposited(command.amount)

    once: Decider[Deposit, Account, Any] = Decider("accounts", Account, decide_once, accounts.evolve)
    steps = [Step(once, "a", Deposit(1))]
    deposit = partial(together.execute_all, NORTH, steps) if bulk else partial(together.execute, NORTH, *steps[0][:3])
    with pytest.raises(Rejected, match="deposited already"):
        deposit()


def test_the_last_place_is_taken_once_however_many_race_for_it(together: Store) -> None:
    names = [f"c-{number}" for number in range(16)]
    for name in names:
        together.execute(NORTH, accounts, name, Open("ann"))
    start, outcomes = threading.Barrier(len(names)), list[str]()

    def take(name: str) -> None:
        start.wait()
        try:
            together.execute(NORTH, accounts, name, Deposit(2))
            outcomes.append("taken")
        except Rejected as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=take, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["bank_is_full"] * 14 + ["taken"] * 2
    assert held(together, "bank") == sum(held(together, name) for name in names) == 4


def test_a_version_that_was_seen_is_asked_of_ones_own_stream_alone(together: Store) -> None:
    together.execute(NORTH, accounts, "a", Deposit(1), expected=1)
    together.execute(NORTH, accounts, "b", Deposit(1), expected=1)  # the bank moved on meanwhile
    with pytest.raises(VersionConflict):
        together.execute(NORTH, accounts, "a", Deposit(1), expected=1)


def test_many_commands_are_stored_in_one_transaction_and_answered_alike_again(together: Store) -> None:
    steps = [Step(accounts, "x", Open("eve")), Step(accounts, "x", Deposit(1)), Step(accounts, "a", Deposit(2))]
    receipt = together.execute_all(NORTH, steps, metadata=KEY)
    assert receipt.position == 7
    assert receipt.events == (
        Noted(3, "accounts/x", 1, Opened.TYPE),  # type: ignore[arg-type]
        Noted(4, "accounts/x", 2, Deposited.TYPE),  # type: ignore[arg-type]
        Noted(5, "accounts/bank", 1, Deposited.TYPE),  # type: ignore[arg-type]
        Noted(6, "accounts/a", 2, Deposited.TYPE),  # type: ignore[arg-type]
        Noted(7, "accounts/bank", 2, Deposited.TYPE),  # type: ignore[arg-type]
    )
    assert together.execute_all(NORTH, steps, metadata=KEY) == msgspec.structs.replace(receipt, replayed=True)
    assert together.position(NORTH) == 7
    with pytest.raises(KeyReused):
        together.execute_all(NORTH, steps[:2], metadata=KEY)


def test_a_transaction_that_was_undone_leaves_nothing_broken_behind(together: Store) -> None:
    def open_many(kind: str) -> None:
        together.execute_all(NORTH, [Step(accounts, f"{kind}-{number}", Open("ann")) for number in range(33)])

    open_many("before")
    for _ in range(8):  # by then psycopg has prepared a statement of its own
        with together.committer.alone(NORTH):
            pass
    with pytest.raises(InterruptedError), together.committer.alone(NORTH):
        raise InterruptedError
    open_many("after")
    assert together.position(NORTH) == 2 + 2 * 33


def test_a_lane_whose_statements_are_gone_is_opened_again(together: Store) -> None:
    together.execute(NORTH, accounts, "c", Open("ann"))
    for lane in together.committer._all:
        assert lane._connection is None or lane._connection.pgconn.exec_(b"DEALLOCATE ALL")
    together.execute(NORTH, accounts, "d", Open("ann"))
    assert together.position(NORTH) == 4


def test_one_refused_command_refuses_all_and_is_named(together: Store) -> None:
    steps = [Step(accounts, "a", Deposit(1)), Step(accounts, "nobody", Deposit(1))]
    with pytest.raises(Rejected) as refused:
        together.execute_all(NORTH, steps)
    assert (refused.value.code, refused.value.facts) == ("not_opened", {"command": 1})
    assert together.position(NORTH) == 2


def test_every_refused_command_is_told(together: Store) -> None:
    steps = [Step(accounts, "x", Deposit(1)), Step(accounts, "a", Deposit(1)), Step(accounts, "y", Deposit(1))]
    with pytest.raises(Rejected) as refused:
        together.execute_all(NORTH, steps)
    told = [(one.code, one.facts) for one in refused.value.among]
    assert told == [("not_opened", {"command": 0}), ("not_opened", {"command": 2})]
    assert [(one.code, one.facts) for one in together.refusals(NORTH, steps)] == told
    assert together.position(NORTH) == 2


@pytest.mark.parametrize("metadata", [KEY, Metadata()])
def test_what_is_not_refused_may_be_stored_and_a_repetition_is_told_the_same(
    together: Store, metadata: Metadata
) -> None:
    steps = [Step(accounts, "x", Deposit(1)), Step(accounts, "a", Deposit(1)), Step(accounts, "x", Open("eve"))]
    receipt = together.execute_all(NORTH, steps, metadata=metadata, partial=True)
    assert [(one.stream, one.type) for one in receipt.events] == [
        ("accounts/a", Deposited.TYPE),
        ("accounts/bank", Deposited.TYPE),
        ("accounts/x", Opened.TYPE),
    ]
    assert receipt.refused == (Refused(0, "not_opened", {}),)
    assert (receipt.position, together.position(NORTH)) == (5, 5)
    if metadata.key:
        again = together.execute_all(NORTH, steps, metadata=metadata, partial=True)
        assert again == msgspec.structs.replace(receipt, replayed=True)
        with pytest.raises(KeyReused):
            together.execute_all(NORTH, steps, metadata=metadata)


def test_where_all_are_refused_that_is_remembered_too(together: Store) -> None:
    steps = [Step(accounts, "x", Deposit(1))]
    receipt = together.execute_all(NORTH, steps, metadata=KEY, partial=True)
    assert (receipt.events, receipt.refused) == ((), (Refused(0, "not_opened", {}),))
    together.execute(NORTH, accounts, "x", Open("eve"))
    assert together.execute_all(NORTH, steps, metadata=KEY, partial=True).refused == receipt.refused


def test_a_refusal_further_on_leaves_nothing_of_its_command(together: Store) -> None:
    together.execute(NORTH, bank, "bank", Deposit(4))
    steps = [Step(accounts, "a", Deposit(2)), Step(accounts, "a", Deposit(1))]
    receipt = together.execute_all(NORTH, steps, partial=True)
    assert [one.command for one in receipt.refused] == [0]
    assert [(one.stream, one.version) for one in receipt.events] == [("accounts/a", 2), ("accounts/bank", 2)]


def test_nothing_at_all_may_be_asked_for_and_is_remembered(together: Store) -> None:
    receipt = together.execute_all(NORTH, [Step(accounts, "a", Open("ann"))], metadata=KEY)
    assert (receipt.position, receipt.events) == (2, ())
    assert together.execute_all(NORTH, [Step(accounts, "a", Open("ann"))], metadata=KEY).replayed


def at_once(count: int, act: Callable[[], T]) -> list[T]:
    """What `count` threads get that do the same at the same moment. Raises what one of them raised."""
    start = threading.Barrier(count)

    def run() -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(count) as threads:
        return [future.result() for future in [threads.submit(run) for _ in range(count)]]


@pytest.fixture
def alone(database: Database) -> Iterator[Store]:
    with closing(Store(database, TYPES)) as store:
        store.register(NORTH)
        yield store


def test_a_command_that_would_be_refused_the_second_time_is_answered_alike_however_often_it_is_sent(
    alone: Store,
) -> None:
    for number in range(40):
        key, thing = Metadata(key=f"again-{number}"), f"bank-{number}"
        receipts = at_once(8, lambda key=key, thing=thing: alone.execute(NORTH, bank, thing, Deposit(4), metadata=key))  # type: ignore[misc]
        assert len({(one.version, one.position, one.events) for one in receipts}) == 1
        assert sum(not one.replayed for one in receipts) == 1
        with pytest.raises(Rejected):
            alone.execute(NORTH, bank, thing, Deposit(4))


def test_many_commands_that_would_be_refused_the_second_time_are_answered_alike_too(alone: Store) -> None:
    for number in range(40):
        key, steps = Metadata(key=f"again-{number}"), [Step(bank, f"bank-{number}", Deposit(4))]
        receipts = at_once(8, lambda key=key, steps=steps: alone.execute_all(NORTH, steps, metadata=key))  # type: ignore[misc]
        assert len({one.events for one in receipts}) == 1
        assert sum(not one.replayed for one in receipts) == 1
