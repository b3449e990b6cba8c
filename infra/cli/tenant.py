"""`baseplus tenant`: who has a history here."""

from __future__ import annotations

import click

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.vocabulary import TenantId
from infra.cli.output import Column, Printer, printed
from infra.cli.writing import Tenant, fresh_key, key_option, open_store, print_receipt, repeatable
from infra.environment import open_database
from infra.postgres.overview import list_tenants, show_tenant
from infra.settings import read_settings
from infra.wiring import EVENT_TYPES
from tenants.model import RegisterTenant, TenantKind, one_operator, tenancy

_COLUMNS = (
    Column("tenant", "Tenant"),
    Column("kind", "Kind"),
    Column("name", "Name"),
    Column("events", "Events", right=True),
    Column("relayed", "On Kafka", right=True),
    Column("projected", "In the views", right=True),
    Column("parked", "Parked views"),
)


@click.group(
    epilog="""\b
Examples:
  baseplus tenant add uni-a --kind university --name "University A"
  baseplus tenant list --csv > tenants.csv
  baseplus tenant show uni-a --json"""
)
def tenant() -> None:
    """Universities and organisations: each has one history, which is its own."""


@tenant.command(epilog='\b\nExample:\n  baseplus tenant add uni-a --kind university --name "University A"')
@click.argument("tenant", type=Tenant())
@click.option(
    "--kind",
    type=click.Choice(TenantKind, case_sensitive=False),
    default=TenantKind.UNIVERSITY,
    show_default=True,
    help="What it is.",
)
@click.option("--name", required=True, help="The name that people read.")
@key_option
@printed("json")
def add(out: Printer, tenant: TenantId, kind: TenantKind, name: str, key: str | None) -> None:
    """Register TENANT, an id of lower-case letters, digits and hyphens. Its history begins with that."""
    key = key or fresh_key()
    order = one_operator(tenant, RegisterTenant(kind=kind, name=name))
    with open_store() as store, repeatable(key):
        store.register(tenant)
        print_receipt(out, store.execute(tenant, tenancy, tenant, order, metadata=Metadata(key=key)), key)


@tenant.command("list", epilog="\b\nExample:\n  baseplus tenant list --csv > tenants.csv")
@printed("json", "csv")
def list_(out: Printer) -> None:
    """All tenants, with how far each one's events have come."""
    with open_database(read_settings()) as database:
        rows = list_tenants(database, EVENT_TYPES)
    out.table(_COLUMNS, rows, empty="No tenants yet. Begin with: baseplus tenant add, or baseplus demo.")


@tenant.command(epilog="\b\nExample:\n  baseplus tenant show uni-a --json")
@click.argument("tenant", type=Tenant())
@printed("json", "csv")
def show(out: Printer, tenant: TenantId) -> None:
    """One tenant: what it is, and how far its events have come."""
    with open_database(read_settings()) as database:
        out.record(show_tenant(database, EVENT_TYPES, tenant), title=tenant)
