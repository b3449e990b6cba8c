"""`baseplus migrate`."""

from __future__ import annotations

import click

from infra.cli.output import Printer, printed
from infra.environment import open_database
from infra.settings import read_settings


@click.command(
    epilog="""\b
Examples:
  baseplus migrate --pending           only look
  DATABASE_URL=postgresql://admin@db/baseplus baseplus migrate"""
)
@click.option("--pending", "only_pending", is_flag=True, help="List what has not run, and run nothing.")
@printed("json")
def migrate(out: Printer, only_pending: bool) -> None:
    """Bring the database to this program's schema.

    Safe to run at any time, and by several processes at once. Needs an administrator's login in DATABASE_URL; our own
    PostgreSQL is migrated by itself whenever it starts.
    """
    from infra.postgres.migrate import pending  # SQLAlchemy takes most of a second to import
    from infra.schema import bring_up_to_date

    with open_database(read_settings(), migrated=False) as database:
        steps = pending(database) if only_pending else bring_up_to_date(database)
    if out.form == "json":
        out.record({"pending" if only_pending else "ran": steps})
    elif steps:
        out.note(f"{'To run' if only_pending else 'Ran'}: {', '.join(steps)}")
    else:
        out.note("Nothing to do: the schema is up to date.")
