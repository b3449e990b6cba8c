"""Commands in, events out: the pure heart of a capability.

`decide(command, state, now) -> events` refuses or says what happened; `evolve(state, event) -> state` never refuses,
since what happened, happened. No I/O, no clock, no ids made inside: time and ids come in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, dataclass_transform

import msgspec

from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import StreamId, TenantId, stream_id

C = TypeVar("C", bound="Command")
S = TypeVar("S")
E = TypeVar("E", bound=Event)


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order: it may be refused. Its docstring is what people read about it."""


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """A capability's rules.

    name: the capability, first part of its streams' ids. initial: the state before any event. state_version: raise it
    whenever the shape or meaning of the state changes, so that older snapshots are folded anew.
    """

    name: str
    initial: Callable[[], S]
    decide: Callable[[C, S, datetime], Iterator[E]]
    evolve: Callable[[S, E], S]
    state_version: int = 1

    def stream(self, thing: str) -> StreamId:
        """The stream of one thing. Raises Invalid for an id of the wrong form."""
        return stream_id(self.name, thing)

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        """The state after `events`, from `state` or the beginning."""
        return reduce(self.evolve, events, self.initial() if state is None else state)


class Step(NamedTuple):
    """A command to one thing of a capability. resolve: completes it before it is decided."""

    decider: Decider[Any, Any, Any]
    thing: str
    command: Command
    resolve: Resolver | None = None


Follower: TypeAlias = Callable[[str, Any], Iterable[Step]]
"""What must happen together with an event, in the same transaction or not at all: `follow(thing, event)` gives further
steps, each put to the rules of its own stream. A refused step refuses the whole. It is how a rule that crosses streams
holds under races: the stream that owns the rule decides it."""


class Load(Protocol):
    """Reads a thing's state, as the event store has it now."""

    def __call__(self, tenant: TenantId, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        """The state, and its stream's version (0: nothing has happened)."""


Resolver: TypeAlias = Callable[[Load, TenantId, str, Any], Command]
"""Completes a command to a thing with what other streams say that will not change: what a tenant has published, when an
apprentice was enrolled. `resolve(load, tenant, thing, command)`. Raises Rejected, NotFound."""


class Metadata(msgspec.Struct, frozen=True):
    """Who and why, stored beside each event of one append.

    actor: a pseudonymous id, never a name. correlation: what began the conversation. causation: the event that led to
    this command. traceparent: W3C trace context. key: the idempotency key; sent again with the same request it is
    answered as the first time and stores nothing. digest: the request's hash, 32 bytes, set with the key.
    """

    actor: str | None = None
    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None
    key: str | None = None
    digest: bytes | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What a command led to.

    version: the stream's version after it. position: its last event's place in the tenant's history (where nothing
    happened: the history's length). events: the type names recorded. replayed: answered from an earlier request with
    the same key.
    """

    tenant: TenantId
    stream: StreamId
    version: int
    position: int
    events: tuple[str, ...]
    replayed: bool = False


class Noted(msgspec.Struct, frozen=True):
    """An event that a request led to: its place in the tenant's history and in its stream, and its type's name."""

    position: int
    stream: StreamId
    version: int
    type: str


class Refused(msgspec.Struct, frozen=True):
    """One of many commands that was refused while others were recorded. command: its index, from 0."""

    command: int
    code: str
    facts: dict[str, Any]


class BulkReceipt(msgspec.Struct, frozen=True):
    """What many commands led to, in one transaction. position: the history's length after it. refused: in their order,
    where the others were to be recorded all the same."""

    tenant: TenantId
    position: int
    events: tuple[Noted, ...]
    replayed: bool = False
    refused: tuple[Refused, ...] = ()


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event as the store and the log hold it: the envelope and the exact bytes of its data (JSON).

    position: 1, 2, 3 … within the tenant, without gaps. version: 1, 2, 3 … within the stream. occurred_at: when it
    happened; recorded_at: when we learnt of it. Both are UTC with microseconds.
    """

    tenant: TenantId
    position: int
    stream: StreamId
    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    data: bytes
    actor: str | None = None
    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None


def request_digest(stream: str, *commands: Command) -> bytes:
    """SHA-256 of a request, 32 bytes: equal for equal commands to the same stream, whatever the process."""
    hashed = hashlib.sha256(stream.encode())
    for command in commands:
        _update(hashed, command)
    return hashed.digest()


def bulk_digest(steps: Iterable[Step], *, partial: bool = False) -> bytes:
    """SHA-256 of a request of many commands, 32 bytes. partial: those that are not refused are to be recorded."""
    hashed = hashlib.sha256(b"bulk partial" if partial else b"bulk")
    for step in steps:
        hashed.update(b"\0" + step.decider.stream(step.thing).encode())
        _update(hashed, step.command)
    return hashed.digest()


def _update(hashed: hashlib._Hash, command: Command) -> None:
    body: Any = {"command": type(command).__name__, "fields": command}
    hashed.update(b"\0" + msgspec.json.encode(body, order="deterministic"))
