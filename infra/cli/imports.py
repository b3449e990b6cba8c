"""`baseplus import`: files of others that become events."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from baseplus.kernel.refusals import Invalid
from baseplus.kernel.vocabulary import TenantId
from infra.cli.errors import Ended, Exit
from infra.cli.output import Printer, printed, progress, say
from infra.cli.writing import fresh_key, key_option, open_store, repeatable, tenant_option
from infra.imports.case import read_package
from infra.imports.outcomes import import_outcomes
from infra.imports.standards import import_standard

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
sustained_positive_rate. ukprn has eight digits, year looks like 2019-20; the last two are whole
numbers, the rate in per cent, or x where the publisher suppressed them. Every provider becomes a
tenant (ukprn-10003876), every row an event of its history. Killed halfway, run it again: what is
in stays, and nothing comes twice.
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


@import_.command(
    epilog="""\b
Examples:
  baseplus import standard machining.json --tenant machinists --standard cnc --occupation cnc-machinist
  baseplus import standard machining.json --tenant machinists --standard cnc --occupation cnc-machinist \\
      --item-type Competency
\b
The file is a CASE 1.1 package (JSON). Its lowest statements become criteria of equal weight; where it says
something else than the latest version, that is superseded. What the standard does not know is reported. A broken
package is refused with the path of the fault, and nothing is written."""
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--standard", required=True, help="The standard's id in the association's history.")
@click.option("--occupation", required=True, help="The occupation that it is for.")
@click.option("--item-type", help="Only items of this CFItemType become criteria; left out, the lowest ones.")
@tenant_option
@key_option
@printed("json")
def standard(
    out: Printer, file: Path, standard: str, occupation: str, item_type: str | None, tenant: TenantId, key: str | None
) -> None:
    """Publish the skill standard in FILE, a CASE 1.1 package, in an association's history."""
    try:
        framework = read_package(file.read_bytes())
        key = key or fresh_key()
        with open_store() as store, repeatable(key):
            done = import_standard(store, tenant, standard, occupation, framework, item_type=item_type, key=key)
    except Invalid as fault:
        raise Invalid(where=f"{file.name}#{fault.facts['where']}", reason=fault.facts["reason"]) from None
    if out.form == "json":
        out.record(asdict(done))
        return
    for name, times in sorted(done.unknown.items()):
        say(f"not known to CASE 1.1 and left out: {name}, {times} times")
    for name, times in sorted(done.unused.items()):
        say(f"without a place in a standard and left out: {name}, {times} times")
    what = "says what was published already" if done.unchanged else "is published"
    out.note(f"{done.standard}, version {done.version}, {what}: {done.criteria} criteria, digest {done.digest}")
