"""`baseplus import`: files of others that become events."""

from __future__ import annotations

from pathlib import Path

import click

from infra.cli.errors import Ended, Exit
from infra.cli.output import Printer, printed, progress, say
from infra.cli.writing import open_store
from infra.imports.outcomes import import_outcomes

_SHOWN = 20


@click.group("import", epilog="\b\nExample:\n  baseplus import outcomes outcomes.csv --all-or-nothing")
def import_() -> None:
    """Turn files of others into events. A bad row is refused by line, column and reason."""


@import_.command(
    epilog="""\b
Examples:
  baseplus import outcomes outcomes.csv
  baseplus import outcomes outcomes.csv --all-or-nothing --json | jq .refused
\b
The file is CSV in UTF-8 with the columns ukprn, provider, category, year, completions and
sustained_positive_rate. Every provider becomes a tenant (ukprn-10003876), every row an event of its
history. Killed halfway, run it again: what is in stays, and nothing comes twice.
\b
Ends with 0 where every row was good, and with 1 where some were refused."""
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--all-or-nothing", is_flag=True, help="One bad row, and nothing is written.")
@printed("json")
def outcomes(out: Printer, file: Path, all_or_nothing: bool) -> None:
    """File the outcome returns in FILE."""
    with open_store() as store, progress(f"Filing {file.name}") as advance:
        report = import_outcomes(store, file, all_or_nothing=all_or_nothing, on_progress=advance)
    if out.form == "json":
        fields = {name: getattr(report, name) for name in report.__dataclass_fields__}
        out.record(fields | {"refused": [row._asdict() for row in report.refused]})
    else:
        for row in report.refused[:_SHOWN]:
            say(f"refused: line {row.line}{f', column {row.column}' if row.column else ''}: {row.reason}")
        if len(report.refused) > _SHOWN:
            say(f"… and {len(report.refused) - _SHOWN:,} more: --json prints them all")
        kept = "nothing was written, as ordered" if report.kept_none else f"{report.filed:,} filed"
        out.note(
            f"{report.rows:,} rows of {report.providers:,} providers ({report.registered:,} new): {kept}, "
            f"{report.unchanged:,} there already, {len(report.refused):,} refused."
        )
    if report.refused:
        raise Ended(Exit.REFUSED)
