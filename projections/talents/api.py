"""What may be asked about the way to work. An enterprise sees who is in the pool; others' offers are not its to see."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.talents.queries import one_talent, pool, talents

_UNIVERSITY = (Role.STAFF, Role.REGULATOR)

routes = Routes("talents")

routes.query(
    "GET /talents",
    talents,
    may=_UNIVERSITY,
    columns=("id", "name", "base", "enterprise", "completed_on", "pool_since", "hired_by", "hired_on", "work_starts"),
)
routes.query("GET /talents/pool", pool, may=(Role.STAFF, Role.ENTERPRISE, Role.REGULATOR))
routes.query("GET /talents/{apprenticeship}", one_talent, may=_UNIVERSITY)
