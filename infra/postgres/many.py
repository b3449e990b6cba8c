"""Many commands in one request: decided one after the other, stored together.

Whether all of them or those that are not refused, each is decided, so that every refusal is told at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec

from baseplus.kernel.decisions import BulkReceipt, Decider, Load, Metadata, Noted, Refused, Step
from baseplus.kernel.refusals import KeyReused, NotFound, Refusal, Rejected, Unavailable
from baseplus.kernel.typed import decoder_of
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.deciding import ATTEMPTS, Decision
from infra.postgres.lanes import UNDONE
from infra.postgres.streams import Streams
from infra.postgres.wire import Row

if TYPE_CHECKING:
    from infra.postgres.store import Appended, Store

_REFUSED = list[Refused]


class Many:
    """The part of a store that takes many commands at once. Thread-safe."""

    def __init__(self, store: Store, streams: Streams) -> None:
        self._store, self._streams = store, streams

    def execute(
        self,
        tenant: TenantId,
        steps: Sequence[Step],
        metadata: Metadata,
        at: datetime,
        now: datetime,
        *,
        partial: bool,
    ) -> BulkReceipt:
        """See `Store.execute_all`."""
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            if (first := self.answered(tenant, metadata)) is not None:
                return first
            decision, refused = self._decided(tenant, steps, now)
            if refused and not last and decision.moved():
                continue
            if refused and not partial:
                raise _all_of(refused)
            told = tuple(Refused(int(str(one.facts["command"])), one.code, _own(one)) for one in refused)
            appended = self._store.record(tenant, decision, metadata, at, told, last=last)
            if appended is None:
                continue
            noted = tuple(
                Noted(place, stream, version, event.TYPE)
                for place, (stream, version, event) in enumerate(decision.events, appended.first)
            )
            return BulkReceipt(tenant, appended.last, noted, refused=told)
        raise AssertionError("the last attempt answers or raises")

    def refusals(self, tenant: TenantId, steps: Sequence[Step], now: datetime) -> list[Refusal]:
        """See `Store.refusals`."""
        _, refused = self._decided(tenant, steps, now)
        return refused

    def answered(self, tenant: TenantId, metadata: Metadata) -> BulkReceipt | None:
        """What the key was answered; None where it is new. Raises KeyReused."""
        known = None if metadata.key is None else self._streams.answer(tenant, metadata.key)
        if known is None:
            return None
        if known.digest != metadata.digest:
            raise KeyReused(key=metadata.key)
        events = self._store.history(tenant, after=known.first - 1, limit=known.last - known.first + 1)
        noted = tuple(Noted(event.position, event.stream, event.version, event.type) for event in events)
        refused = tuple(decoder_of(_REFUSED).decode(known.refused)) if known.refused else ()
        return BulkReceipt(tenant, known.last, noted, replayed=True, refused=refused)

    def append(
        self, tenant: TenantId, rows: Sequence[Row], metadata: Metadata, key: str, refused: Sequence[Refused]
    ) -> Appended:
        """`Store.append_rows`, and what was refused is kept with the key: a repetition is told the same.

        Raises as that does.
        """
        prepared = self._store.prepare(tenant, rows, metadata)
        try:
            with self._store.committer.alone(tenant) as (connection, append):
                appended = prepared.appended(append(prepared.request))
                if not appended.replayed:
                    kept = msgspec.json.encode(refused)
                    connection.execute("SELECT store.keep_refused(%s, %s, %s)", (tenant, key, kept))
        except UNDONE as error:
            raise Unavailable(what="the event store", reason=str(error)) from error
        return appended

    def _decided(self, tenant: TenantId, steps: Sequence[Step], now: datetime) -> tuple[Decision, list[Refusal]]:
        """What follows from those that are not refused, and the refusals of the others."""
        decision = self._store.decision(tenant, now)
        asked = [(step.decider, step.decider.stream(step.thing)) for step in steps]
        for (decider, stream), found in self._store.gathering.load(tenant, asked).items():
            decision.opened(decider, stream, found)
        load = _once(self._store.load)
        refused: list[Refusal] = []
        for number, step in enumerate(steps):
            try:
                decision.put(self._store.completed(tenant, step, load))
            except Rejected as refusal:
                refused.append(Rejected(refusal.code, **{"command": number, **refusal.facts}))
            except NotFound as refusal:
                refused.append(NotFound(**{"command": number, **refusal.facts}))
        return decision, refused


def _once(load: Load) -> Load:
    """Reads each thing once for one request: all that it is completed with is of one moment."""
    known: dict[tuple[TenantId, int, str], tuple[Any, int]] = {}

    def loaded(tenant: TenantId, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        key = tenant, id(decider), thing
        if key not in known:
            known[key] = load(tenant, decider, thing)
        return known[key]

    return loaded


def _all_of(refused: Sequence[Refusal]) -> Refusal:
    """The first one, which names them all."""
    first = refused[0]
    first.among = tuple(refused)
    return first


def _own(refusal: Refusal) -> dict[str, Any]:
    """Its facts, as a repetition is told them."""
    facts = {name: value for name, value in refusal.facts.items() if name != "command"}
    return cast("dict[str, Any]", msgspec.to_builtins(facts, enc_hook=str))
