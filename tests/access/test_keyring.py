"""A token lets in whom its key is for, for as long as it is, and teaches nothing to whoever has none."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from baseplus.kernel.access import Caller, Role
from baseplus.kernel.decisions import Decider
from baseplus.kernel.refusals import Refusal, Unavailable
from baseplus.kernel.vocabulary import TenantId
from infra.access.keyring import UNTOLD_S, KeyExpired, KeyRevoked, Keyring, NotSignedIn
from infra.access.limits import FailedSignIns, TooManyRequests
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES
from tenants.keys.token import Token, new_token
from tests.access.issuing import NOBODY, UNI_A, UNI_B, issue, register, revoke

HOME, OTHER = "203.0.113.7", "198.51.100.4"


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self) -> float:
        return self.seconds

    def time(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds)


class CountingStore(Store):
    """A store that counts how often a stream was read."""

    loads = 0

    def load(self, tenant: TenantId, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        self.loads += 1
        return super().load(tenant, decider, thing)


@pytest.fixture
def counted(database: Database) -> Iterator[CountingStore]:
    with closing(CountingStore(database, EVENT_TYPES)) as store:
        register(store, UNI_A)
        register(store, UNI_B)
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(counted: CountingStore, clock: Clock) -> Keyring:
    return Keyring(counted, clock=clock, now=clock.time)


def test_a_token_makes_the_caller_that_its_key_was_issued_for(counted: CountingStore, keyring: Keyring) -> None:
    staff = issue(counted, UNI_A, "staff-1")
    firm = issue(counted, UNI_B, "firm-1", Role.ENTERPRISE, own="yunchuan")
    assert keyring.authenticate(str(staff)) == Caller(UNI_A, Role.STAFF, "staff-1")
    assert keyring.authenticate(str(firm)) == Caller(UNI_B, Role.ENTERPRISE, "firm-1", "yunchuan")


def test_a_key_is_asked_for_once_in_a_few_seconds(counted: CountingStore, keyring: Keyring, clock: Clock) -> None:
    token = str(issue(counted, UNI_A, "staff-1"))
    before = counted.loads
    for _ in range(10):
        keyring.authenticate(token)
        clock.advance(0.4)
    assert counted.loads == before + 1
    clock.advance(1.1)
    keyring.authenticate(token)
    assert counted.loads == before + 2


def test_a_revocation_takes_effect_within_five_seconds(counted: CountingStore, keyring: Keyring, clock: Clock) -> None:
    token = str(issue(counted, UNI_A, "staff-1"))
    keyring.authenticate(token)
    keyring.caller_of(UNI_A, "staff-1")
    revoke(counted, UNI_A, "staff-1")
    clock.advance(5)
    for _ in range(2):
        with pytest.raises(KeyRevoked):
            keyring.authenticate(token)
        with pytest.raises(KeyRevoked):
            keyring.caller_of(UNI_A, "staff-1")


def test_a_revocation_is_felt_at_once_where_the_key_was_not_in_use(counted: CountingStore, keyring: Keyring) -> None:
    token = str(issue(counted, UNI_A, "staff-1"))
    revoke(counted, UNI_A, "staff-1")
    with pytest.raises(KeyRevoked):
        keyring.authenticate(token)


def test_a_key_opens_on_its_last_day_and_not_on_the_next(
    counted: CountingStore, keyring: Keyring, clock: Clock
) -> None:
    last = datetime.now(UTC).date() + timedelta(days=30)
    token = str(issue(counted, UNI_A, "staff-1", expires=last))
    clock.now = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=UTC)
    keyring.authenticate(token)
    clock.advance(1)  # what was found still holds, but the day is over
    with pytest.raises(KeyExpired, match=last.isoformat()):
        keyring.authenticate(token)
    clock.advance(60)
    with pytest.raises(KeyExpired):
        keyring.authenticate(token)
    with pytest.raises(KeyExpired):
        keyring.caller_of(UNI_A, "staff-1")


def test_no_changed_character_is_let_in(counted: CountingStore, keyring: Keyring) -> None:
    token = str(issue(counted, UNI_A, "staff-1"))
    issue(counted, UNI_B, "staff-1")
    for place, character in enumerate(token):
        for other in {"b", "2", "-", "_", "B"} - {character}:
            with pytest.raises(NotSignedIn):
                keyring.authenticate(token[:place] + other + token[place + 1 :])
    keyring.authenticate(token)


def test_the_secret_of_another_key_or_tenant_opens_nothing(counted: CountingStore, keyring: Keyring) -> None:
    one, two = issue(counted, UNI_A, "staff-1"), issue(counted, UNI_A, "staff-2")
    issue(counted, UNI_B, "staff-1")
    for tenant, key, secret in ((UNI_A, "staff-1", two.secret), (UNI_B, "staff-1", one.secret)):
        with pytest.raises(NotSignedIn):
            keyring.authenticate(str(Token(tenant, key, secret)))


def wrong_tokens(right: Token) -> dict[str, str]:
    """Each wrong in another way."""
    secret = new_token(UNI_A, "x").secret
    return {
        "another secret": str(Token(UNI_A, right.key, secret)),
        "no such key": str(Token(UNI_A, "nobody", secret)),
        "no such tenant": str(Token(NOBODY, right.key, secret)),
        "another tenant": str(Token(UNI_B, right.key, right.secret)),
        "the secret of a revoked key": str(Token(UNI_A, "revoked", secret)),
        "the secret of an expired key": str(Token(UNI_A, "expired", secret)),
    }


def test_nothing_is_learnt_by_trying(counted: CountingStore, keyring: Keyring, clock: Clock) -> None:
    right = issue(counted, UNI_A, "staff-1")
    issue(counted, UNI_A, "expired", expires=datetime.now(UTC).date())
    issue(counted, UNI_A, "revoked")
    revoke(counted, UNI_A, "revoked")
    clock.now = datetime.now(UTC) + timedelta(days=2)
    keyring.authenticate(str(right))  # is remembered, which a wrong secret must not feel
    for token in wrong_tokens(right).values():
        before, began = counted.loads, time.perf_counter()
        with pytest.raises(NotSignedIn) as refused:
            keyring.authenticate(token)
        assert time.perf_counter() - began >= UNTOLD_S
        assert counted.loads == before + 1
        assert refused.value.facts == {}
        assert str(refused.value) == "not signed in"


@pytest.mark.parametrize(
    "token",
    ["", "bp_", "nonsense", "bp_uni-a_staff-1_short", "bp_UNI-A_k_" + "a" * 52, "bp_a_b_" + "a" * 53, "\x00", "\ud800",
     "bp_" + "a" * 65 + "_k_" + "a" * 52, "é" * 100_000],
)  # fmt: skip
def test_what_is_no_token_is_not_looked_up(counted: CountingStore, keyring: Keyring, token: str) -> None:
    before = counted.loads
    with pytest.raises(NotSignedIn):
        keyring.authenticate(token)
    assert counted.loads == before


def test_a_session_is_let_in_by_its_key_without_a_secret(counted: CountingStore, keyring: Keyring) -> None:
    issue(counted, UNI_A, "mentor-1", Role.MENTOR, own="person-7")
    assert keyring.caller_of(UNI_A, "mentor-1") == Caller(UNI_A, Role.MENTOR, "mentor-1", "person-7")
    for tenant, key in ((UNI_B, "mentor-1"), (NOBODY, "mentor-1"), (UNI_A, "other"), (UNI_A, "Not an id"), (UNI_A, "")):
        with pytest.raises(NotSignedIn):
            keyring.caller_of(tenant, key)


def test_guesses_fill_no_memory_and_the_longest_unused_are_forgotten_first(
    counted: CountingStore, clock: Clock
) -> None:
    keyring = Keyring(counted, remembered=2, clock=clock, now=clock.time)
    tokens = [str(issue(counted, UNI_A, f"k-{number}")) for number in range(3)]
    keyring.authenticate(tokens[0])
    keyring.authenticate(tokens[1])
    for _ in range(50):
        with pytest.raises(NotSignedIn):
            keyring.authenticate(str(new_token(UNI_A, "k-0")))
    before = counted.loads
    keyring.authenticate(tokens[1])
    keyring.authenticate(tokens[0])
    assert counted.loads == before
    keyring.authenticate(tokens[2])
    keyring.authenticate(tokens[0])
    assert counted.loads == before + 1
    keyring.authenticate(tokens[1])
    assert counted.loads == before + 2


def test_an_address_that_fails_often_is_made_to_wait_but_not_those_who_are_in(
    counted: CountingStore, clock: Clock
) -> None:
    keyring = Keyring(counted, failures=FailedSignIns(per_minute=3), clock=clock, now=clock.time)
    known, fresh = str(issue(counted, UNI_A, "known")), str(issue(counted, UNI_A, "fresh"))
    keyring.authenticate(known, HOME)
    for _ in range(3):
        with pytest.raises(NotSignedIn):
            keyring.authenticate(str(new_token(UNI_A, "guess")), HOME)
    before = counted.loads
    for token in (str(new_token(UNI_A, "guess")), fresh):
        with pytest.raises(TooManyRequests):
            keyring.authenticate(token, HOME)
    assert counted.loads == before, "the store is spared"
    keyring.authenticate(fresh, OTHER)
    clock.advance(60)
    keyring.authenticate(known, HOME)


def test_what_is_no_token_at_all_is_not_counted(counted: CountingStore) -> None:
    keyring = Keyring(counted, failures=FailedSignIns(per_minute=1))
    token = str(issue(counted, UNI_A, "staff-1"))
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            keyring.authenticate("", HOME)
    keyring.authenticate(token, HOME)


def test_a_revoked_key_that_goes_on_trying_is_made_to_wait(counted: CountingStore, clock: Clock) -> None:
    keyring = Keyring(counted, failures=FailedSignIns(per_minute=2), clock=clock, now=clock.time)
    token = str(issue(counted, UNI_A, "staff-1"))
    keyring.authenticate(token, HOME)
    revoke(counted, UNI_A, "staff-1")
    clock.advance(5)
    for _ in range(2):  # known at the first time, a guess like any other from then on
        with pytest.raises(KeyRevoked):
            keyring.authenticate(token, HOME)
    with pytest.raises(TooManyRequests):
        keyring.authenticate(token, HOME)


def test_twenty_threads_are_let_in_at_once_each_as_who_it_is(counted: CountingStore, clock: Clock) -> None:
    keyring = Keyring(counted, remembered=6, fresh_s=0.001)  # so that all paths are taken
    tokens = {f"k-{number}": str(issue(counted, UNI_A, f"k-{number}")) for number in range(10)}
    revoke(counted, UNI_A, "k-9")
    start, wrong = threading.Barrier(20), list[str]()

    def ask(number: int) -> None:
        start.wait()
        for turn in range(30):
            key = f"k-{(number + turn) % 10}"
            try:
                found = keyring.authenticate(tokens[key])
                right = found == Caller(UNI_A, Role.STAFF, key) and key != "k-9"
            except KeyRevoked:
                right = key == "k-9"
            except Refusal as refusal:
                right, key = False, f"{key}: {refusal!r}"
            if not right:
                wrong.append(key)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_while_the_store_does_not_answer_nobody_is_let_in_and_nobody_forgotten(
    counted: CountingStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable(what="the event store", reason="away")

    keyring = Keyring(counted, failures=FailedSignIns(per_minute=1), clock=clock, now=clock.time)
    token = str(issue(counted, UNI_A, "staff-1"))
    keyring.authenticate(token, HOME)
    with pytest.raises(NotSignedIn):
        keyring.authenticate(str(new_token(UNI_A, "staff-1")), HOME)
    clock.advance(6)
    with monkeypatch.context() as patched:
        patched.setattr(counted, "load", away)
        with pytest.raises(Unavailable):
            keyring.authenticate(token, HOME)
    keyring.authenticate(token, HOME)  # still known, so that it need not wait for those who failed


def test_neither_secret_nor_hash_comes_into_logs_or_tracebacks(
    counted: CountingStore, keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = issue(counted, UNI_A, "staff-1", expires=date(2999, 1, 1))
    keyring.authenticate(str(right))
    wrong = new_token(UNI_A, "staff-1")
    with pytest.raises(NotSignedIn) as refused:
        keyring.authenticate(str(wrong))
    revoke(counted, UNI_A, "staff-1")
    with pytest.raises(KeyRevoked) as gone:
        Keyring(counted).authenticate(str(right))
    said = caplog.text + "".join(line for one in (refused, gone) for line in traceback.format_exception(one.value))
    said += repr(refused.value) + repr(gone.value) + repr(vars(keyring))
    for token in (right, wrong):
        assert token.secret not in said
        assert token.digest not in said
