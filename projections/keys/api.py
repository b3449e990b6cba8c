"""What may be asked about keys."""

from __future__ import annotations

from baseplus.kernel.routes import Routes
from projections.keys.queries import key_list, one_key
from tenants.keys.api import KEEPERS

routes = Routes("keys")

routes.query(
    "GET /keys", key_list, may=KEEPERS, columns=("id", "role", "label", "own", "state", "issued_at", "expires")
)
routes.query("GET /keys/{key}", one_key, may=KEEPERS)
