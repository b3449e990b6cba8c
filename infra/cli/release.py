"""`baseplus release`: benchmarks, frozen by the association that publishes them."""

from __future__ import annotations

from datetime import datetime

import click
import msgspec

from baseplus.benchmarks.events import Group
from baseplus.benchmarks.model import benchmarks
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import TenantId
from infra.cli.output import Column, Printer, printed, say
from infra.cli.writing import Tenant, open_store, open_store_of, print_receipt
from infra.environment import open_database
from infra.settings import read_settings
from projections.benchmarks import release as benchmarking
from projections.benchmarks.indicators import INDICATORS
from projections.runner.reader import Reader

GROUPS = (
    Column("category", "Category"),
    Column("period", "Period"),
    Column("universities", "Universities", right=True),
    Column("p20", "20 %", right=True),
    Column("p40", "40 %", right=True),
    Column("p60", "60 %", right=True),
    Column("p80", "80 %", right=True),
    Column("withheld", "Withheld"),
)
_RELEASES = (
    Column("release", "Release"),
    Column("indicator", "Indicator"),
    Column("groups", "Groups", right=True),
    Column("withheld", "Withheld", right=True),
    Column("released_at", "Released"),
)

_indicator = click.option(
    "--indicator",
    type=click.Choice([one.key for one in INDICATORS]),
    default=INDICATORS[0].key,
    show_default=True,
    help="What is compared.",
)
_periods = click.option("--period", "periods", multiple=True, required=True, help="Like 2013-14. May be repeated.")


class ReleaseLine(msgspec.Struct, frozen=True):
    """A release in a list. withheld: groups without figures, so that nobody can be told from them."""

    release: str
    indicator: str
    groups: int
    withheld: int
    released_at: datetime


@click.group(
    epilog="""\b
Examples:
  baseplus release compute --period 2013-14 --period 2014-15
  baseplus release record autumn --tenant my-association --period 2014-15
  baseplus release show autumn --tenant my-association --csv > autumn.csv"""
)
def release() -> None:
    """Benchmarks of all universities: computed from the views, and frozen as an event of an association.

    No group under ten universities and no rate under 23 people is shown.
    """


@release.command(epilog="\b\nExample:\n  baseplus release compute --period 2014-15 --csv")
@_indicator
@_periods
@printed("json", "csv")
def compute(out: Printer, indicator: str, periods: tuple[str, ...]) -> None:
    """Compute a release, show what would be in it, and record nothing."""
    with open_database(read_settings()) as database, database.connect("worker") as connection:
        groups = benchmarking.measure(connection, indicator, periods).command().groups
    _print_groups(out, groups, f"{indicator}, not released")


@release.command(epilog="\b\nExample:\n  baseplus release record autumn --tenant my-association --period 2014-15")
@click.argument("name", metavar="RELEASE")
@click.option("--tenant", required=True, type=Tenant(), help="The association that publishes it.")
@_indicator
@_periods
@printed("json")
def record(out: Printer, name: str, tenant: TenantId, indicator: str, periods: tuple[str, ...]) -> None:
    """Compute a release and record it in the association's history, for good.

    The same name again changes nothing, or is refused where a figure would differ.
    """
    settings = read_settings()
    with (
        open_database(settings) as database,
        open_store_of(database, settings) as store,
        database.connect("worker") as connection,
    ):
        receipt = benchmarking.release(store, connection, tenant, name, indicator, periods)
    print_receipt(out, receipt, None)


@release.command("list", epilog="\b\nExample:\n  baseplus release list --tenant my-association --json")
@click.option("--tenant", required=True, type=Tenant(), help="The association that publishes them.")
@printed("json", "csv")
def list_(out: Printer, tenant: TenantId) -> None:
    """An association's releases, from the view."""
    with open_database(read_settings()) as database, Reader(database.dsn("app")) as reader:
        rows = reader.rows(
            tenant,
            "SELECT release, indicator, count(*) AS groups, count(withheld) AS withheld,"
            " max(released_at) AS released_at FROM views.benchmarks GROUP BY release, indicator ORDER BY 5, 1",
            (),
            ReleaseLine,
        )
    out.table(_RELEASES, rows, empty="No releases yet. Make one with: baseplus release record")


@release.command(epilog="\b\nExample:\n  baseplus release show autumn --tenant my-association --csv")
@click.argument("name", metavar="RELEASE")
@click.option("--tenant", required=True, type=Tenant(), help="The association that published it.")
@click.option("--positions", is_flag=True, help="With --json: also how far each university's history was counted.")
@printed("json", "csv")
def show(out: Printer, name: str, tenant: TenantId, positions: bool) -> None:
    """A release as it was frozen, from the association's own history."""
    with open_store() as store:
        state, _ = store.load(tenant, benchmarks, name)
    if state.released is None:
        raise NotFound(release=name, tenant=tenant)
    if out.form == "json":
        fields = msgspec.structs.asdict(state.released)
        if not positions:
            del fields["positions"]
        out.record({"release": name} | fields)
    else:
        _print_groups(out, state.released.groups, f"{name}: {state.released.indicator}")


def _print_groups(out: Printer, groups: tuple[Group, ...], title: str) -> None:
    out.table(GROUPS, groups, title, empty="No university has contributed anything in these periods.")
    shown = sum(1 for group in groups if group.withheld is None)
    if groups and out.form == "table":
        say(f"{shown} of {len(groups)} groups are shown; too few universities or people stand behind the others.")
