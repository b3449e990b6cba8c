"""How fast made-up universities live through the commands of the program, and how fast all its views follow.

The smallest simulation of which the figures no longer hang on its size; `make soak` lives the large one.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from infra.project import connect_worker, make_worker
from infra.settings import Settings
from infra.simulation.simulate import Simulation, simulate
from infra.wiring import EVENT_TYPES, VIEWS
from projections.runner.rebuild import rebuild
from projections.runner.verify import verify_views
from tests.benchmarks.figure import Environment, Figure

LIVED = Simulation(universities=4, years=2, seed=7, first=date(2024, 9, 2))
PROCESSES = 2
LEAST_LIVED, LEAST_FOLDED = 2_000, 3_000  # events/s; the second one of one worker with all views

_context = multiprocessing.get_context("spawn")


def simulation(env: Environment) -> list[Figure]:
    """Live; fold by one worker with every view of the program; rebuild every view."""
    started = time.monotonic()
    lived = simulate(env.database, LIVED, processes=PROCESSES, progress=lambda *_: None)
    events = sum(one.events for one in lived)
    figures = [_figure("simulate", events, started, LEAST_LIVED, f"in bulk, {PROCESSES} processes")]

    stop = _context.Event()
    worker = _context.Process(target=_fold, args=(env.database, stop))
    worker.start()
    _await(lambda: _ask(env, "SELECT count(*) FROM views.checkpoint WHERE owner IS NOT NULL") > 0)
    started = time.monotonic()
    _await(lambda: _ask(env, "SELECT coalesce(sum(position), 0) FROM views.tenant_position") >= events)
    figures.append(_figure("simulate_project", events, started, LEAST_FOLDED, f"{len(VIEWS)} views, one worker"))
    stop.set()
    worker.join()

    connect = connect_worker(env.database)
    started = time.monotonic()
    rebuilt = rebuild(connect, VIEWS, EVENT_TYPES, [view.name for view in VIEWS], processes=PROCESSES)
    figures.append(
        _figure("simulate_rebuild", events, started, LEAST_FOLDED, f"{len(VIEWS)} views, {PROCESSES} processes")
    )
    assert all(one.compared and one.compared.equal == one.rows and not one.compared.gone for one in rebuilt)
    checked = verify_views(connect, VIEWS, EVENT_TYPES, processes=PROCESSES)
    assert checked.rows
    assert not checked.differences, checked.differences[:3]
    return figures


FIGURES: list[tuple[str, Callable[[Environment], Sequence[Figure]]]] = [("simulation", simulation)]


def _figure(name: str, events: int, started: float, least: int, how: str) -> Figure:
    rate = events / (time.monotonic() - started)
    return Figure(
        figure=name,
        value=round(rate),
        unit="events/s",
        against=f"at least {least:,}/s; {events:,} events, {how}",
        ratio=round(rate / least, 3),
    )


def _fold(database: Any, stop: Any) -> None:
    make_worker(database, Settings(data=Path()), None).run(stop)


def _ask(env: Environment, sql: str) -> int:
    with env.database.connect("worker") as connection:
        ((value,),) = connection.execute(sql).fetchall()
        return int(value)


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 900
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
