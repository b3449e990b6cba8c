"""Universities beside the story: a year of their lives, so that every page has something to show."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta

from infra.cli.output import progress, say
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.settings import Settings
from infra.simulation.simulate import Simulation, begun, has_lived, simulate
from infra.wiring import EVENT_TYPES, FOLLOWERS

UNIVERSITIES, APPRENTICES = 3, 4
_YEAR = timedelta(days=365)


def live(database: Database, settings: Settings, today: date) -> None:
    """Let them live the year until today, once; where that was interrupted, to its end. Nobody may be reacting.

    Raises OtherwiseThere, ReactionsRun, Unavailable.
    """
    with closing(Store(database, EVENT_TYPES, partitions=settings.partitions, followers=FOLLOWERS)) as store:
        first = begun(store) or today - _YEAR
    simulation = Simulation(UNIVERSITIES, years=1, seed=7, first=first, cohort=APPRENTICES)
    if has_lived(database, simulation):
        return
    say(f"{UNIVERSITIES} more universities live from {first} to {simulation.last} ...")
    with progress("Living, in days") as advance:
        simulate(database, simulation, partitions=settings.partitions, processes=1, progress=advance)
