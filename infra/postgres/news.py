"""Which tenants have news: the difference between two snapshots of the database.

Every appending transaction leaves one row in `store.news`. A row is news when the last snapshot did not see it and this
one does, however long its transaction took and whatever was committed in between: nothing is passed over, and a long
transaction of somebody else holds nothing up.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import psycopg

_LOOK = """
SELECT pg_current_snapshot()::text,
       (SELECT array_agg(DISTINCT tenant)
          FROM (SELECT tenants FROM store.news WHERE xid >= pg_snapshot_xmax(%(since)s::pg_snapshot)
                 UNION ALL
                SELECT n.tenants FROM pg_snapshot_xip(%(since)s::pg_snapshot) x JOIN store.news n ON n.xid = x
               ) fresh, unnest(tenants) tenant)
"""
_PRUNE = "DELETE FROM store.news WHERE pg_visible_in_snapshot(xid, %s::pg_snapshot)"

_KEPT = 60.0
_PRUNE_EVERY = 10.0


class News:
    """What changed since the last look. One per connection, in autocommit.

    Rows are kept for a minute, since others read them too: whoever has not looked for half of that, or has a new
    connection, must look at every tenant instead (the table is unlogged: a crash empties it).
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._since: str | None = None
        self._looked = 0.0
        self._marks: deque[tuple[float, str]] = deque()
        self._prune_at = time.monotonic() + _PRUNE_EVERY

    def look(self) -> list[str] | None:
        """The tenants with news since the last call; None: it may be any. Raises psycopg.Error."""
        now = time.monotonic()
        tenants: list[str] | None = None
        if self._since is not None and now - self._looked < _KEPT / 2:
            row = self._connection.execute(_LOOK, {"since": self._since}, prepare=True).fetchone()
            assert row is not None
            snapshot, tenants = row[0], row[1] or []
        else:
            row = self._connection.execute("SELECT pg_current_snapshot()::text").fetchone()
            assert row is not None
            snapshot = row[0]
        self._since, self._looked = snapshot, now
        if now >= self._prune_at:
            self._prune(now, snapshot)
        return tenants

    def _prune(self, now: float, snapshot: str) -> None:
        self._prune_at = now + _PRUNE_EVERY
        self._marks.append((now, snapshot))
        if now - self._marks[0][0] >= _KEPT:
            self._connection.execute(_PRUNE, (self._marks.popleft()[1],))
