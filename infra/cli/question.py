"""The verbs that read, from the queries' declarations: an argument for each id in the path, an option per filter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import msgspec

from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.routes import QueryRoute
from baseplus.kernel.vocabulary import TenantId
from infra.cli.options import dashed, field_option, wrong_option
from infra.cli.output import Column, Printer, fields_of, output_options, say
from infra.cli.writing import tenant_option
from infra.environment import open_database
from infra.postgres.overview import show_tenant
from infra.settings import read_settings
from infra.wiring import EVENT_TYPES
from projections.runner.reader import Reader

_until = click.option(
    "--until", type=click.IntRange(min=1), help="Wait until the views have this position, as a write printed it."
)


def question(route: QueryRoute, one: str) -> click.Command:
    """The verb of a query. one: what its group is called."""

    def run(**given: Any) -> None:
        out, tenant, until = Printer(given.pop("form")), given.pop("tenant"), given.pop("until")
        try:
            asked = read_struct(route.input, {n: v for n, v in given.items() if v is not None}, lax=True)
        except Invalid as refusal:
            raise wrong_option(refusal) from None
        with _reading(tenant, until) as reader:
            found = route.read(reader, tenant, asked, until=until)
        if route.paged:
            out.table(columns_of(route, out.form), found.rows, empty=f"{tenant} has none of these.")
            if found.cursor is not None:
                say(f"There are more: --cursor {found.cursor}")
        else:
            out.record(_said(found) if out.form == "table" else found, title=route.summary)

    usage = " ".join([f"baseplus {one} {dashed(route.name)}", *(f"{name}-1" for name in route.ids), "--tenant uni-a"])
    made = click.Command(
        dashed(route.name),
        callback=run,
        short_help=f"{route.summary}.",
        help=f"{route.summary}.\n\n{route.description}",
        epilog=f"\b\nExample:\n  {usage} --json",
        params=[
            *(click.Argument([name], metavar=name.upper()) for name in route.ids),
            *map(field_option, route.fields),
        ],
    )
    for option in (*output_options("json", "csv"), _until, tenant_option):
        made = option(made)
    return made


def columns_of(route: QueryRoute, form: str = "table") -> list[Column]:
    """The columns of its table; a spreadsheet gets them all."""
    names = route.columns if form == "table" else route.row.__struct_fields__
    return [Column(name, name.replace("_", " ").capitalize(), right=_is_number(route.row, name)) for name in names]


def _is_number(row: type[msgspec.Struct], name: str) -> bool:
    return next(field.type in (int, float) for field in msgspec.structs.fields(row) if field.name == name)


def _said(record: object) -> dict[str, Any]:
    """What is said about a thing, without what is not."""
    return {name: value for name, value in fields_of(record).items() if value not in (None, [], False)}


@contextmanager
def _reading(tenant: TenantId, until: int | None) -> Iterator[Reader]:
    """A reader of the views. Says when they are behind the tenant's history."""
    with open_database(read_settings()) as database:
        line = show_tenant(database, EVENT_TYPES, tenant)
        if line.projected < line.events and until is None:
            say(f"The views have {line.projected} of {tenant}'s {line.events} events: is baseplus project running?")
        with Reader(database.dsn("app"), types=EVENT_TYPES) as reader:
            yield reader
