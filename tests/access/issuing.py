"""Keys for tests, issued as anybody issues them."""

from __future__ import annotations

from datetime import date

from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.store import Store
from tenants.keys.model import IssueKey, RevokeKey, in_its_tenant, keys
from tenants.keys.token import Token, new_token
from tenants.model import RegisterTenant, TenantKind, one_operator, tenancy

UNI_A, UNI_B, NOBODY = TenantId("uni-a"), TenantId("uni-b"), TenantId("nobody")


def register(store: Store, tenant: TenantId, kind: TenantKind = TenantKind.UNIVERSITY) -> None:
    """Register a tenant."""
    store.register(tenant)
    store.execute(tenant, tenancy, tenant, one_operator(tenant, RegisterTenant(f"Tenant {tenant}", kind)))


def issue(
    store: Store,
    tenant: TenantId,
    key: str,
    role: Role = Role.STAFF,
    *,
    own: str | None = None,
    expires: date | None = None,
) -> Token:
    """Issue a key; the token that opens it."""
    token = new_token(tenant, key)
    order = IssueKey(role, f"Key {key}", token.digest, own, expires)
    store.execute(tenant, keys, key, order, resolve=in_its_tenant)
    return token


def revoke(store: Store, tenant: TenantId, key: str) -> None:
    """Revoke a key."""
    store.execute(tenant, keys, key, RevokeKey("It was in a mail"))
