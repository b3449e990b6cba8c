"""What the projection figures fold: pacts between a university and enterprises, in three views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Literal

import msgspec

from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from projections.runner.view import At, Row, View


class PactDrafted(Event):
    TYPE: ClassVar = "benchmark.pact_drafted.v1"
    title: str
    base: str
    enterprise: str
    text: str


class PactSigned(Event):
    TYPE: ClassVar = "benchmark.pact_signed.v1"
    party: str
    digest: str


class PactTookEffect(Event):
    TYPE: ClassVar = "benchmark.pact_took_effect.v1"
    base: str
    enterprise: str
    on: date


PactEvent = PactDrafted | PactSigned | PactTookEffect
TYPES = EventTypes(PactEvent)


class Signature(msgspec.Struct, frozen=True):
    party: str
    at: datetime


class PactRow(Row):
    id: str
    title: str
    base: str
    state: Literal["draft", "signed", "in effect"]
    signatures: list[Signature]
    effective_on: date | None = None


class BaseRow(Row):
    id: str
    drafted: int
    in_effect: int
    changed_at: datetime


class EnterpriseRow(Row):
    id: str
    bases: list[str]
    in_effect: int
    first_on: date | None = None


class Pacts(View[PactRow, PactEvent]):
    indexes = (("state", "effective_on"),)

    def keys(self, event: PactEvent, at: At) -> Iterable[str]:
        return (at.thing,)

    def evolve(self, row: PactRow | None, event: PactEvent, at: At) -> PactRow | None:
        match event:
            case PactDrafted():
                return PactRow(id=at.key, title=event.title, base=event.base, state="draft", signatures=[])
            case PactSigned() if row:
                row.signatures.append(Signature(event.party, at.time))
                row.state = "signed"
            case PactTookEffect() if row:
                row.state, row.effective_on = "in effect", event.on
        return row


class Bases(View[BaseRow, PactDrafted | PactTookEffect]):
    def keys(self, event: PactDrafted | PactTookEffect, at: At) -> Iterable[str]:
        return (event.base,)

    def evolve(self, row: BaseRow | None, event: PactDrafted | PactTookEffect, at: At) -> BaseRow:
        row = row or BaseRow(id=at.key, drafted=0, in_effect=0, changed_at=at.time)
        row.changed_at = at.time
        if isinstance(event, PactDrafted):
            row.drafted += 1
        else:
            row.in_effect += 1
        return row


class Enterprises(View[EnterpriseRow, PactTookEffect]):
    def keys(self, event: PactTookEffect, at: At) -> Iterable[str]:
        return (event.enterprise,)

    def evolve(self, row: EnterpriseRow | None, event: PactTookEffect, at: At) -> EnterpriseRow:
        row = row or EnterpriseRow(id=at.key, bases=[], in_effect=0, first_on=event.on)
        if event.base not in row.bases:
            row.bases.append(event.base)
        row.in_effect += 1
        return row


VIEWS: tuple[View[Any, Any], ...] = (Pacts(), Bases(), Enterprises())
PER_PACT = 4
"""Drafted, signed by two, in effect."""

_TEXT = "The parties run the base together, each with what it has promised. " * 12


def events(number: int) -> list[Event]:
    """The events of one pact, in order."""
    base, enterprise = f"base-{number % 40}", f"enterprise-{number % 300}"
    digest = f"{number:064x}"
    return [
        PactDrafted(title=f"Pact number {number}", base=base, enterprise=enterprise, text=_TEXT),
        PactSigned(party="university", digest=digest),
        PactSigned(party=enterprise, digest=digest),
        PactTookEffect(base=base, enterprise=enterprise, on=date(2026, 1 + number % 12, 1)),
    ]


def fill(database: Database, tenants: Sequence[str], each: int) -> None:
    """Give every tenant a history of `each` events, by COPY."""
    store = Store(database, TYPES)
    try:
        store.register(*map(TenantId, tenants))
    finally:
        store.close()
    stored = [
        (f"pacts/p-{number}", version, event.TYPE, TYPES.encode(event))
        for number in range(each // PER_PACT)
        for version, event in enumerate(events(number), 1)
    ]
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with database.connect("admin") as admin, admin.cursor() as cursor:
        with cursor.copy(
            "COPY store.events (tenant, position, stream, version, type, occurred_at, actor, data) "
            "FROM STDIN (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["text", "int8", "text", "int8", "text", "timestamptz", "text", "bytea"])
            for tenant in tenants:
                for position, (stream, version, type_, data) in enumerate(stored, 1):
                    copy.write_row((tenant, position, stream, version, type_, at, "person-0123456789", data))
        cursor.execute(
            "UPDATE store.tenants SET last_position = %s WHERE tenant = ANY(%s)", (len(stored), list(tenants))
        )
        admin.execute("VACUUM ANALYZE store.events")
