"""`baseplus react` with a clock that the test moves, in a process that a test may kill.

python -m tests.reactions.react_process URL FOLDER: the clock stands at noon of the day in FOLDER/today; whenever it has
been asked for everything, FOLDER/asked has that day.
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

from baseplus.agreements.events import AgreementDrafted
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Unremembering
from infra.postgres.database import Database
from infra.postgres.source import StoreSource
from infra.postgres.store import Store
from infra.reactions.reactor import Reactor
from infra.wiring import EVENT_TYPES, FOLLOWERS, REACTIONS

LEASE = 0.6


class Bystander(Unremembering):
    """The last reaction: when it is asked, all others have been."""

    name: ClassVar[str] = "bystander"
    events: ClassVar[tuple[type[Event], ...]] = (AgreementDrafted,)

    def __init__(self, asked: Path) -> None:
        self._asked = asked

    def due(self, state: None, today: date) -> Iterator[Order]:
        write(self._asked, today)
        return iter(())


def write(file: Path, day: date) -> None:
    """The whole of it at once, for whoever reads meanwhile."""
    new = file.with_suffix(".new")
    new.write_text(day.isoformat())
    new.replace(file)


def read(file: Path) -> date | None:
    return date.fromisoformat(file.read_text()) if file.exists() else None


def main() -> None:
    """Until SIGTERM."""
    database, folder = Database(sys.argv[1]), Path(sys.argv[2])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def clock() -> datetime:
        today = read(folder / "today")
        assert today is not None
        return datetime.combine(today, time(12), UTC)

    with closing(Store(database, EVENT_TYPES, followers=FOLLOWERS)) as store:
        reactions = (*REACTIONS, Bystander(folder / "asked"))
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
