"""What commands that write have in common: the store, and the key that makes a repetition harmless."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from baseplus.kernel.decisions import Receipt
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.vocabulary import TenantId, tenant_id
from infra.cli.errors import SendAgain
from infra.cli.output import Printer
from infra.environment import open_database
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.settings import Settings, read_settings
from infra.wiring import EVENT_TYPES, FOLLOWERS

key_option: Callable[[Any], Any] = click.option(
    "--key", help="The idempotency key: the same command with the same key is done once. Left out, a new one is made."
)


class Tenant(click.ParamType[TenantId]):
    """A tenant's id."""

    name = "tenant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> TenantId:  # noqa: ARG002
        return tenant_id(str(value))


tenant_option: Callable[[Any], Any] = click.option(
    "--tenant", "tenant", required=True, type=Tenant(), help="Whose history: a university's or organisation's id."
)


def fresh_key() -> str:
    """An idempotency key that nobody has used."""
    return f"cli-{secrets.token_hex(12)}"


@contextmanager
def open_store(settings: Settings | None = None) -> Iterator[Store]:
    """The event store of the settings, for as long as this lasts."""
    settings = settings or read_settings()
    with open_database(settings) as database, open_store_of(database, settings) as store:
        yield store


@contextmanager
def open_store_of(database: Database, settings: Settings) -> Iterator[Store]:
    """The event store of a database that is open already."""
    store = Store(database, EVENT_TYPES, partitions=settings.partitions, followers=FOLLOWERS)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def repeatable(key: str) -> Iterator[None]:
    """Where the outcome stays unknown, tells the key to repeat the command with."""
    try:
        yield
    except Unavailable as error:
        if type(error) is not Unavailable:
            raise
        raise SendAgain(key, **error.facts) from error


def print_receipt(out: Printer, receipt: Receipt, key: str | None) -> None:
    """What a command led to, and its key where it had one."""
    if out.form == "json":
        out.record(
            {
                "tenant": receipt.tenant,
                "stream": receipt.stream,
                "version": receipt.version,
                "position": receipt.position,
                "events": receipt.events,
                "replayed": receipt.replayed,
                "key": key,
            }
        )
        return
    what = ", ".join(receipt.events) or "nothing changed"
    again = " (done before; this is the first answer again)" if receipt.replayed else ""
    out.note(
        f"{receipt.stream} of {receipt.tenant}, version {receipt.version}, position {receipt.position}: {what}{again}"
    )
