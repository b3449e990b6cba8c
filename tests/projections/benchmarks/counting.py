"""Histories, and the figures that are counted from them when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any

from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES
from projections.benchmarks.learners import Assessed, Dual, GuidanceHours, Qualified
from projections.benchmarks.presence import Presence
from projections.benchmarks.queries import contributions
from projections.benchmarks.views import Contributions
from projections.runner.reader import Reader
from projections.runner.view import View
from tests.projections.runner.stage import Stage

NORTH = TenantId("north")
FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)
VIEWS = (Presence(), GuidanceHours(), Assessed(), Dual(), Qualified(), Contributions())
Figures = dict[tuple[str, str, str], tuple[int, int, int]]
"""(base, period, category) -> (numerator, denominator, people)."""


class Town:
    """A university of which things are told, and a reader of its figures."""

    def __init__(self, stage: Stage, reader: Reader, views: Sequence[View[Any, Any]]) -> None:
        self.stage, self.reader, self.views = stage, reader, views
        self._versions: dict[str, int] = {}

    def tell(self, histories: Mapping[str, Sequence[Event]], at: datetime = FIRST) -> None:
        """These events happen, by stream, and are folded. at: when, for those that say no day of their own."""
        self.stage.store.register(NORTH)
        for stream, events in histories.items():
            version = self._versions.get(stream, 0)
            new = [NewEvent(StreamId(stream), version + n, event, at) for n, event in enumerate(events, 1)]
            self.stage.store.append(NORTH, new)
            self._versions[stream] = version + len(events)
        self.stage.fold_all(self.views)

    def figures(self, key: str, as_of: date) -> Figures:
        """What an indicator says as of a day."""
        rows = contributions(self.reader, NORTH, key, as_of=as_of)
        assert all(row.key == f"{row.base}/{key}/{row.period}/{row.category}" for row in rows)
        return {(row.base, row.period, row.category): (row.numerator, row.denominator, row.people) for row in rows}


@contextmanager
def a_town(database: Database, views: Sequence[View[Any, Any]] = VIEWS) -> Iterator[Town]:
    """A town in this database."""
    with closing(Stage(database, EVENT_TYPES)) as stage, closing(Reader(database.dsn("app"), size=1)) as reader:
        yield Town(stage, reader, views)
