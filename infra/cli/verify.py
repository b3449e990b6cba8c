"""`baseplus verify`: whether what is shown is what happened."""

from __future__ import annotations

import click

from infra.cli.errors import Ended, Exit
from infra.cli.output import Column, Printer, printed, progress, say
from infra.environment import open_database
from infra.project import connect_worker
from infra.settings import read_settings
from infra.wiring import EVENT_TYPES, VIEWS
from projections.runner.verify import verify_views

_COLUMNS = (
    Column("view", "View"),
    Column("tenant", "Tenant"),
    Column("key", "Key"),
    Column("kind", "What"),
    Column("fields", "Fields"),
)


@click.group(epilog="\b\nExample:\n  baseplus verify views --processes 2")
def verify() -> None:
    """Compare what is shown with what happened."""


@verify.command(
    epilog="""\b
Examples:
  baseplus verify views
  baseplus verify views --json | jq '.differences | length'
\b
Ends with 0 where every row is equal, and with 4 where one is not."""
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many share the tenants."
)
@printed("json", "csv")
def views(out: Printer, processes: int) -> None:
    """Compare every row of every view with a fold of the event store. Workers may go on meanwhile."""
    with open_database(read_settings()) as database, progress("Comparing tenants") as advance:
        connect = connect_worker(database)
        checked = verify_views(connect, VIEWS, EVENT_TYPES, processes=processes, progress=advance)
    if out.form == "json":
        out.record(checked)
    else:
        out.table(_COLUMNS, checked.differences, empty="")
        for view, tenant, position in checked.parked:
            say(f"{view}: {tenant} stands still since position {position}; its rows were compared up to there")
        outcome = f"{len(checked.differences):,} differ" if checked.differences else "all equal"
        out.note(f"{checked.rows:,} rows of {checked.tenants:,} tenants were compared: {outcome}.")
    if checked.differences:
        raise Ended(Exit.DIFFERENT)
