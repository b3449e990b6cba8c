"""Mentors and apprenticeships together, decided as the store decides them, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from baseplus.kernel.decisions import Decider, Step
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import StreamId
from infra.postgres.deciding import Decision
from infra.postgres.streams import Loaded
from infra.wiring import FOLLOWERS


class World:
    """Histories by stream, and all that happened in its order."""

    def __init__(self) -> None:
        self.streams: dict[StreamId, list[Event]] = {}
        self.events: list[tuple[StreamId, Event]] = []

    def put(self, steps: Iterable[Step], now: datetime) -> str | None:
        """Decide, and keep all that follows or nothing. The code of the refusal; None where there is none."""
        decision = Decision(self._load, FOLLOWERS, now)
        try:
            for step in steps:
                decision.put(step)
        except Rejected as refusal:
            return refusal.code
        for stream, _, event in decision.events:
            self.streams.setdefault(stream, []).append(event)
            self.events.append((stream, event))
        return None

    @property
    def apprenticeships(self) -> dict[str, list[Any]]:
        """What happened to each apprenticeship, by its id."""
        return {
            stream.partition("/")[2]: list(events)
            for stream, events in self.streams.items()
            if stream.startswith("apprenticeships/")
        }

    def state(self, decider: Decider[Any, Any, Any], thing: str) -> Any:
        """What the rules know of a thing."""
        return decider.fold(self.streams.get(decider.stream(thing), []))

    def _load(self, decider: Decider[Any, Any, Any], stream: StreamId) -> Loaded:
        events = self.streams.get(stream, [])
        return Loaded(decider.fold(events), len(events), 0)
