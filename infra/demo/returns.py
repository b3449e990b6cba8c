"""What universities report of those who completed, and the benchmark that the association makes of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from baseplus.benchmarks.model import benchmarks
from baseplus.outcomes.model import FileReturn
from infra.demo.cast import ASSOCIATION, LAKESIDE, NORDIA, QINGLAN
from infra.imports.made_up import make_up_returns
from infra.imports.outcome_file import OutcomeRow, read_outcome_file
from infra.imports.outcomes import file_returns
from infra.postgres.store import Store
from projections.benchmarks.release import release

RELEASE = "destinations-first"
INDICATOR = "sustained_destination_rate"
PERIODS = ("2013-14", "2014-15")

# The demonstration's own universities, so that each finds itself beside the others: people, and percent of them.
_OWN = {
    LAKESIDE: {"English & Maths": (180, 81), "Full Level 3+: Health, Public Services and Care": (60, 84)},
    QINGLAN: {"English & Maths": (310, 74), "Full Level 3+: Business, Administration and Law": (120, 90)},
    NORDIA: {"English & Maths": (90, 78), "Full Level 3+: Health, Public Services and Care": (40, 92)},
}


class Returns(NamedTuple):
    """Outcome returns to file, and where they come from."""

    rows: list[OutcomeRow]
    source: str
    made_up: bool


def was_told(store: Store) -> bool:
    """Whether the story was told to its end before: the release is its last step."""
    return store.load(ASSOCIATION, benchmarks, RELEASE)[0].released is not None


def find_returns() -> Returns:
    """The published outcome returns if they are on this machine, else some that we make up; and those of the
    demonstration's own universities, which are made up in any case. Raises Invalid."""
    for shared in _shared():
        file = shared / "conformance" / "dfe-fe-outcomes" / "outcomes.csv"
        if file.is_file():
            return Returns([*read_outcome_file(file).good, *_own()], str(file), made_up=False)
    return Returns(
        [*make_up_returns(seed=1, providers=40), *_own()],
        "made up: the published ones are not on this machine",
        made_up=True,
    )


def file(store: Store, returns: Returns, on_progress: Callable[[int, int], None]) -> None:
    """File the returns; those that are there already stay as they are. Raises Unavailable."""
    file_returns(store, returns.rows, on_progress=on_progress)


def publish(store: Store, connection: psycopg.Connection[Any]) -> bool:
    """Make the association's first release from what is in the views; False where it was made before.

    connection: of the worker's role.
    """
    if was_told(store):
        return False
    release(store, connection, ASSOCIATION, RELEASE, INDICATOR, PERIODS)
    return True


def _own() -> Iterator[OutcomeRow]:
    for university, figures in _OWN.items():
        for category, (people, rate) in figures.items():
            for later, year in enumerate(PERIODS):
                order = FileReturn(year=year, category=category, completions=people + 10 * later, rate=rate + later)
                yield OutcomeRow(0, university.tenant, university.name, order)


def _shared() -> Iterator[Path]:
    if named := os.environ.get("BASEPLUS_SHARED"):
        yield Path(named)
        return
    yield Path.cwd().parent / "shared"
    yield Path(__file__).resolve().parents[3] / "shared"
