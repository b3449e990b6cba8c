"""`baseplus react` with a clock that the test moves, in a process that a test may kill.

python -m tests.reactions.react_process URL FOLDER: the clock stands at noon of the day in FOLDER/today; whenever it has
been asked for everything of a tenant, FOLDER/asked-TENANT has that day and the position of the latest event known then.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import ClassVar

from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Place, Reaction
from infra.postgres.database import Database
from infra.postgres.source import StoreSource
from infra.postgres.store import Store
from infra.reactions.reactor import Reactor
from infra.wiring import EVENT_TYPES, FOLLOWERS, REACTIONS

LEASE = 0.6


class Bystander(Reaction[tuple[str, int]]):
    """The last reaction: when it is asked, all others have been, of its tenant, up to the event that it remembers."""

    name: ClassVar[str] = "bystander"
    events: ClassVar[tuple[type[Event], ...] | None] = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self) -> tuple[str, int]:
        return "", 0

    def evolve(self, state: tuple[str, int], event: Event, at: Place) -> tuple[str, int]:
        return at.tenant, at.position

    def due(self, state: tuple[str, int], today: date) -> Iterator[Order]:
        tenant, position = state
        write(self._folder / f"asked-{tenant}", f"{today} {position}")
        return iter(())


def write(file: Path, text: object) -> None:
    """The whole of it at once, for whoever reads meanwhile."""
    new = file.with_suffix(".new")
    new.write_text(str(text))
    new.replace(file)


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def main() -> None:
    """Until SIGTERM."""
    database, folder = Database(sys.argv[1]), Path(sys.argv[2])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def clock() -> datetime:
        return datetime.combine(date.fromisoformat(read(folder / "today")), time(12), UTC)

    with closing(Store(database, EVENT_TYPES, followers=FOLLOWERS)) as store:
        reactions = (*REACTIONS, Bystander(folder))
        Reactor(
            lambda: database.connect("worker"),
            store,
            reactions,
            EVENT_TYPES,
            StoreSource(database),
            lease=LEASE,
            clock=clock,
        ).run(stop)


if __name__ == "__main__":
    main()
