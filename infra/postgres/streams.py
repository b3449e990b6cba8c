"""Reading a stream for a decision, with its snapshot, and keeping snapshots of long ones."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple, TypeVar

import msgspec
from psycopg.pq.abc import PGresult

from baseplus.kernel.decisions import Decider
from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Refusal
from baseplus.kernel.typed import decoder_of
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.lanes import Lanes, Statement
from infra.postgres.wire import BYTEA, INT8, TEXT, text

S = TypeVar("S")

_int4 = struct.Struct(">i").unpack
_int8 = struct.Struct(">q")
_ANSWERED, _ANSWERED_EVENT, _SNAPSHOT, _EVENT = range(4)


class Answered(NamedTuple):
    """The key is known: what its request was, and what was answered."""

    digest: bytes
    position: int
    version: int
    types: tuple[str, ...]


class Loaded(NamedTuple):
    """A stream's state at `version`; `snapshot` is the version of the snapshot it was folded from, or 0."""

    state: Any
    version: int
    snapshot: int


class Answer(NamedTuple):
    """What a key was answered: the request's digest, the positions of its events (last < first: none), and which of
    many commands were refused (JSON; None: none was)."""

    digest: bytes
    first: int
    last: int
    refused: bytes | None


class Streams:
    """Loads streams through `lanes`. Thread-safe."""

    def __init__(self, lanes: Lanes, types: EventTypes) -> None:
        self._lanes = lanes
        self._decode = types.decode

    def load(
        self, tenant: TenantId, decider: Decider[Any, Any, Any], stream: StreamId, key: str | None
    ) -> Loaded | Answered:
        """The state of a stream, or the answer that `key` got before. One round trip."""
        where = [text(tenant, "tenant"), text(stream, "stream")]
        asked = None if key is None else text(key, "key")
        value = (result := self._lanes.call(b"load", [*where, asked, snapshot_type(decider)])).get_value
        count, row, version, base = result.ntuples, 0, 0, 0
        state = decider.initial()
        if count:
            part = _int4(value(0, 0) or b"")[0]
            if part == _ANSWERED:
                return _answered(result)
            if part == _SNAPSHOT:
                try:
                    state = decoder_of(type(state)).decode(value(0, 3) or b"")
                except (msgspec.DecodeError, TypeError):
                    # Not what this program keeps under that name; the events still say it all.
                    value = (result := self._lanes.call(b"load", [*where, None, None])).get_value
                    count = result.ntuples
                else:
                    version = base = _int8.unpack(value(0, 1) or b"")[0]
                    row = 1
        decode, evolve = self._decode, decider.evolve
        for number in range(row, count):
            state = evolve(state, decode((value(number, 2) or b"").decode(), value(number, 3) or b""))
        if count > row:
            version = _int8.unpack(value(count - 1, 1) or b"")[0]
        return Loaded(state, version, base)

    def answer(self, tenant: TenantId, key: str) -> Answer | None:
        """What a key was answered; None where it is new. Raises Unavailable."""
        result = self._lanes.call(b"answer", [text(tenant, "tenant"), text(key, "key")])
        if not result.ntuples:
            return None
        digest, first, last = (result.get_value(0, column) or b"" for column in range(3))
        return Answer(digest, _int8.unpack(first)[0], _int8.unpack(last)[0], result.get_value(0, 3))

    def keep_snapshot(
        self, tenant: TenantId, decider: Decider[Any, Any, Any], stream: StreamId, version: int, state: Any
    ) -> None:
        """Best effort: a stream without its snapshot is only slower to load."""
        try:
            data = msgspec.json.encode(state)
            if decoder_of(type(state)).decode(data) != state:
                return  # JSON does not carry this state
            kind = snapshot_type(decider)
            self._lanes.call(
                b"keep_snapshot", [text(tenant, "tenant"), text(stream, "stream"), _int8.pack(version), kind, data]
            )
        except (msgspec.MsgspecError, TypeError, Refusal):
            return


STATEMENTS = {
    b"load": Statement("SELECT part, number, type, data FROM store.load($1, $2, $3, $4)", [TEXT] * 4),
    b"answer": Statement("SELECT digest, first, last, refused FROM store.answer($1, $2)", [TEXT, TEXT]),
    b"keep_snapshot": Statement("SELECT store.keep_snapshot($1, $2, $3, $4, $5)", [TEXT, TEXT, INT8, TEXT, BYTEA]),
}


def snapshot_type(decider: Decider[Any, Any, Any]) -> bytes:
    """Under what name a decider's snapshots are kept."""
    return f"{decider.name}.snapshot.v{decider.state_version}".encode()


def _answered(result: PGresult) -> Answered:
    value = result.get_value
    names = [name.decode() for row in range(1, result.ntuples) if (name := value(row, 2)) is not None]
    return Answered(
        digest=value(0, 3) or b"",
        position=_int8.unpack(value(0, 1) or b"")[0],
        version=_int8.unpack(value(result.ntuples - 1, 1) or b"")[0],
        types=tuple(names),
    )
