"""Group commit: what waiting threads want to append, for whatever tenants, goes into one transaction.

There is no thread of its own. A caller who finds a lane free leads: it takes along all who wait, sends them as one
call, and answers each alone. Whoever finds no lane free waits; the leader, when it is done, hands its lane to the
first of the waiting. A lone caller so pays nothing for the others' sake.
"""

from __future__ import annotations

import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

import psycopg
from psycopg.pq.abc import PGresult

from baseplus.kernel.refusals import Refusal
from infra.postgres.database import Database
from infra.postgres.lanes import Lane, Lanes, Lost, RolledBack, Statement
from infra.postgres.wire import GROUP_TYPES, ONE_TYPES, Request, group_parameters, one_parameters

STORED, REPLAYED, KEY_TAKEN, CONFLICT, NO_TENANT = range(5)

Answer = tuple[int, int, int]
"""Status, first position, last position (0 where nothing was stored)."""

_ONE, _GROUP = b"append_one", b"append_group"


def _call(function: str, types: Sequence[int]) -> Statement:
    numbers = ", ".join(f"${number}" for number in range(1, len(types) + 1))
    return Statement(f"SELECT status, first, last FROM store.{function}({numbers})", types)


STATEMENTS = {_ONE: _call("append_one", ONE_TYPES), _GROUP: _call("append_group", GROUP_TYPES)}

_int4 = struct.Struct(">i").unpack
_int8 = struct.Struct(">q").unpack

# Requests of more events than this go alone, on lanes of their own: nobody shall wait for somebody's import.
_LARGE = 32
_BULK_LANES = 2


# Seconds that a leader waits for those who went with the last one. A flush to disk takes about as long as this, and
# full groups spend half as many of them; who was alone last time never waits.
_MOMENT = 0.0005


class _Waiting:
    """A request, and where its caller waits: `wake` is held until it has an answer, or a lane to lead on."""

    __slots__ = ("answer", "error", "lane", "request", "wake")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.wake: threading.Lock | None = None
        self.lane: Lane | None = None
        self.answer: Answer | None = None
        self.error: Exception | None = None


class Committer:
    """Thread-safe. lanes: how many groups may be on their way at once; largest: requests in one group."""

    def __init__(self, database: Database, *, lanes: int = 1, largest: int = 64) -> None:
        self._all = [Lane(database, STATEMENTS) for _ in range(lanes)]
        self._free = list(self._all)
        self._bulk = Lanes(database, STATEMENTS, _BULK_LANES)
        self._queue: deque[_Waiting] = deque()
        self._mutex = threading.Lock()
        self._largest = largest
        # How many the last leader took along, and where a leader waits for as many to come: each at a lock of its own,
        # since one that gives up at the last moment must not take what another one waits for.
        self._expected = 0
        self._gathering: threading.Lock | None = None

    def append(self, request: Request) -> Answer:
        """Store one request, in whatever company. Raises Lost, RolledBack and what `Lane.call` refuses."""
        if request.count > _LARGE:
            with self._bulk.borrow() as lane:
                return _answers(lane.call(_ONE, one_parameters(request)))[0]
        waiting = _Waiting(request)
        with self._mutex:
            if self._free:
                leads: Lane | None = self._free.pop()
            else:
                leads = None
                waiting.wake = wake = threading.Lock()
                wake.acquire()
                self._queue.append(waiting)
                if self._gathering is not None and len(self._queue) >= self._expected:
                    self._gathering.release()
                    self._gathering = None
        if leads is None:
            try:
                wake.acquire()
            except BaseException:
                self._abandon(waiting)
                raise
            leads, waiting.lane = waiting.lane, None
        if leads is not None:
            self._lead(leads, waiting)
        if waiting.error is not None:
            raise waiting.error
        assert waiting.answer is not None
        return waiting.answer

    @contextmanager
    def alone(self, tenant: str) -> Iterator[tuple[psycopg.Connection[Any], Callable[[Request], Answer]]]:
        """A transaction of one's own, on one tenant, that may append among other things. Raises psycopg's too."""
        with self._bulk.borrow() as lane, lane.transaction(tenant) as connection:
            yield connection, lambda request: _answers(lane.call(_ONE, one_parameters(request)))[0]

    def pids(self) -> list[int]:
        """The server processes at the other end of the lanes."""
        return [pid for lane in self._all if (pid := lane.pid()) is not None]

    def close(self) -> None:
        """Close the connections. Nobody may be appending."""
        for lane in self._all:
            lane.close()
        self._bulk.close()

    def _lead(self, lane: Lane, own: _Waiting) -> None:
        group = [own]
        try:
            if len(self._queue) < self._expected:
                self._gather()
            with self._mutex:
                if self._queue:
                    group = self._company(own)
                self._expected = len(group) - 1
            _send(lane, group)
        finally:
            for waiting in group:
                if waiting.answer is None and waiting.error is None:  # the leader was interrupted
                    waiting.error = Lost("interrupted")
                if waiting is not own and waiting.wake is not None:
                    waiting.wake.release()
            # Last: those just answered often come back at once, and so catch the next group.
            self._hand_over(lane)

    def _gather(self) -> None:
        """Those who were answered together often come back together: give them a moment."""
        complete = threading.Lock()
        complete.acquire()
        with self._mutex:
            if self._gathering is not None or len(self._queue) >= self._expected:
                return
            self._gathering = complete
        try:
            complete.acquire(timeout=_MOMENT)
        finally:
            with self._mutex:
                if self._gathering is complete:
                    self._gathering = None

    def _company(self, own: _Waiting) -> list[_Waiting]:
        """Those of the queue that may go along: none shares a stream or a key with another, order is kept."""
        group, claims, later = [own], set(own.request.claims), []
        while self._queue and len(group) < self._largest:
            waiting = self._queue.popleft()
            request = waiting.request
            if claims.isdisjoint(request.claims):
                group.append(waiting)
            else:
                later.append(waiting)
            claims |= request.claims
        self._queue.extendleft(reversed(later))
        return group

    def _hand_over(self, lane: Lane) -> None:
        with self._mutex:
            heir = self._queue.popleft() if self._queue else None
            if heir is None:
                self._free.append(lane)
            else:
                heir.lane = lane
        if heir is not None and heir.wake is not None:
            heir.wake.release()

    def _abandon(self, waiting: _Waiting) -> None:
        """The caller was interrupted while it waited."""
        with self._mutex:
            if waiting in self._queue:
                self._queue.remove(waiting)
                return
        if waiting.lane is not None:
            self._hand_over(waiting.lane)


def _send(lane: Lane, group: list[_Waiting]) -> None:
    try:
        if len(group) == 1:
            answers = _answers(lane.call(_ONE, one_parameters(group[0].request)))
        else:
            # Requests of one tenant stand together; sorting is stable, so each keeps its turn.
            group.sort(key=lambda waiting: waiting.request.fields[0])
            answers = _answers(lane.call(_GROUP, group_parameters([waiting.request for waiting in group])))
    except (Lost, RolledBack) as error:
        for waiting in group:
            waiting.error = type(error)(*error.args)
    except Refusal as error:
        if len(group) > 1 and lane.connected:  # one of them cannot be stored: let each find out alone
            for waiting in group:
                _send(lane, [waiting])
        else:  # nobody can be, or this one
            for waiting in group:
                waiting.error = copy(error)
    else:
        for waiting, answer in zip(group, answers, strict=True):
            waiting.answer = answer


def _answers(result: PGresult) -> list[Answer]:
    value = result.get_value
    answers = []
    for row in range(result.ntuples):
        status, first, last = value(row, 0), value(row, 1), value(row, 2)
        answers.append((_int4(status or b"")[0], _int8(first)[0] if first else 0, _int8(last)[0] if last else 0))
    return answers
