"""The event store: decide on a stream, append to a tenant's history, read it back.

One per process, shared by all its threads and tenants. Not fork-safe: after a fork make a new one.
"""

from __future__ import annotations

import hashlib
import random
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from baseplus.kernel.decisions import (
    BulkReceipt,
    Command,
    Decider,
    Load,
    Metadata,
    Receipt,
    Recorded,
    Refused,
    Resolver,
    Step,
    bulk_digest,
    request_digest,
)
from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.refusals import KeyReused, NotFound, Refusal, Rejected, Unavailable, UnknownTenant, VersionConflict
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.observability.tracing import in_trace, work_span
from infra.postgres.committer import CONFLICT, KEY_TAKEN, NO_TENANT, REPLAYED, Answer, Committer
from infra.postgres.database import Database
from infra.postgres.deciding import ATTEMPTS, Decision, Followers
from infra.postgres.gathering import Gathering
from infra.postgres.history import STATEMENTS as READING_HISTORY
from infra.postgres.history import read_history
from infra.postgres.lanes import Lanes, Lost, RolledBack, Statement
from infra.postgres.many import Many
from infra.postgres.streams import STATEMENTS as READING_STREAMS
from infra.postgres.streams import Answered, Loaded, Streams
from infra.postgres.wire import INT4, TEXT, TEXT_ARRAY, Request, Row, text, text_array

R = TypeVar("R")
S = TypeVar("S")

NO_METADATA = Metadata()
_RESENDS = 2
_LONGEST_PAUSE = 0.02  # seconds before a conflict is decided anew, at most
_int4 = struct.Struct(">i").pack


STATEMENTS = {
    **READING_STREAMS,
    **READING_HISTORY,
    b"register": Statement("SELECT store.register($1, $2)", [TEXT_ARRAY, INT4]),
    b"position": Statement("SELECT store.position($1)", [TEXT]),
}


class NewEvent(msgspec.Struct, frozen=True):
    """An event to append. version: its place in the stream, 1 for the first. occurred_at has an offset."""

    stream: StreamId
    version: int
    event: Event
    occurred_at: datetime


class Appended(msgspec.Struct, frozen=True):
    """The positions that an append was given; last < first where it had no events. replayed: it was known already."""

    first: int
    last: int
    replayed: bool = False


class Prepared(NamedTuple):
    """An append that is ready to be sent, and how its answer reads."""

    tenant: TenantId
    key: str | None
    request: Request

    def appended(self, answer: Answer) -> Appended:
        """What the answer says. Raises KeyReused, VersionConflict, UnknownTenant."""
        status, first, last = answer
        if status == KEY_TAKEN:
            raise KeyReused(key=self.key)
        if status == CONFLICT:
            row = self.request.rows[0]
            raise VersionConflict(stream=row.stream, expected=row.version - 1)
        if status == NO_TENANT:
            raise UnknownTenant(tenant=self.tenant)
        return Appended(first, last, status == REPLAYED)


class Store:
    """Thread-safe. partitions: those of the topic on Kafka, over which newly registered tenants are spread.
    lanes: groups of appends on their way at once; readers: loads at once; snapshot_every: events of a stream between
    its snapshots; followers: what must happen together with an event; remembered: of so many streams the state is kept
    in memory, so that only what is new has to be read: for whoever writes to the same ones again and again."""

    def __init__(
        self,
        database: Database,
        types: EventTypes,
        *,
        partitions: int = 12,
        lanes: int = 1,
        readers: int = 8,
        snapshot_every: int = 200,
        followers: Followers | None = None,
        remembered: int = 0,
    ) -> None:
        self.types = types
        self.lanes = Lanes(database, STATEMENTS, readers)
        self.committer = Committer(database, lanes=lanes)
        self._partitions = partitions
        self._streams = Streams(self.lanes, types)
        self.gathering = Gathering(self.lanes, types, remembered)
        self.many = Many(self, self._streams)
        self._snapshot_every = snapshot_every
        self._followers = followers or {}
        self._pause = threading.Event()

    def register(self, *tenants: TenantId) -> list[TenantId]:
        """Register tenants. Returns those that are new. Raises Unavailable."""
        result = self.lanes.call(b"register", [text_array(tenants, "tenant"), _int4(self._partitions)])
        return [TenantId((result.get_value(row, 0) or b"").decode()) for row in range(result.ntuples)]

    def append(self, tenant: TenantId, events: Sequence[NewEvent], metadata: Metadata = NO_METADATA) -> Appended:
        """Store events of any streams of a tenant, all or none.

        With a key, sending the same again stores nothing and answers the same. Raises VersionConflict, KeyReused,
        UnknownTenant, Invalid; Unavailable where the outcome is unknown or nothing was stored: with a key, send it
        again.
        """
        encode = self.types.encode
        rows = []
        for new in events:
            if new.version < 1:
                raise VersionConflict(stream=new.stream, expected=new.version - 1)
            rows.append(Row(new.stream, new.version, new.event.TYPE, new.occurred_at, encode(new.event)))
        return self.append_rows(tenant, rows, metadata)

    def append_rows(self, tenant: TenantId, rows: Sequence[Row], metadata: Metadata = NO_METADATA) -> Appended:
        """`append` of events in their stored form."""
        if not rows and metadata.key is None:
            position = self.position(tenant)
            return Appended(position + 1, position)
        with work_span("append", "client") as work:
            prepared = self.prepare(tenant, rows, metadata)
            appended = prepared.appended(self._commit(prepared.request, safe=metadata.key is not None))
            if work.recorded:
                work.note(tenant=tenant, type=sorted({row.type for row in rows}), position=appended.last)
        return appended

    def prepare(self, tenant: TenantId, rows: Sequence[Row], metadata: Metadata) -> Prepared:
        """An append that is ready to be sent. Raises VersionConflict, Invalid."""
        digest = None if metadata.key is None else metadata.digest or _digest(rows)
        return Prepared(tenant, metadata.key, Request(tenant, rows, in_trace(metadata), digest))

    def execute(
        self,
        tenant: TenantId,
        decider: Decider[Any, Any, Any],
        thing: str,
        *commands: Command,
        metadata: Metadata = NO_METADATA,
        at: datetime | None = None,
        now: datetime | None = None,
        expected: int | None = None,
        resolve: Resolver | None = None,
    ) -> Receipt:
        """Decide commands, one after the other, on one thing, and store all that follows, or nothing.

        at: when it happened (default: now). now: the time to decide at (default: the clock's). expected: the stream's
        version that the caller has seen; without it, a conflict with somebody else is decided anew. resolve: completes
        each command first. With a key in the metadata, the same request again is answered with its first receipt,
        without deciding.

        Raises Rejected, VersionConflict, KeyReused, UnknownTenant, Unavailable; then nothing was stored, or, after
        Unavailable, the same key tells.
        """
        now = now or datetime.now(UTC)
        stream = decider.stream(thing)
        if metadata.key is not None and metadata.digest is None:
            metadata = msgspec.structs.replace(metadata, digest=request_digest(stream, *commands))

        def decide() -> Receipt:
            return self._execute(tenant, decider, thing, commands, metadata, at or now, now, expected, resolve)

        def answered() -> Receipt | None:
            found = self._streams.load(tenant, decider, stream, metadata.key)
            return _first_receipt(tenant, stream, metadata, found) if isinstance(found, Answered) else None

        return unless_answered(metadata.key, decide, answered)

    def _execute(
        self,
        tenant: TenantId,
        decider: Decider[Any, Any, Any],
        thing: str,
        commands: Sequence[Command],
        metadata: Metadata,
        at: datetime,
        now: datetime,
        expected: int | None,
        resolve: Resolver | None,
    ) -> Receipt:
        stream = decider.stream(thing)
        for attempt in range(ATTEMPTS):
            found = self._found(tenant, decider, stream, metadata.key)
            if isinstance(found, Answered):
                return _first_receipt(tenant, stream, metadata, found)
            if expected is not None and found.version != expected:
                raise VersionConflict(stream=stream, expected=expected, actual=found.version)
            decision = self.decision(tenant, now)
            own = decision.opened(decider, stream, found)
            try:
                for command in commands:
                    decision.put(self.completed(tenant, Step(decider, thing, command, resolve)))
            except Rejected:
                if attempt < ATTEMPTS - 1 and decision.moved():
                    continue
                raise
            appended = self.record(tenant, decision, metadata, at, last=attempt == ATTEMPTS - 1)
            if appended is None:
                continue
            types = tuple(event.TYPE for place, _, event in decision.events if place == stream)
            return Receipt(tenant, stream, own.version, appended.last, types)
        raise VersionConflict(stream=stream, expected=expected)

    def execute_all(
        self,
        tenant: TenantId,
        steps: Sequence[Step],
        *,
        metadata: Metadata = NO_METADATA,
        at: datetime | None = None,
        now: datetime | None = None,
        partial: bool = False,
    ) -> BulkReceipt:
        """Decide commands to any things, one after the other, and store all that follows, or nothing; where `partial`,
        all that follows from those that are not refused. A refused one has no effect on those after it.

        Raises as `execute` does; Rejected and NotFound have the fact `command`, the index of the first one that was
        refused, and each refusal in `among`.
        """
        now = now or datetime.now(UTC)
        if metadata.key is not None and metadata.digest is None:
            metadata = msgspec.structs.replace(metadata, digest=bulk_digest(steps, partial=partial))

        def decide() -> BulkReceipt:
            return self.many.execute(tenant, steps, metadata, at or now, now, partial=partial)

        return unless_answered(metadata.key, decide, lambda: self.many.answered(tenant, metadata))

    def refusals(self, tenant: TenantId, steps: Sequence[Step], *, now: datetime | None = None) -> list[Refusal]:
        """What `execute_all` would have in `among`, by the histories as they are. Nothing is stored."""
        return self.many.refusals(tenant, steps, now or datetime.now(UTC))

    def load(self, tenant: TenantId, decider: Decider[Any, S, Any], thing: str) -> tuple[S, int]:
        """A thing's state and its stream's version (0: nothing has happened). Raises Unavailable."""
        found = self._loaded(tenant, decider, decider.stream(thing))
        return found.state, found.version

    def history(self, tenant: TenantId, *, after: int = 0, limit: int | None = None) -> Iterator[Recorded]:
        """The tenant's events in order of position, from the one after `after`; read in pages while iterating.
        Raises Unavailable."""
        return read_history(self.lanes, tenant, after, limit)

    def position(self, tenant: TenantId) -> int:
        """The length of the tenant's history. Raises UnknownTenant, Unavailable."""
        result = self.lanes.call(b"position", [text(tenant, "tenant")])
        if not result.ntuples:
            raise UnknownTenant(tenant=tenant)
        return int.from_bytes(result.get_value(0, 0) or b"", "big")

    def close(self) -> None:
        """Close all connections. Nobody may be using the store."""
        self.committer.close()
        self.lanes.close()

    def decision(self, tenant: TenantId, now: datetime) -> Decision:
        """Nothing decided yet, on the streams as they are when asked for."""

        def load(decider: Decider[Any, Any, Any], stream: StreamId) -> Loaded:
            return self._loaded(tenant, decider, stream)

        return Decision(load, self._followers, now)

    def _found(
        self, tenant: TenantId, decider: Decider[Any, Any, Any], stream: StreamId, key: str | None
    ) -> Loaded | Answered:
        """The stream, or what the key was answered."""
        remembered = self.gathering.knows(tenant, decider, stream)
        if remembered and (key is None or self._streams.answer(tenant, key) is None):
            return self._loaded(tenant, decider, stream)
        return self._streams.load(tenant, decider, stream, key)

    def _loaded(self, tenant: TenantId, decider: Decider[Any, Any, Any], stream: StreamId) -> Loaded:
        if self.gathering.knows(tenant, decider, stream):
            found = self.gathering.load(tenant, [(decider, stream)])[decider, stream]
        else:
            read = self._streams.load(tenant, decider, stream, None)
            assert isinstance(read, Loaded)
            self.gathering.remember(tenant, decider, stream, found := read)
        return found

    def completed(self, tenant: TenantId, step: Step, load: Load | None = None) -> Step:
        """The step with what its resolver adds to it. load: how it reads other streams. Raises Rejected, NotFound."""
        if step.resolve is None:
            return step
        return Step(step.decider, step.thing, step.resolve(load or self.load, tenant, step.thing, step.command))

    def record(
        self,
        tenant: TenantId,
        decision: Decision,
        metadata: Metadata,
        at: datetime,
        refused: Sequence[Refused] = (),
        *,
        last: bool,
    ) -> Appended | None:
        """Store what was decided, and what was refused beside it. None: somebody else was faster (or sent the same at
        the same time), and it has to be decided anew. last: raise VersionConflict then."""
        encode = self.types.encode
        rows = [Row(stream, version, event.TYPE, at, encode(event)) for stream, version, event in decision.events]
        try:
            if refused and metadata.key is not None:
                appended = self.many.append(tenant, rows, metadata, metadata.key, refused)
            else:
                appended = self.append_rows(tenant, rows, metadata)
        except VersionConflict:
            if last:
                raise
            # Whoever lost shall not meet the same rivals again in the same order.
            self._pause.wait(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 - no secret
            return None
        if appended.replayed:
            return None
        for stream, one in decision.streams.items():
            snapshot = one.snapshot
            if one.version - snapshot >= self._snapshot_every:
                self._streams.keep_snapshot(tenant, one.decider, stream, one.version, one.state)
                snapshot = one.version
            self.gathering.remember(tenant, one.decider, stream, Loaded(one.state, one.version, snapshot))
        return appended

    def _commit(self, request: Request, *, safe: bool) -> Answer:
        """safe: the request has a key, so that sending it twice stores it once."""
        for _ in range(_RESENDS + 1):
            try:
                return self.committer.append(request)
            except RolledBack as error:
                reason = str(error)
            except Lost as error:
                reason = str(error)
                if not safe:
                    break
        raise Unavailable(what="the event store", reason=reason)


def unless_answered(key: str | None, decide: Callable[[], R], answered: Callable[[], R | None]) -> R:
    """What `decide` gives; where it refuses, what the same request was answered if it was stored meanwhile.

    The key is looked up before the stream is read: between the two the first sending may have been stored, and what it
    did would refuse the second.
    """
    try:
        return decide()
    except (Rejected, VersionConflict, NotFound):
        if key is None or (first := answered()) is None:
            raise
        return first


def _first_receipt(tenant: TenantId, stream: StreamId, metadata: Metadata, found: Answered) -> Receipt:
    if found.digest != metadata.digest:
        raise KeyReused(key=metadata.key)
    return Receipt(tenant, stream, found.version, found.position, found.types, replayed=True)


def _digest(rows: Sequence[Row]) -> bytes:
    """The hash of an append that has no commands. When it happened does not count: a retry may be later."""
    hashed = hashlib.sha256()
    for row in rows:
        hashed.update(msgspec.json.encode((row.stream, row.version, row.type, row.data)))
    return hashed.digest()
