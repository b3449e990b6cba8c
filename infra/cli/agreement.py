"""What `baseplus agreement` reads from the views; its other verbs are made from the capability's routes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, get_args

import click
import msgspec

from baseplus.kernel.vocabulary import TenantId
from infra.cli.output import Column, Printer, fields_of, printed, say
from infra.cli.writing import tenant_option
from infra.environment import open_database
from infra.postgres.overview import show_tenant
from infra.settings import read_settings
from infra.wiring import EVENT_TYPES
from projections.agreements import queries
from projections.agreements.views import AgreementRow, AgreementState, ObligationState
from projections.runner.reader import Reader

COLUMNS = (
    Column("id", "Agreement"),
    Column("title", "Title"),
    Column("state", "State"),
    Column("signed", "Signed by"),
    Column("unsigned", "Awaited"),
    Column("effective_on", "In force since"),
    Column("open", "Open duties", right=True),
)
_OBLIGATIONS = (
    Column("agreement", "Agreement"),
    Column("clause", "Clause"),
    Column("occurrence", "No.", right=True),
    Column("party", "Party"),
    Column("due", "Due"),
    Column("state", "State"),
)

_until = click.option(
    "--until", type=click.IntRange(min=1), help="Wait until the views have this position, as a write printed it."
)
_limit = click.option("--limit", type=click.IntRange(1, 100), default=50, show_default=True, help="Rows at most.")
_cursor = click.option("--cursor", help="Go on where a page with this cursor ended.")


def add_queries(group: click.Group) -> None:
    """Give the generated group the verbs that read."""
    for command in (list_, show, obligations):
        group.add_command(command)


@click.command("list", epilog="\b\nExample:\n  baseplus agreement list --tenant uni-a --state in_force --csv")
@tenant_option
@click.option("--state", type=click.Choice(get_args(AgreementState)), help="Only those in this state.")
@click.option("--party", help="Only those of this party.")
@_limit
@_cursor
@_until
@printed("json", "csv")
def list_(
    out: Printer,
    tenant: TenantId,
    state: AgreementState | None,
    party: str | None,
    limit: int,
    cursor: str | None,
    until: int | None,
) -> None:
    """A tenant's agreements."""
    with _reading(tenant, until) as reader:
        page = queries.agreements(reader, tenant, state=state, party=party, limit=limit, cursor=cursor, until=until)
    out.table(COLUMNS, map(summary, page.rows), empty=f"{tenant} has no such agreements.")
    _say_more(page.cursor)


@click.command("show", epilog="\b\nExample:\n  baseplus agreement show a-1 --tenant uni-a --json | jq -r .digest")
@click.argument("agreement")
@tenant_option
@_until
@printed("json", "csv")
def show(out: Printer, agreement: str, tenant: TenantId, until: int | None) -> None:
    """One agreement: its parties, signatures, clauses, and the digest that the parties sign."""
    with _reading(tenant, until) as reader:
        row = queries.one_agreement(reader, tenant, agreement, until=until)
    out.record(row if out.form == "json" else _readable(row), title=row.title)


@click.command("obligations", epilog="\b\nExample:\n  baseplus agreement obligations --tenant uni-a --state open")
@tenant_option
@click.option("--agreement", help="Only of this agreement.")
@click.option("--state", type=click.Choice(get_args(ObligationState)), help="Only those in this state.")
@click.option("--party", help="Only what this party owes.")
@click.option("--due-until", type=click.DateTime(["%Y-%m-%d"]), help="Only what is due on this day or before.")
@_limit
@_cursor
@_until
@printed("json", "csv")
def obligations(
    out: Printer,
    tenant: TenantId,
    agreement: str | None,
    state: ObligationState | None,
    party: str | None,
    due_until: datetime | None,
    limit: int,
    cursor: str | None,
    until: int | None,
) -> None:
    """What a tenant's agreements oblige to, by due date."""
    with _reading(tenant, until) as reader:
        page = queries.obligations(
            reader,
            tenant,
            agreement=agreement,
            state=state,
            party=party,
            due_until=due_until.date() if due_until else None,
            limit=limit,
            cursor=cursor,
            until=until,
        )
    out.table(_OBLIGATIONS, page.rows, empty="Nothing is owed.")
    _say_more(page.cursor)


def summary(row: AgreementRow) -> dict[str, Any]:
    """A line of a table about an agreement."""
    return {
        "id": row.id,
        "title": row.title,
        "state": row.state,
        "signed": [party.id for party in row.parties if party.signed_at is not None],
        "unsigned": row.missing_signatures,
        "effective_on": row.effective_on,
        "open": row.obligations_open,
    }


def _readable(row: AgreementRow) -> dict[str, Any]:
    """What is said about an agreement, without what is not."""
    fields = {name: value for name, value in fields_of(row).items() if value not in (None, [], False)}
    parties = []
    for party in row.parties:
        signed = f"signed {party.signed_at:%Y-%m-%d %H:%M}" if party.signed_at else "has not signed"
        parties.append(f"{party.id} ({party.kind}, {signed})")
    clauses = [f"{clause.id} ({clause.party}): {clause.text}" for clause in row.clauses]
    amendment = {} if row.amendment is None else {"amendment": msgspec.json.encode(row.amendment).decode()}
    return fields | {"parties": "; ".join(parties), "clauses": "\n".join(clauses)} | amendment


@contextmanager
def _reading(tenant: TenantId, until: int | None) -> Iterator[Reader]:
    """A reader of the views. Says when they are behind the tenant's history."""
    with open_database(read_settings()) as database:
        line = show_tenant(database, EVENT_TYPES, tenant)
        if line.projected < line.events and until is None:
            say(f"The views have {line.projected} of {tenant}'s {line.events} events: is baseplus project running?")
        with Reader(database.dsn("app")) as reader:
            yield reader


def _say_more(cursor: str | None) -> None:
    if cursor is not None:
        say(f"There are more: --cursor {cursor}")
