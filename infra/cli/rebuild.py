"""`baseplus rebuild` and `baseplus resume`: read models made anew, and tenants set going again."""

from __future__ import annotations

import click
import msgspec

from baseplus.kernel.refusals import Refusal
from baseplus.kernel.vocabulary import TenantId
from infra.cli.output import Column, Printer, printed, progress
from infra.cli.writing import Tenant
from infra.environment import open_database
from infra.project import connect_worker
from infra.reactions import standing
from infra.settings import read_settings
from infra.wiring import EVENT_TYPES, REACTIONS, VIEWS
from projections.runner import parking
from projections.runner import rebuild as rebuilding
from projections.runner.switching import switch_back

_COLUMNS = (
    Column("view", "View"),
    Column("generation", "Generation", right=True),
    Column("rows", "Rows", right=True),
    Column("live", "Live"),
    Column("equal", "Equal", right=True),
    Column("different", "Different", right=True),
    Column("added", "Only new", right=True),
    Column("gone", "Only old", right=True),
    Column("parked", "Parked"),
)
_REACTION = "reaction:"
_REACTIONS = tuple(f"{_REACTION}{reaction.name}" for reaction in REACTIONS)
_SWITCHED = (Column("view", "View"), Column("generation", "Live generation", right=True))


class StillParked(Refusal):
    """Folding went on and met an event that the view cannot fold. Facts: view, tenant, position, type, reason."""

    code = "still_parked"
    mend = "deploy a version that can fold that event, then resume again"


@click.command(
    epilog="""\b
Examples:
  baseplus rebuild agreements
  baseplus rebuild --all --processes 4
  baseplus rebuild agreements --keep-back      build and compare, and leave the old one live
  baseplus rebuild agreements --switch-back    take the generation before the live one
\b
Ends with 0. Rows that differ from the live ones are told, and are no error: a new version of a view is
rebuilt because they shall differ."""
)
@click.argument("views", nargs=-1, metavar="[VIEW]...", type=click.Choice([view.name for view in VIEWS]))
@click.option("--all", "all_", is_flag=True, help="All views, in one pass over the history.")
@click.option("--switch-back", "back", is_flag=True, help="Make the generation before the live one live again.")
@click.option("--keep-back", is_flag=True, help="Build, catch up and compare, but do not switch.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="How many share the tenants."
)
@printed("json", "csv")
def rebuild(out: Printer, views: tuple[str, ...], all_: bool, back: bool, keep_back: bool, processes: int) -> None:
    """Build views anew from the event store, beside the live ones, which go on being served and kept.

    The new rows are compared with the live ones, caught up and switched to in one moment. Killed halfway, run it again.
    """
    if all_ == bool(views):
        raise click.UsageError("name the views, or give --all", click.get_current_context())
    names = [view.name for view in VIEWS] if all_ else list(views)
    with open_database(read_settings()) as database:
        connect = connect_worker(database)
        if back:
            live = [{"view": name, "generation": switch_back(connect, VIEWS, EVENT_TYPES, name)} for name in names]
            out.table(_SWITCHED, live)
            return
        with progress("Rebuilding") as advance:
            rebuilt = rebuilding.rebuild(
                connect,
                VIEWS,
                EVENT_TYPES,
                names,
                processes=processes,
                go_live=not keep_back,
                progress=lambda now: advance(now.done, now.total),
            )
    out.table(_COLUMNS, map(_line, rebuilt))


def _line(one: rebuilding.Rebuilt) -> dict[str, object]:
    compared = {} if one.compared is None else msgspec.structs.asdict(one.compared)
    parked = [f"{poison.tenant} at {poison.position}" for poison in one.parked]
    return {"view": one.view, "generation": one.generation, "rows": one.rows, "live": one.live, "parked": parked} | {
        name: compared.get(name) for name in ("equal", "different", "added", "gone")
    }


@click.command(
    epilog="""\b
Examples:
  baseplus tenant list               the last column names parked views
  baseplus resume agreements uni-a
\b
A reaction is named like reaction:obligations; `baseplus doctor` names those that wait."""
)
@click.argument("view", type=click.Choice([*(view.name for view in VIEWS), *_REACTIONS]))
@click.argument("tenant", type=Tenant())
@printed("json")
def resume(out: Printer, view: str, tenant: TenantId) -> None:
    """Let TENANT go on in VIEW, from the event that parked it. The other tenants and views never stopped."""
    poison = None
    with open_database(read_settings()) as database:
        if view in _REACTIONS:
            with database.connect("worker") as connection:
                standing.resume(connection, view.removeprefix(_REACTION), tenant)
        else:
            poison = parking.resume(connect_worker(database), VIEWS, EVENT_TYPES, view, tenant)
    if poison is not None:
        raise StillParked(view=view, tenant=tenant, position=poison.position, type=poison.type, reason=poison.reason)
    if out.form == "json":
        out.record({"view": view, "tenant": tenant, "resumed": True})
    else:
        out.note(f"{tenant} {'is tried again' if view in _REACTIONS else 'is in step again'} in {view}.")
