"""What may be asked about mentors."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.mentors.queries import dispatches, mentors, one_mentor

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR, Role.ENTERPRISE.own("organisation"))

routes = Routes("mentoring")

routes.query(
    "GET /mentors",
    mentors,
    may=_READERS,
    columns=("id", "name", "kind", "organisation", "load", "capacity", "qualified"),
)
routes.query("GET /mentors/{mentor}", one_mentor, may=_READERS)
routes.query(
    "GET /dispatches",
    dispatches,
    may=(Role.STAFF, Role.REGULATOR, Role.MENTOR.own("mentor")),
    columns=("dispatch", "mentor", "kind", "base", "on_day", "scheduled_hours", "state", "hours", "delivered_on"),
)
