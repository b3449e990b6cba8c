"""Keys: the commands that people and programs may give, in their own tenant."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from tenants.keys.model import IssueKey, RevokeKey, in_its_tenant, keys

# Whoever runs the tenant: a university's staff, an association, the operator (in its own history alone).
KEEPERS = (Role.STAFF, Role.ASSOCIATION, Role.OPERATOR)

routes = Routes("keys", keys)

routes.command("POST /keys", IssueKey, may=KEEPERS, resolve=in_its_tenant)
routes.command("POST /keys/{key}/revoke", RevokeKey, may=KEEPERS)
