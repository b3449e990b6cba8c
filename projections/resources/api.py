"""What may be asked about resources and bookings. An enterprise sees what it contributed, a mentor what is theirs."""

from __future__ import annotations

from itertools import chain

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.resources.queries import bookings, one_resource, resources

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR, Role.ENTERPRISE.own("contributor"))

of_resources = Routes("resources")
of_resources.query(
    "GET /resources",
    resources,
    may=_READERS,
    columns=("id", "title", "base", "kind", "contributor", "state", "bookings_open", "minutes_used", "last_used"),
)
of_resources.query("GET /resources/{resource}", one_resource, may=_READERS)

of_bookings = Routes("bookings")
of_bookings.query(
    "GET /bookings",
    bookings,
    may=(Role.STAFF, Role.REGULATOR, Role.MENTOR.own("person")),
    columns=("since", "until", "resource", "title", "base", "state", "person", "purpose", "minutes_used"),
)

routes = tuple(chain(of_resources, of_bookings))
