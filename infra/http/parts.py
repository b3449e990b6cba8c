"""What answers requests, made once in each process after it was forked and shared by all its threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from flask import current_app

from infra.access.keyring import Keyring
from infra.access.limits import FailedSignIns, RateLimits
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.settings import Settings
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.runner.reader import Reader

NAME = "baseplus"
"""What the parts are called among the application's extensions."""


@dataclass(frozen=True)
class Parts:
    """The shared state of the application. database: for whoever asks how far everything has come. patience_s: how long
    a read waits for what it must see."""

    settings: Settings
    database: Database
    store: Store
    reader: Reader
    keyring: Keyring
    limits: RateLimits
    patience_s: float = 5.0


def parts() -> Parts:
    """The parts of the application that answers the current request."""
    found = current_app.extensions[NAME]
    assert isinstance(found, Parts)
    return found


@contextmanager
def open_parts(settings: Settings, database: Database, *, processes: int = 1, threads: int = 8) -> Iterator[Parts]:
    """The parts, for as long as this lasts. processes: those that share the limits; threads: requests at once."""
    with (
        closing(
            Store(database, EVENT_TYPES, partitions=settings.partitions, readers=max(threads, 2), followers=FOLLOWERS)
        ) as store,
        closing(
            Reader(database.dsn("app"), size=max(threads, 2), waits=max(threads // 2, 1), types=EVENT_TYPES)
        ) as reader,
    ):
        keyring = Keyring(store, failures=FailedSignIns(processes=processes))
        yield Parts(settings, database, store, reader, keyring, RateLimits(settings.rate_limit, processes))
