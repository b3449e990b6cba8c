"""Sixteen clients who begin at the same moment, through stores of their own, as if they were four processes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest

from baseplus.kernel.refusals import Rejected, VersionConflict
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES, FOLLOWERS

CLIENTS = 16
ROUNDS = (5, pytest.param(200, marks=pytest.mark.soak))
"""How often a race is run: a few times by `make test`, many times by `make soak`."""


@contextmanager
def racing(database: Database) -> Iterator[list[Store]]:
    """A store for each client. Four of them share one, with its connections and its group commit."""
    with ExitStack() as open_ones:
        stores = [open_ones.enter_context(closing(Store(database, EVENT_TYPES, followers=FOLLOWERS))) for _ in range(4)]
        yield [stores[number % len(stores)] for number in range(CLIENTS)]


def race(client: Callable[[int], str]) -> Counter[str]:
    """What all clients are told, of whom no one begins before all are ready."""
    ready = threading.Barrier(CLIENTS)

    def run(number: int) -> str:
        ready.wait()
        return persistently(lambda: client(number))

    with ThreadPoolExecutor(CLIENTS) as clients:
        return Counter(clients.map(run, range(CLIENTS)))


def persistently(put: Callable[[], str]) -> str:
    """What it gives, or the code of the rule that refuses it, however often others are quicker."""
    while True:
        try:
            return put()
        except Rejected as refusal:
            return refusal.code
        except VersionConflict:  # tried often enough: the caller decides, and decides to try on
            continue
