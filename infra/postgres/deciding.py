"""Deciding on several streams at once: what one request does, and all that must happen together with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from baseplus.kernel.decisions import Decider, Follower, Step
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import StreamId
from infra.postgres.streams import Loaded

Followers: TypeAlias = Mapping[type[Event], Sequence[Follower]]
"""Per event type, what must happen together with it."""

ATTEMPTS = 30
"""How often something is decided anew before a conflict with others is told."""

Loader: TypeAlias = Callable[[Decider[Any, Any, Any], StreamId], Loaded]


@dataclass
class Opened:
    """A stream that takes part. version, state: after what was decided so far. loaded: the version it was found at."""

    decider: Decider[Any, Any, Any]
    state: Any
    version: int
    snapshot: int
    loaded: int


class Decision:
    """Commands put to their streams one after the other, each with what follows from it. Nothing is stored here."""

    def __init__(self, load: Loader, followers: Followers, now: datetime) -> None:
        self.streams: dict[StreamId, Opened] = {}
        self.events: list[tuple[StreamId, int, Event]] = []
        self._load, self._followers, self._now = load, followers, now
        self._changed: list[tuple[Opened, Any, int]] = []

    def opened(self, decider: Decider[Any, Any, Any], stream: StreamId, found: Loaded | None = None) -> Opened:
        """The stream, loaded when first asked for. found: as it was loaded before."""
        one = self.streams.get(stream)
        if one is None:
            found = found or self._load(decider, stream)
            one = self.streams[stream] = Opened(decider, found.state, found.version, found.snapshot, found.version)
        return one

    def put(self, step: Step) -> None:
        """Put a command to the rules, and then all that follows. Raises Rejected: then nothing of it counts."""
        happened = len(self.events)
        self._changed.clear()
        try:
            self._put(step)
        except Rejected:
            for one, state, version in reversed(self._changed):
                one.state, one.version = state, version
            del self.events[happened:]
            raise

    def _put(self, step: Step) -> None:
        stream = step.decider.stream(step.thing)
        one = self.opened(step.decider, stream)
        decided = list(step.decider.decide(step.command, one.state, self._now))
        self._changed.append((one, one.state, one.version))
        one.state = step.decider.fold(decided, one.state)
        for event in decided:
            one.version += 1
            self.events.append((stream, one.version, event))
        for event in decided:
            for further in self._following(step.thing, event):
                self._put(further)

    def moved(self) -> bool:
        """Whether a stream has moved on since it was loaded.

        They are loaded one after the other. Where one moved, they may never have stood together as they were found, and
        a refusal for what they say together may be wrong.
        """
        if len(self.streams) == 1:
            return False
        return any(self._load(one.decider, stream).version != one.loaded for stream, one in self.streams.items())

    def _following(self, thing: str, event: Event) -> Iterator[Step]:
        for follow in self._followers.get(type(event), ()):
            yield from follow(thing, event)
