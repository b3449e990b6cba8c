"""A writer that may be killed at any moment: `python -m tests.faults.writer LOG SEED TENANT…`.

It takes agreements from draft to effect for several universities at once. Before each command it notes what it is going
to ask, afterwards what it was answered; a command whose outcome is unknown is sent again with the same key.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path

import msgspec

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.model import Agreement, AgreementCommand, agreements
from baseplus.agreements.terms import Party, PartyKind
from baseplus.kernel.decisions import Metadata, Receipt
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.wiring import EVENT_TYPES

THREADS = 4


class Ack(msgspec.Struct):
    """A command that was acknowledged: its key, and the position it was told."""

    tenant: str
    key: str
    position: int
    events: int


def acknowledged(log: Path) -> list[Ack]:
    """What a writer noted. Its last line may be cut off by a kill; that one was told to nobody."""
    lines = log.read_bytes().splitlines(keepends=True)
    return [msgspec.json.decode(line, type=Ack) for line in lines if line.endswith(b"\n")]


class Writer:
    """Sends commands of several threads through one store."""

    def __init__(self, store: Store, log: Path, seed: int, tenants: list[TenantId]) -> None:
        self.store, self.seed, self.tenants = store, seed, tenants
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.stop = threading.Event()
        self.failed: list[BaseException] = []

    def work(self, thread: int) -> None:
        """One agreement after the other until stopped."""
        chance = random.Random(f"{self.seed}-{thread}")
        number = 0
        try:
            while not self.stop.is_set():
                number += 1
                self._agreement(chance.choice(self.tenants), f"a-{self.seed}-{thread}-{number}")
        except BaseException as error:
            self.failed.append(error)
            self.stop.set()
            raise

    def _agreement(self, tenant: TenantId, thing: str) -> None:
        parties = (Party("school", PartyKind.SCHOOL, "School"), Party("works", PartyKind.ENTERPRISE, "Works"))
        self._send(tenant, thing, Draft(f"Agreement {thing}", parties))
        self._send(tenant, thing, AddClause("training", "works", "The works train two days a week."))
        self._send(tenant, thing, Propose())
        state, _ = self._load(tenant, thing)
        assert state.digest is not None
        for party in ("school", "works"):
            self._send(tenant, thing, Sign(party, state.digest))

    def _load(self, tenant: TenantId, thing: str) -> tuple[Agreement, int]:
        while True:
            try:
                return self.store.load(tenant, agreements, thing)
            except Unavailable:
                self.stop.wait(0.05)

    def _send(self, tenant: TenantId, thing: str, command: AgreementCommand) -> Receipt:
        key = f"{thing}-{type(command).__name__}-{getattr(command, 'party', '')}"
        while True:
            try:
                receipt = self.store.execute(tenant, agreements, thing, command, metadata=Metadata(key=key))
            except Unavailable:
                self.stop.wait(0.05)  # not for ever: the server comes back, and the key makes a repetition harmless
                continue
            ack = Ack(tenant, key, receipt.position, len(receipt.events))
            os.write(self.log, msgspec.json.encode(ack) + b"\n")
            return receipt


def main(log: str, seed: str, *tenants: str) -> None:
    """Write until SIGTERM."""
    with closing(Store(Database(os.environ["DATABASE_URL"]), EVENT_TYPES)) as store:
        writer = Writer(store, Path(log), int(seed), [TenantId(tenant) for tenant in tenants])
        signal.signal(signal.SIGTERM, lambda *_: writer.stop.set())
        threads = [threading.Thread(target=writer.work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if writer.failed:
            raise SystemExit(f"a writer's thread failed: {writer.failed[0]!r}")


if __name__ == "__main__":
    main(*sys.argv[1:])
