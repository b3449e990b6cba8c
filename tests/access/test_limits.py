"""How much is granted in a minute, what is told about it, and how it is shared out."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import limits.storage.memory
import pytest

from baseplus.kernel.access import Caller, Role
from baseplus.kernel.vocabulary import TenantId
from infra.access.limits import Allowance, FailedSignIns, RateLimits, TooManyRequests

ANN = Caller(TenantId("uni-a"), Role.STAFF, "k-1")
BEN = Caller(TenantId("uni-a"), Role.STAFF, "k-2")
ANN_ELSEWHERE = Caller(TenantId("uni-b"), Role.STAFF, "k-1")


class Clock:
    """The time of the counters, which goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    # the library's counters read the time themselves
    monkeypatch.setattr(limits.storage.memory, "time", SimpleNamespace(time=clock))
    return clock


def test_what_is_left_and_for_how_long_is_told_with_each_request(clock: Clock) -> None:
    budget = RateLimits(3, clock=clock)
    assert budget.take(ANN) == Allowance(remaining=2, reset_s=60, limit=3)
    clock.seconds += 12.5
    assert budget.take(ANN) == Allowance(remaining=1, reset_s=48, limit=3)
    assert budget.take(ANN) == Allowance(remaining=0, reset_s=48, limit=3)


def test_whoever_has_spent_its_budget_is_told_when_to_come_back_and_may_then(clock: Clock) -> None:
    budget = RateLimits(2, clock=clock)
    budget.take(ANN)
    budget.take(ANN)
    clock.seconds += 59.5
    for _ in range(5):
        with pytest.raises(TooManyRequests) as refused:
            budget.take(ANN)
        assert refused.value.facts == {"retry_after_s": 1}
        assert refused.value.code == "rate_limited"
    clock.seconds += 1
    assert budget.take(ANN) == Allowance(remaining=1, reset_s=60, limit=2)


def test_what_one_request_does_more_counts_and_may_spend_the_budget_but_refuses_nobody_who_is_in(clock: Clock) -> None:
    budget = RateLimits(10, clock=clock)
    budget.take(ANN)
    assert budget.add(ANN, 4) == Allowance(remaining=5, reset_s=60, limit=10)
    budget.take(ANN)
    assert budget.add(ANN, 999) == Allowance(remaining=0, reset_s=60, limit=10)
    with pytest.raises(TooManyRequests):
        budget.take(ANN)
    budget.take(BEN)
    clock.seconds += 60
    assert budget.take(ANN) == Allowance(remaining=9, reset_s=60, limit=10)


def test_trying_on_does_not_put_off_the_next_minute(clock: Clock) -> None:
    budget = RateLimits(1, clock=clock)
    budget.take(ANN)
    for _ in range(59):
        clock.seconds += 1
        with pytest.raises(TooManyRequests):
            budget.take(ANN)
    clock.seconds += 1
    budget.take(ANN)


def test_each_key_has_a_budget_of_its_own(clock: Clock) -> None:
    budget = RateLimits(1, clock=clock)
    for caller in (ANN, BEN, ANN_ELSEWHERE):
        budget.take(caller)
        with pytest.raises(TooManyRequests):
            budget.take(caller)


@pytest.mark.parametrize(("per_minute", "processes", "share"), [(600, 1, 600), (600, 4, 150), (10, 4, 3), (1, 4, 1)])
def test_the_budget_is_shared_out_among_processes_rounded_up(per_minute: int, processes: int, share: int) -> None:
    budget = RateLimits(per_minute, processes)
    assert budget.limit == share
    assert budget.take(ANN).limit == share


def test_twenty_threads_are_granted_the_limit_and_no_more(clock: Clock) -> None:
    budget = RateLimits(100, clock=clock)
    start, granted = threading.Barrier(20), list[int]()

    def ask() -> None:
        start.wait()
        for _ in range(20):
            try:
                granted.append(budget.take(ANN).remaining)
            except TooManyRequests:
                continue

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(granted) == list(range(100))


def test_an_address_may_fail_so_often_and_then_waits(clock: Clock) -> None:
    failures = FailedSignIns(2, clock=clock)
    for _ in range(2):
        failures.check("203.0.113.7")
        failures.count("203.0.113.7")
    with pytest.raises(TooManyRequests) as refused:
        failures.check("203.0.113.7")
    assert refused.value.facts == {"retry_after_s": 60}
    failures.count("203.0.113.7")  # one that was under way meanwhile
    failures.check("203.0.113.8")
    clock.seconds += 60
    failures.check("203.0.113.7")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "not an address", True),
    ],
)
def test_addresses_of_one_customer_count_together(clock: Clock, one: str, other: str, same: bool) -> None:
    failures = FailedSignIns(1, clock=clock)
    failures.count(one)
    if same:
        with pytest.raises(TooManyRequests):
            failures.check(other)
    else:
        failures.check(other)


def test_what_is_past_is_forgotten(clock: Clock) -> None:
    failures = FailedSignIns(1, clock=clock)
    for number in range(1000):
        failures.count(f"10.0.{number // 250}.{number % 250}")
    counts = failures._budget._counts.storage
    assert isinstance(counts, limits.storage.memory.MemoryStorage)
    assert len(counts.storage) == 1000
    counts.timer.join()  # the library sweeps in a thread that each request may start
    clock.seconds += 61
    failures.count("203.0.113.7")
    counts.timer.join()
    assert len(counts.storage) == 1
