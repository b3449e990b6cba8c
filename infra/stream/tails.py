"""The end of each tenant's visible history, and the listeners that follow it.

A listener has no queue of its own, only a place: the position it has been told of. Whoever is slow lags behind in what
is kept for all, catches up in one message, or, when it is further behind than that, is told to begin anew. So nobody
holds up anybody, memory is bounded by the tenants that are listened to, and resuming is the same as being slow.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple

import msgspec

from infra.observability.tracing import trace_id
from infra.stream.history import Shown

KEPT = 256
"""Events of a tenant that are kept: how far a listener may be behind."""

_UNKNOWN = -1
_HEARTBEAT = b": still here\n\n"


class Form(Enum):
    """How much a listener is told: each event without its data, or only how far the history goes."""

    EVENT = "event"
    TICK = "tick"


class Message(NamedTuple):
    """What is sent at once. data: as the protocol has it. position: the last that it tells of. kind: `event`, `tick`,
    `resync` or `heartbeat`. events: how many it tells of. since: when the first of them was stored, if it was."""

    data: bytes
    position: int
    kind: str
    events: int
    since: datetime | None


class Tail:
    """One tenant's. position: how far the read models show its history; until `move` it is unknown."""

    def __init__(self) -> None:
        self.position = _UNKNOWN
        self.moved = asyncio.Event()
        self.beats = 0
        self._quiet = True
        self._kept: deque[Shown] = deque(maxlen=KEPT)
        self._said: dict[tuple[int, Form], Message] = {}

    @property
    def known(self) -> bool:
        """Whether anybody has looked how far it goes."""
        return self.position != _UNKNOWN

    def wanted(self, visible: int) -> tuple[int, int]:
        """Which events are to be read where the read models show `visible`: after the first, up to the second."""
        after = self.position if self.position <= visible else 0
        return max(after, visible - KEPT, 0), visible

    def move(self, visible: int, events: Sequence[Shown]) -> None:
        """The read models show the history up to `visible`; events: those that were `wanted`. Wakes the listeners."""
        if not events or events[0].position != self.position + 1:
            self._kept.clear()
        self._kept.extend(events)
        if len(events) < visible - self.wanted(visible)[0]:
            self._kept.clear()  # the store has less than the views: an older copy of it was put in place
        self.position = visible
        self._said.clear()
        self._quiet = False
        self.wake()

    def beat(self) -> None:
        """Let the listeners be told that they are still connected, unless they have been told something else since the
        last time."""
        if self._quiet:
            self.beats += 1
            self.wake()
        self._quiet = True

    def wake(self) -> None:
        """Let every listener look again."""
        moved, self.moved = self.moved, asyncio.Event()
        moved.set()

    def message(self, after: int, form: Form) -> Message | None:
        """What is to be told to whoever knows of the history up to `after`; None: nothing."""
        if after == self.position:
            return None
        # most listeners know the same, and are told the same bytes
        said = self._said.get((after, form))
        if said is None:
            said = self._said[after, form] = self._make(after, form)
        return said

    def _make(self, after: int, form: Form) -> Message:
        lag = self.position - after
        if not 0 < lag <= len(self._kept):
            return Message(
                _block(self.position, position_of(self.position), "resync"), self.position, "resync", 1, None
            )
        events = list(self._kept)[-lag:]
        since = events[0].recorded_at
        if form is Form.TICK:
            return Message(_block(self.position, position_of(self.position)), self.position, "tick", 1, since)
        blocks = b"".join(_block(event.position, _told(event)) for event in events)
        return Message(blocks, self.position, "event", lag, since)


class Listener:
    """Whoever is connected. position: what it has been told of; open: False ends it. telling_since: when, by the
    monotonic clock, its connection was given what it has not taken yet. hang_up: ends the connection as it stands."""

    def __init__(self, tail: Tail, form: Form, position: int) -> None:
        self.tail, self.form, self.position = tail, form, position
        self.open = True
        self.telling_since: float | None = None
        self.hang_up: Callable[[], None] = self.close

    async def messages(self) -> AsyncIterator[Message]:
        """What it is to be told, as it comes, until it is closed."""
        beats = self.tail.beats
        while self.open:
            moved = self.tail.moved
            message = self.tail.message(self.position, self.form)
            if message is None and beats != self.tail.beats:
                message = Message(_HEARTBEAT, self.position, "heartbeat", 1, None)
            if message is None:
                await moved.wait()
                continue
            self.position, beats = message.position, self.tail.beats
            yield message

    def close(self) -> None:
        """End it."""
        self.open = False
        self.tail.wake()


def opening(position: int, retry_ms: int) -> bytes:
    """What a connection begins with: where it stands, so that it can resume from there, and when to come again."""
    return b"retry: %d\nid: %d\n\n" % (retry_ms, position)


def position_of(position: int) -> dict[str, object]:
    """A message's content where it says no more than how far the history goes."""
    return {"position": position}


def _told(event: Shown) -> dict[str, object]:
    return {
        "position": event.position,
        "type": event.type,
        "stream": event.stream,
        "time": event.occurred_at,
        "trace": trace_id(event.traceparent),
    }


def _block(position: int, content: dict[str, object], kind: str = "") -> bytes:
    named = b"event: %b\n" % kind.encode() if kind else b""
    return b"%bid: %d\ndata: %b\n\n" % (named, position, msgspec.json.encode(content))
