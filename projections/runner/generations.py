"""The generations of each view: which one is live, and whether it is one that this program may go on writing.

A view's first generation is made live when a worker first meets the view before any event that it handles was folded.
Later a changed row, version or set of handled events needs a rebuild: a worker refuses to write rather than mix two
meanings in one table, and rather than build for minutes unasked while workers of the older version still serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Refusal
from projections.runner.fold import stored_names
from projections.runner.rows import AnyConnection, AnyCursor, AnyView, Table

_LOCK = 4_242_003


class ViewOutdated(Refusal):
    """The live rows were made by another version of the view. Facts: view, reason."""

    code = "view_outdated"
    mend: ClassVar[str] = "build it anew with: baseplus rebuild VIEW"


class UnknownView(Refusal):
    """No such view. Facts: view, known."""

    code = "unknown_view"


@dataclass(frozen=True)
class Generation:
    """state: building, live or retired. types: the stored event types that it folds."""

    view: str
    number: int
    shape: str
    types: tuple[str, ...]
    state: str


def generations(cursor: AnyCursor, views: Iterable[AnyView]) -> list[Generation]:
    """All generations of the views, older ones first."""
    cursor.execute(
        "SELECT view, generation, shape, types, state FROM views.generations WHERE view = ANY(%s) "
        "ORDER BY view, generation",
        ([view.name for view in views],),
    )
    return [Generation(view, number, shape, tuple(types), state) for view, number, shape, types, state in cursor]


def prepare_views(connection: AnyConnection, views: Sequence[AnyView], types: EventTypes, worker: str) -> None:
    """Make the first generation of new views; take up handled events that never happened yet. Safe to run at any time.

    An older version of the program may come back, as long as none of the newer events happened and no other worker
    than `worker` is at work. Raises ViewOutdated for the first view that needs a rebuild.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        live = {made.view: made for made in generations(cursor, views) if made.state == "live"}
        for view in views:
            names, made = stored_names(view, types), live.get(view.name)
            table = Table(view, made.number if made else 1)
            if made is not None and made.shape != table.shape():
                raise ViewOutdated(view=view.name, reason="its rows have another form now")
            changed = set(names).symmetric_difference(made.types if made else ())
            if changed and _folded(cursor, changed):
                reason = "it handles other events now" if made else "it is new and there are events for it already"
                raise ViewOutdated(view=view.name, reason=reason)
            if made is not None and set(made.types).difference(names) and _others_work(cursor, worker):
                raise ViewOutdated(view=view.name, reason="workers of a newer version are running")
            if made is None:
                table.create(cursor)
                table.finish(cursor)
                table.show(cursor)
                add_generation(cursor, table, types, "live")
            elif changed:
                # Workers that do not know the new events would pass them over: they must not go on.
                fence_all(cursor)
                cursor.execute(
                    "UPDATE views.generations SET types = %s WHERE view = %s AND generation = %s",
                    (names, view.name, made.number),
                )


def live_tables(cursor: AnyCursor, views: Sequence[AnyView], types: EventTypes) -> list[Table]:
    """The live generation of each view. Raises ViewOutdated where another version of the program made it."""
    live = {made.view: made for made in generations(cursor, views) if made.state == "live"}
    tables = []
    for view in views:
        made = live.get(view.name)
        table = _table(view, made.number if made else 1)
        if made is None or made.shape != table.shape() or list(made.types) != stored_names(view, types):
            raise ViewOutdated(view=view.name, reason="another version of the program keeps it")
        tables.append(table)
    return tables


def add_generation(cursor: AnyCursor, table: Table, types: EventTypes, state: str) -> None:
    """Note a new generation."""
    cursor.execute(
        "INSERT INTO views.generations (view, generation, shape, types, state) VALUES (%s, %s, %s, %s, %s)",
        (table.view.name, table.generation, table.shape(), stored_names(table.view, types), state),
    )


def drop_generation(cursor: AnyCursor, view: str, number: int) -> None:
    """Remove a generation that is not live, with everything that is noted about it."""
    cursor.execute(f'DROP TABLE IF EXISTS views."{view}__{number}"')
    for table in ("generation_position", "parked", "generations"):
        cursor.execute(f"DELETE FROM views.{table} WHERE view = %s AND generation = %s", (view, number))


def fence_all(cursor: AnyCursor) -> None:
    """Take every partition over until this transaction ends; afterwards all workers begin anew from the checkpoints.

    Waits for the batches that are being folded.
    """
    cursor.execute("LOCK TABLE views.checkpoint IN EXCLUSIVE MODE")
    cursor.execute("UPDATE views.checkpoint SET epoch = epoch + 1")


@lru_cache(maxsize=256)
def _table(view: AnyView, number: int) -> Table:
    return Table(view, number)


def _folded(cursor: AnyCursor, types: Iterable[str]) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM views.tenant_position p JOIN store.events e ON e.tenant = p.tenant "
        "AND e.position <= p.position WHERE e.type = ANY(%s))",
        (sorted(types),),
    )
    ((found,),) = cursor.fetchall()
    return bool(found)


def _others_work(cursor: AnyCursor, worker: str) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM views.workers WHERE worker <> %s "
        "AND seen_at > clock_timestamp() - make_interval(secs => 60))",
        (worker,),
    )
    ((others,),) = cursor.fetchall()
    return bool(others)


def view_named(name: str, views: Iterable[AnyView]) -> AnyView:
    """The view of that name. Raises UnknownView."""
    by_name = {view.name: view for view in views}
    if name not in by_name:
        raise UnknownView(view=name, known=sorted(by_name))
    return by_name[name]
