"""Reactors on a real event store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from baseplus.kernel.decisions import Recorded
from baseplus.kernel.events import EventTypes
from baseplus.kernel.reactions import Reaction
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.source import StoreSource
from infra.postgres.store import NewEvent, Store
from infra.reactions import standing
from infra.reactions.reactor import Reactor
from tests.projections.runner.stage import until
from tests.reactions.bells import (
    ANSWERED_BY_HAND,
    LATER_TYPES,
    TOO_LOUD,
    TYPES,
    UNLUCKY,
    Listener,
    Porter,
    Ring,
    Tolled,
    Tower,
    bells,
)

QINGLAN, HENGTAI = TenantId("qinglan"), TenantId("hengtai")


class House:
    """Two universities with bells, and what reacts to them. today: the clock that reactors go by."""

    def __init__(self, database: Database, store: Store) -> None:
        self.database, self.store = database, store
        self.today = datetime.now(UTC).date()
        store.register(QINGLAN, HENGTAI)

    def ring(self, *ns: int, tenant: TenantId = QINGLAN) -> None:
        for n in ns:
            self.store.execute(tenant, bells, "door", Ring(n))

    def history(self, tenant: TenantId = QINGLAN) -> list[Recorded]:
        return list(self.store.history(tenant))

    def answered(self, tenant: TenantId = QINGLAN) -> list[int]:
        return [
            TYPES.decode(one.type, one.data).n  # type: ignore[attr-defined]
            for one in self.history(tenant)
            if one.stream.startswith("answers/")
        ]

    @contextmanager
    def reacting(self, *reactions: Reaction[Any], types: EventTypes = TYPES) -> Iterator[None]:
        """A reactor in a thread, as long as this lasts; what it raised is raised here."""
        clock: Callable[[], datetime] = lambda: datetime(*self.today.timetuple()[:3], 12, tzinfo=UTC)  # noqa: E731
        reactor = Reactor(
            lambda: self.database.connect("worker"),
            self.store,
            reactions or (Porter(),),
            types,
            StoreSource(self.database),
            lease=2.0,
            clock=clock,
        )
        stop, raised = threading.Event(), list[BaseException]()

        def run() -> None:
            try:
                reactor.run(stop)
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        if raised:
            raise raised[0]

    def caught_up(self, *reactions: str) -> bool:
        """Whether these reactions have reacted to everything, wherever they do not stand still."""
        with self.database.connect("worker") as connection:
            rows = connection.execute(
                "SELECT count(*) FROM store.tenants t CROSS JOIN unnest(%s::text[]) r(reaction) "
                "LEFT JOIN reactions.position p USING (reaction, tenant) "
                "LEFT JOIN reactions.parked k USING (reaction, tenant) "
                "WHERE k.tenant IS NULL AND t.last_position > coalesce(p.position, 0)",
                (list(reactions or ("porter",)),),
            ).fetchall()
        return bool(rows[0][0] == 0)

    def parked(self) -> list[tuple[str, str, int, str]]:
        with self.database.connect("worker") as connection:
            found = standing.parked_tenants(connection)
        return [(one.reaction, one.tenant, one.position, one.reason) for one in found]


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    with closing(Store(database, TYPES)) as store:
        yield House(database, store)


def test_what_follows_from_an_event_names_it_as_its_cause(house: House) -> None:
    house.ring(1)
    with house.reacting():
        until(lambda: house.answered() == [1])
    answer = house.history()[-1]
    assert (answer.actor, answer.causation) == ("reaction:porter", "qinglan/1")
    assert answer.occurred_at == house.history()[0].occurred_at


def test_a_second_delivery_changes_nothing(house: House) -> None:
    house.ring(1, 2)
    with house.reacting():
        until(house.caught_up)
    before = house.history()
    with house.database.connect("worker") as connection:
        connection.execute("DELETE FROM reactions.position")
    again = Porter()
    with house.reacting(again):
        until(lambda: again.sent == [1, 2] and house.caught_up())
    assert house.history() == before


def test_a_state_is_folded_anew_in_silence(house: House) -> None:
    house.ring(1, 2)
    with house.reacting():
        until(house.caught_up)
    house.ring(3)
    later = Porter()
    with house.reacting(later):
        until(lambda: house.answered() == [1, 2, 3])
    assert later.sent == [3]


def test_an_order_that_is_needed_no_longer_is_let_go(house: House) -> None:
    house.ring(ANSWERED_BY_HAND, 8)
    with house.reacting():
        until(house.caught_up)
    assert (house.answered(), house.parked()) == ([8], [])


def test_a_refused_order_parks_its_tenant_in_that_reaction_only(house: House) -> None:
    house.ring(1, UNLUCKY, 2)
    house.ring(3, tenant=HENGTAI)
    with house.reacting(Porter(), Tower()):
        until(lambda: house.parked() != [] and house.caught_up("porter", "tower"))
        house.ring(4)
        house.ring(5, tenant=HENGTAI)
        until(lambda: house.answered(HENGTAI) == [3, 5] and house.caught_up("porter", "tower"))
    assert house.parked() == [("porter", "qinglan", 2, "unlucky")]
    assert house.answered() == [1]


def test_an_event_that_a_reaction_cannot_fold_parks_its_tenant_there(house: House) -> None:
    house.ring(1, TOO_LOUD, 2)
    with house.reacting():
        until(lambda: house.parked() != [])
    assert house.parked() == [("porter", "qinglan", 2, "ValueError")]


def test_what_only_a_later_version_knows_waits_for_that_version_and_parks_nobody(house: House) -> None:
    house.ring(1)
    with closing(Store(house.database, LATER_TYPES)) as later:
        later.append(QINGLAN, [NewEvent(StreamId("bells/door"), 2, Tolled(), datetime.now(UTC))])
    house.ring(2, tenant=HENGTAI)
    with house.reacting(Listener()):
        until(lambda: house.answered() == [1] and house.answered(HENGTAI) == [2])
    assert house.parked() == []
    with house.reacting(Listener(), types=LATER_TYPES):
        until(lambda: house.caught_up("listener"))


def test_who_is_resumed_goes_on_from_the_event_that_parked_them(house: House) -> None:
    house.ring(1, UNLUCKY, 2)
    with house.reacting():
        until(lambda: house.parked() != [])
    with house.reacting(Porter(afraid=False)):
        until(house.caught_up)
        with house.database.connect("worker") as connection:
            standing.resume(connection, "porter", QINGLAN)
        until(lambda: house.answered() == [1, 2] and house.caught_up())
    assert house.parked() == []


def test_only_who_stands_still_is_resumed(house: House) -> None:
    with house.database.connect("worker") as connection, pytest.raises(NotFound):
        standing.resume(connection, "porter", QINGLAN)


def test_the_clock_is_asked_once_a_day_whatever_happens(house: House) -> None:
    house.ring(1)
    first = house.today
    with house.reacting(Tower()):
        until(lambda: house.caught_up("tower"))
        for _ in range(3):
            house.today = date.fromordinal(house.today.toordinal() + 1)
            length = len(house.history())
            until(lambda length=length: len(house.history()) > length and house.caught_up("tower"))  # type: ignore[misc]
    struck = [one.occurred_at.date().toordinal() - first.toordinal() for one in house.history()[1:]]
    assert struck == [1, 2, 3]


def test_reactors_share_the_tenants_and_nothing_is_done_twice(house: House) -> None:
    others = [TenantId(f"uni-{n}") for n in range(8)]
    house.store.register(*others)
    with house.reacting(), house.reacting():
        for n in range(5):
            for tenant in others:
                house.ring(n, tenant=tenant)
        until(house.caught_up)
    assert [house.answered(tenant) for tenant in others] == [[0, 1, 2, 3, 4]] * 8
