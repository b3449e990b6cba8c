"""`react` killed at random moments of a simulated year: what it does equals what an undisturbed one does."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from baseplus.agreements.events import BreachCured, ObligationBreached, ObligationFulfilled
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from tests.projections.runner.stage import until
from tests.reactions.react_process import read, write
from tests.reactions.year import days

Told = dict[str, list[tuple[str, str, datetime, str | None]]]
"""stream -> its events: type, data, when, and whose doing it was."""


class Year:
    """A tenant's year, day by day, with a `react` beside it."""

    def __init__(self, database: Database, store: Store, folder: Path, tenant: str) -> None:
        self.database, self.store, self.folder, self.tenant = database, store, folder, TenantId(tenant)
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def reacting(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            assert self._process is not None
            self._process.kill()
            self._process.wait()

    def start(self) -> None:
        program = [sys.executable, "-m", "tests.reactions.react_process", self.database.url, str(self.folder)]
        self._process = subprocess.Popen(program, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.start()

    def settled(self, today: date) -> bool:
        """Whether everything has been reacted to, and the clock of today was asked afterwards."""
        with self.database.connect("worker") as connection:
            ((last, behind),) = connection.execute(
                "SELECT t.last_position, t.last_position - min(p.position) FROM store.tenants t "
                "JOIN reactions.position p USING (tenant) WHERE t.tenant = %s GROUP BY t.last_position",
                (self.tenant,),
            ).fetchall() or [(None, None)]
        return behind == 0 and read(self.folder / f"asked-{self.tenant}") == f"{today} {last}"

    def pass_by(self, kills: int, chance: random.Random) -> None:
        """The whole year; `react` is killed so many times, on days and at moments that chance chooses."""
        year = list(days(seed=7))
        killed = chance.sample(range(2 * len(year)), kills)
        write(self.folder / "today", year[0][0])
        self.store.register(self.tenant)
        moment = threading.Event()
        with self.reacting():
            for number, (today, steps) in enumerate(year):
                write(self.folder / "today", today)
                if 2 * number in killed:
                    moment.wait(chance.random() * 0.2)
                    self.kill()
                if number:  # before the first command there is nobody to be asked for
                    until(lambda today=today: self.settled(today))  # type: ignore[misc]
                noon = datetime.combine(today, time(12), UTC)
                self.store.execute_all(self.tenant, steps, at=noon, now=noon)
                if 2 * number + 1 in killed:
                    moment.wait(chance.random() * 0.2)
                    self.kill()
                until(lambda today=today: self.settled(today))  # type: ignore[misc]

    def told(self) -> Told:
        """What happened, whose evidence is named by its stream and version: the order between streams may differ."""
        history = list(self.store.history(self.tenant))
        place = {str(one.position): f'"{one.stream}@{one.version}"' for one in history}
        told: Told = {}
        for one in history:
            data = re.sub(r'(?<="position":)\d+', lambda found: place[found[0]], one.data.decode())
            told.setdefault(one.stream, []).append((one.type, data, one.occurred_at, one.actor))
        return told


def _compared(database: Database, store: Store, folder: Path, kills: int) -> None:
    calm, stormy = (Year(database, store, folder, tenant) for tenant in ("calm", "stormy"))
    calm.pass_by(0, random.Random())
    stormy.pass_by(kills, random.Random())
    expected = calm.told()
    types = [kind for events in expected.values() for kind, *_ in events]
    for kind in (ObligationFulfilled, ObligationBreached, BreachCured):
        assert types.count(kind.TYPE) > 2, f"the year tells nothing of {kind.__name__}"
    told = stormy.told()
    streams = [stream for stream in sorted({*expected, *told}) if expected.get(stream) != told.get(stream)]
    assert {stream: told.get(stream) for stream in streams} == {stream: expected.get(stream) for stream in streams}


def test_after_three_kills_its_effects_equal_those_of_an_undisturbed_run(
    database: Database, store: Store, tmp_path: Path
) -> None:
    _compared(database, store, tmp_path, kills=3)


@pytest.mark.soak
def test_after_twenty_kills_its_effects_equal_those_of_an_undisturbed_run(
    database: Database, store: Store, tmp_path: Path
) -> None:
    _compared(database, store, tmp_path, kills=20)
