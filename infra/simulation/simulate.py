"""A whole simulation: the association first, then the universities, each by itself, in as many processes as are given.

Whatever the number of processes, the histories are the same; and a simulation that was interrupted goes on where it
stood, since every request has its key.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta

from baseplus.kernel.refusals import Rejected, Unavailable, UnknownTenant
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.reactions import standing
from infra.simulation import cast
from infra.simulation.runner import Lived, Runner
from infra.simulation.university import associate, found, tenant_of
from infra.simulation.world import World
from infra.wiring import EVENT_TYPES, FOLLOWERS, REACTIONS
from projections.runner.workforce import Report, spread

_BEFORE = timedelta(days=30)  # for so long before the universities begin the association has been there
_REMEMBERED = 20_000
_EVERY = 7  # days between two words about how far it is

Progress = Callable[[int, int], None]
"""(days lived, days to live), of all tenants together."""


class ReactionsRun(Unavailable):
    """`baseplus react` would ask its own clock about universities that live in another time. Facts: what, reason."""

    mend = "stop it for as long as the simulation takes"


class OtherwiseThere(Rejected):
    """The tenant has a history that is not of this simulation. Facts: tenant."""

    mend = "simulate with the arguments of the first time, or in an empty database: BASEPLUS_DATA=another-folder"


@dataclass(frozen=True)
class Simulation:
    """What is simulated. first: the day of its beginning. cohort: apprentices that a university enrols in a year."""

    universities: int
    years: int
    seed: int
    first: date
    cohort: int = 12

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=365 * self.years)

    @property
    def named(self) -> str:
        """What keys and correlations begin with. More universities are the same simulation."""
        return f"simulation:{self.seed}:{self.years}:{self.first}:{self.cohort}"

    @property
    def tenants(self) -> list[TenantId]:
        """The association and the universities."""
        return [TenantId(cast.ASSOCIATION), *map(tenant_of, range(self.universities))]

    def world(self, number: int) -> World:
        """What is planned at a tenant: 0 is the association, 1 the first university."""
        if number == 0:
            return associate(self.seed, self.first - _BEFORE, self.first + timedelta(days=220))
        return found(number - 1, self.seed, self.first, self.last, self.cohort)


def simulate(
    database: Database, simulation: Simulation, *, partitions: int = 12, processes: int = 2, progress: Progress
) -> list[Lived]:
    """Live it. Returns what became of each tenant, the association first.

    Raises OtherwiseThere, ReactionsRun; Unplanned for a refusal that no agent expected; Unavailable.
    """
    with closing(_store(database, partitions)) as store:
        _check(store, database, simulation)
    total = (simulation.universities + 1) * simulation.years * 365
    days: dict[int, int] = {}
    lived: dict[int, Lived] = {}

    def hear(told: tuple[int, int | Lived]) -> None:
        number, said = told
        if isinstance(said, Lived):
            lived[number] = said
        else:
            days[number] = said
        progress(min(total, sum(days.values())), total)

    def some(numbers: Sequence[int], report: Report) -> None:
        with closing(_store(database, partitions)) as store:
            for number in numbers:
                report((number, _live(store, database, simulation, number, report)))

    def share(number: int, report: Report) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who shares the work out says when it ends
        some(universities[number::processes], report)

    universities = range(1, simulation.universities + 1)
    if processes == 1:
        some((0, *universities), hear)
    else:
        some((0,), hear)
        for told in spread(share, processes):
            hear(told)
    if len(lived) != len(simulation.tenants):
        raise Unavailable(what="the simulation", reason="one of its processes was killed")
    return [lived[number] for number in sorted(lived)]


def _live(store: Store, database: Database, simulation: Simulation, number: int, report: Report) -> Lived:
    world = simulation.world(number)

    def on_day(day: date) -> None:
        since = (day - world.agenda.first).days
        if since % _EVERY == 0:
            report((number, since))

    lived = Runner(store, world, simulation.named).run(on_day)
    # Our reactions have done all this: `baseplus react` goes on from here.
    moved = {(reaction.name, str(world.tenant)): lived.events for reaction in REACTIONS}
    with database.connect("worker") as connection, connection.cursor() as cursor:
        standing.move(cursor, moved)
    return lived


def has_lived(database: Database, simulation: Simulation) -> bool:
    """Whether all of it is there: the checkpoints of the reactions are left last."""
    with database.connect("worker") as connection:
        known = connection.execute("SELECT DISTINCT tenant FROM reactions.position").fetchall()
    return {(tenant,) for tenant in simulation.tenants} <= set(known)


def begun(store: Store) -> date | None:
    """The first day of the simulation whose universities are there; None where there are none."""
    try:
        first = next(store.history(tenant_of(0), limit=1), None)
    except UnknownTenant:
        return None
    return first.occurred_at.date() if first else None


def _store(database: Database, partitions: int) -> Store:
    return Store(database, EVENT_TYPES, partitions=partitions, followers=FOLLOWERS, remembered=_REMEMBERED)


def _check(store: Store, database: Database, simulation: Simulation) -> None:
    """Raises OtherwiseThere, ReactionsRun."""
    for tenant in simulation.tenants:
        try:
            known = store.position(tenant)
        except UnknownTenant:
            continue
        begun = next(store.history(tenant, limit=1), None) if known else None
        if begun is not None and begun.correlation != simulation.named:
            raise OtherwiseThere("tenant_of_another_history", tenant=tenant)
    with database.connect("worker") as connection:
        ((held,),) = connection.execute(
            "SELECT count(*) FROM reactions.checkpoint WHERE lease_until > clock_timestamp()"
        ).fetchall()
    if held:
        raise ReactionsRun(what="the simulation", reason="reactions run on this database, by another clock")
