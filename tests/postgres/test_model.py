"""Any mix of requests, alone or in groups, is answered and stored as a sequential model says."""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.committer import CONFLICT, KEY_TAKEN, NO_TENANT, REPLAYED, STORED, Answer, _send, _Waiting
from infra.postgres.lanes import Lane
from infra.postgres.store import Store
from infra.postgres.wire import Request, Row
from tests.postgres.accounts import NOON


class Asked(NamedTuple):
    """tenant 2 is never registered. key None: without one. streams: (stream, its first version, events)."""

    tenant: int
    key: int | None
    body: int
    streams: tuple[tuple[int, int, int], ...]


requests = st.builds(
    Asked,
    tenant=st.sampled_from([0, 0, 0, 1, 1, 2]),
    key=st.none() | st.integers(0, 4),
    body=st.integers(0, 1),
    streams=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([1, 1, 2, 2, 3, 4]), st.integers(1, 3)),
        max_size=3,
        unique_by=lambda stream: stream[0],
    ).map(tuple),
)


class Model:
    """What the store should do, one request after the other."""

    def __init__(self) -> None:
        self.events: dict[int, list[tuple[str, int]]] = {0: [], 1: []}
        self.heads: dict[tuple[int, str], int] = {}
        self.keys: dict[tuple[int, int], tuple[bytes, int, int]] = {}

    def answer(self, asked: Asked) -> Answer:
        history = self.events.get(asked.tenant)
        if history is None:
            return NO_TENANT, 0, 0
        if asked.key is not None and (known := self.keys.get((asked.tenant, asked.key))):
            return (REPLAYED if known[0] == digest(asked) else KEY_TAKEN), known[1], known[2]
        for stream, first, _ in asked.streams:
            if first != self.heads.get((asked.tenant, f"s{stream}"), 0) + 1:
                return CONFLICT, 0, 0
        before = len(history)
        for row in rows(asked):
            history.append((row.stream, row.version))
            self.heads[asked.tenant, row.stream] = row.version
        if asked.key is not None:
            self.keys[asked.tenant, asked.key] = (digest(asked), before + 1, len(history))
        return STORED, before + 1, len(history)


def rows(asked: Asked) -> list[Row]:
    return [
        Row(f"s{stream}", first + place, "accounts.deposited.v1", NOON, b"%d" % asked.body)
        for stream, first, count in asked.streams
        for place in range(count)
    ]


def digest(asked: Asked) -> bytes:
    return hashlib.sha256(repr((asked.streams, asked.body)).encode()).digest()


def groups(waiting: list[_Waiting], largest: int) -> list[list[_Waiting]]:
    """In order, as the committer would: no two of a group share a stream or a key."""
    found: list[list[_Waiting]] = []
    claims: set[tuple[str, ...]] = set()
    for one in waiting:
        if not found or len(found[-1]) == largest or not claims.isdisjoint(one.request.claims):
            found.append([])
            claims = set()
        found[-1].append(one)
        claims |= one.request.claims
    return found


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mix=st.lists(requests, max_size=20), largest=st.sampled_from([1, 3, 20]))
def test_any_mix_of_requests_is_stored_as_the_model_says(account_store: Store, mix: list[Asked], largest: int) -> None:
    run = uuid4().hex
    tenants = [TenantId(f"m{number}-{run}") for number in range(3)]
    account_store.register(*tenants[:2])
    lane: Lane = account_store.committer._all[0]
    waiting = [
        _Waiting(
            Request(
                tenants[asked.tenant],
                rows(asked),
                Metadata(key=None if asked.key is None else f"k{asked.key}"),
                None if asked.key is None else digest(asked),
            )
        )
        for asked in mix
        if asked.streams or asked.key is not None
    ]
    asked_of = dict(zip(map(id, waiting), [a for a in mix if a.streams or a.key is not None], strict=True))
    model = Model()
    for group in groups(waiting, largest):
        _send(lane, group)  # sorts by tenant, which is the order that counts: tenants know nothing of each other
        for one in group:
            expected = model.answer(asked_of[id(one)])
            assert one.error is None
            assert one.answer is not None
            if expected[0] == KEY_TAKEN:
                assert one.answer[0] == KEY_TAKEN
            else:
                assert one.answer == expected
    for number, events in model.events.items():
        history = list(account_store.history(tenants[number]))
        assert [(recorded.stream, recorded.version) for recorded in history] == events
        assert account_store.position(tenants[number]) == len(events)
