"""What may be asked about grievances: by whoever handles them, whatever their role."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.grievances.queries import grievances, one_grievance

_HANDLERS = (Role.STAFF.own("handler"), Role.MENTOR.own("handler"))

routes = Routes("grievances")

routes.query(
    "GET /grievances",
    grievances,
    may=_HANDLERS,
    columns=("id", "apprenticeship", "base", "state", "about", "raised_on", "outcome", "resolved_on"),
)
routes.query("GET /grievances/{grievance}", one_grievance, may=_HANDLERS)
