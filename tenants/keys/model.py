"""Keys: commands, state, rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Command, Decider, Load
from baseplus.kernel.refusals import Rejected, UnknownTenant
from baseplus.kernel.vocabulary import Day, Id, Line, Sha256, TenantId
from tenants.keys.events import ApiKeyIssued, ApiKeyRevoked, KeyEvent
from tenants.model import TenantKind, tenancy

ROLES: Mapping[TenantKind, tuple[Role, ...]] = {
    TenantKind.OPERATOR: (Role.OPERATOR,),
    TenantKind.UNIVERSITY: (Role.STAFF, Role.MENTOR, Role.ENTERPRISE, Role.REGULATOR),
    TenantKind.ENTERPRISE: (Role.ENTERPRISE,),
    TenantKind.ASSOCIATION: (Role.ASSOCIATION,),
    TenantKind.REGULATOR: (Role.REGULATOR,),
}
"""The roles that keys of a tenant may have, by what the tenant is."""

SPEAKING_FOR_SOMEBODY = frozenset({Role.MENTOR, Role.ENTERPRISE})
"""The roles that may do most things for their own alone, so that their keys must say whose they are."""


class IssueKey(Command, frozen=True):
    """Issue a key.

    Whoever sends this makes the secret: 32 random bytes in base32, lower case, without padding (52 characters). Send
    the SHA-256 of those characters, and keep or hand over the token `bp_<tenant>_<key>_<secret>`. The secret itself is
    never sent here, so that nobody can read it here.
    """

    role: Annotated[Role, Meta(description="what its holder may do")]
    label: Annotated[Line, Meta(description="what it is for; not whose it is, since everybody on the staff reads it")]
    digest: Annotated[Sha256, Meta(description="the SHA-256 of the secret")]
    own: Annotated[
        Id | None, Meta(description="the person or party that it speaks for; a mentor's or enterprise's key needs one")
    ] = None
    expires: Annotated[Day | None, Meta(description="the last day that it opens anything, in UTC")] = None


class RevokeKey(Command, frozen=True):
    """Revoke a key.

    It opens nothing any more, within a few seconds, and cannot be brought back: issue another one.
    """

    reason: Annotated[Line | None, Meta(description="why, for whoever reads the history")] = None


class IssueKeyIn(Command, frozen=True):
    """An order to issue a key, and what the tenant is: what the rules decide. Made by `in_its_tenant`."""

    kind: TenantKind
    order: IssueKey


class Key(msgspec.Struct, frozen=True):
    """What the rules and whoever lets a caller in need to know. `role` and `digest` are None until it is issued."""

    role: Role | None = None
    digest: str | None = None
    own: str | None = None
    expires: date | None = None
    revoked: bool = False


def in_its_tenant(load: Load, tenant: TenantId, _key: str, command: IssueKey) -> IssueKeyIn:
    """The order, with what the tenant is. Raises UnknownTenant."""
    registered, _ = load(tenant, tenancy, tenant)
    if registered.kind is None:
        raise UnknownTenant(tenant=tenant)
    return IssueKeyIn(registered.kind, command)


def decide(command: IssueKeyIn | RevokeKey, key: Key, now: datetime) -> Iterator[KeyEvent]:
    """What an order leads to. Raises Rejected."""
    match command:
        case IssueKeyIn(kind, order):
            if key.role is not None:
                raise Rejected("key_issued_already")
            _check(order, kind, now.astimezone(UTC).date())
            yield ApiKeyIssued(order.role, order.label, order.digest, order.own, order.expires)
        case RevokeKey(reason):
            if key.role is None:
                raise Rejected("no_such_key")
            if key.revoked:
                raise Rejected("key_revoked_already")
            yield ApiKeyRevoked(reason)
        case _:
            assert_never(command)


def _check(order: IssueKey, kind: TenantKind, today: date) -> None:
    if order.role not in ROLES[kind]:
        raise Rejected("role_not_of_this_tenant", role=order.role, tenant_is=kind, roles=[*ROLES[kind]])
    if order.own is None and order.role in SPEAKING_FOR_SOMEBODY:
        raise Rejected("own_needed", role=order.role)
    if order.expires is not None and order.expires < today:
        raise Rejected("expires_in_the_past", expires=order.expires.isoformat(), today=today.isoformat())


def evolve(key: Key, event: KeyEvent) -> Key:
    """The key after the event."""
    match event:
        case ApiKeyIssued(role, _, digest, own, expires):
            return Key(role, digest, own, expires)
        case ApiKeyRevoked():
            return msgspec.structs.replace(key, revoked=True)
        case _:
            assert_never(event)


keys = Decider("keys", Key, decide, evolve)
