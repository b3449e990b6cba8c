"""Tenants: commands, state, rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Line, TenantId
from tenants.events import OrganisationKind, OrganisationRegistered, TenancyEvent, UniversityRegistered


class TenantKind(StrEnum):
    """Who may own a history."""

    UNIVERSITY = "university"
    ENTERPRISE = "enterprise"
    ASSOCIATION = "association"
    REGULATOR = "regulator"
    OPERATOR = "operator"


OPERATOR = TenantId("operator")
"""The tenant that the operator is: its history holds what concerns the platform itself."""


class RegisterTenant(Command, frozen=True):
    """Register a tenant.

    It gets a history of its own, and nobody else's events are ever in it.
    """

    name: Annotated[Line, Meta(description="what people call it")]
    kind: Annotated[TenantKind, Meta(description="what it is")] = TenantKind.UNIVERSITY


class Tenant(msgspec.Struct, frozen=True):
    """What the rules need to know. `name` is empty and `kind` None until it is registered."""

    name: str = ""
    kind: TenantKind | None = None


def one_operator(tenant: TenantId, command: RegisterTenant) -> RegisterTenant:
    """The order as it is: the operator is registered under its fixed id, and nobody else is. Raises Rejected."""
    if (tenant == OPERATOR) is not (command.kind is TenantKind.OPERATOR):
        raise Rejected("operator_has_its_own_id", tenant=tenant, operator=OPERATOR)
    return command


def decide(command: RegisterTenant, tenant: Tenant, _now: datetime) -> Iterator[TenancyEvent]:
    """What an order leads to. Raises Rejected."""
    if tenant.name:
        raise Rejected("tenant_registered_already", name=tenant.name)
    if command.kind is TenantKind.UNIVERSITY:
        yield UniversityRegistered(command.name)
    else:
        yield OrganisationRegistered(command.name, OrganisationKind(command.kind))


def evolve(tenant: Tenant, event: TenancyEvent) -> Tenant:
    """The tenant after the event."""
    match event:
        case UniversityRegistered(name):
            return msgspec.structs.replace(tenant, name=name, kind=TenantKind.UNIVERSITY)
        case OrganisationRegistered(name, kind):
            return msgspec.structs.replace(tenant, name=name, kind=TenantKind(kind))
        case _:
            assert_never(event)


tenancy = Decider("tenancy", Tenant, decide, evolve)
