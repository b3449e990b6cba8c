"""A process of writers that note what they ask and what they are answered, so that it may be killed at any moment.

`python -m tests.postgres.writer URL FILE SEED`. Each line of the file is JSON:
["ask", tenant, key, [[stream, version], …]] before a request is sent, ["ack", tenant, key, first, last] after it was
answered.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from pathlib import Path

import msgspec

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import Unavailable, VersionConflict
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import Appended, NewEvent, Store
from tests.postgres.accounts import NOON, TYPES, Deposited

TENANTS = [TenantId(f"t{number}") for number in range(4)]
STREAMS = 20

Ask = tuple[str, str, list[tuple[str, int]]]


def events_of(ask: Ask) -> list[NewEvent]:
    """The events that a noted request asks to append."""
    return [NewEvent(StreamId(stream), version, Deposited(amount=version), NOON) for stream, version in ask[2]]


def send(store: Store, ask: Ask) -> Appended | None:
    """Send a noted request until it is answered. None: it conflicts, and was not stored."""
    while True:
        try:
            return store.append(TenantId(ask[0]), events_of(ask), Metadata(key=ask[1]))
        except VersionConflict:
            return None
        except Unavailable:
            threading.Event().wait(0.02)  # the server recovers


class Writer:
    """One thread's worth of random requests: one or two streams, one to three events each, some stale."""

    def __init__(self, store: Store, seed: str) -> None:
        self.store = store
        self.random = random.Random(seed)
        self.seed = seed
        self.heads: dict[tuple[str, str], int] = {}
        self.sent = 0

    def next(self) -> Ask:
        """The next request."""
        self.sent += 1
        tenant = self.random.choice(TENANTS)
        events = []
        for number in self.random.sample(range(STREAMS), self.random.choice((1, 1, 2))):
            stream = f"accounts/a{number}"
            head = max(0, self.heads.get((tenant, stream), 0) - (self.random.random() < 0.1))
            events += [(stream, head + place) for place in range(1, self.random.choice((1, 1, 3)) + 1)]
        return tenant, f"{self.seed}-{self.sent}", events

    def learn(self, ask: Ask, answer: Appended | None) -> None:
        """Remember what the answer says about the streams' heads."""
        tenant, _, events = ask
        for stream, version in events:
            if answer is None:
                known = self.store.history(TenantId(tenant))
                self.heads[tenant, stream] = max((e.version for e in known if e.stream == stream), default=0)
            else:
                self.heads[tenant, stream] = version


def main(url: str, file: Path, seed: str) -> None:
    """Write until killed."""
    store = Store(Database(url, direct=True), TYPES)
    notes = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(*line: object) -> None:
        os.write(notes, msgspec.json.encode(line) + b"\n")  # one write: whole lines, even from many threads

    def work(number: int) -> None:
        writer = Writer(store, f"{seed}-{number}")
        while True:
            ask = writer.next()
            note("ask", *ask)
            answer = send(store, ask)
            if answer is not None:
                note("ack", ask[0], ask[1], answer.first, answer.last)
            writer.learn(ask, answer)

    for number in range(8):
        threading.Thread(target=work, args=(number,), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
