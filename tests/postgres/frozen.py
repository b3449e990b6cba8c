"""A writer that stands still in the middle of a transaction of its own: `python -m tests.postgres.frozen URL DIRECT`.

It says `inside` once it has begun to follow and append in one transaction, waits for a line, goes on, and says what
became of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from eventsourcing.persistence import OperationalError, StoredEvent, Tracking

from infra.postgres.committer import Answer, Committer
from infra.postgres.database import Database
from infra.postgres.recorders import TenantProcessRecorder
from infra.postgres.store import Store
from infra.postgres.wire import Request
from tests.postgres.accounts import NORTH, TYPES, Opened


class Pausing(Committer):
    """Waits for a line on standard input between the append and the commit."""

    @contextmanager
    def alone(self, tenant: str) -> Iterator[tuple[psycopg.Connection[Any], Callable[[Request], Answer]]]:
        with super().alone(tenant) as (connection, append):

            def append_and_wait(request: Request) -> Answer:
                answer = append(request)
                print("inside", flush=True)
                sys.stdin.readline()
                return answer

            yield connection, append_and_wait


def main() -> None:
    """See the module."""
    url, direct = sys.argv[1:]
    database = Database(url, direct=bool(int(direct)))
    with closing(Store(database, TYPES)) as store:
        store.committer = Pausing(database)
        event = StoredEvent("accounts/frozen", 1, Opened.TYPE, b'{"owner":"ann"}')
        try:
            TenantProcessRecorder(store, NORTH).insert_events([event], tracking=Tracking("upstream", 1))
        except OperationalError:
            print("lost", flush=True)
        else:
            print("stored", flush=True)


if __name__ == "__main__":
    main()
