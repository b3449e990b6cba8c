"""What may be asked about agreements."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.agreements.queries import agreements, obligations, one_agreement

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR, Role.ENTERPRISE.own("party"))

routes = Routes("agreements")

routes.query(
    "GET /agreements",
    agreements,
    may=_READERS,
    columns=("id", "title", "state", "missing_signatures", "effective_on", "obligations_open", "obligations_late"),
)
routes.query(
    "GET /obligations",
    obligations,
    may=_READERS,
    columns=("agreement", "clause", "occurrence", "party", "due", "state"),
)
routes.query("GET /agreements/{agreement}", one_agreement, may=_READERS)
