"""What may be asked about services. A mentor sees what they asked for, an enterprise what it provides."""

from __future__ import annotations

from itertools import chain

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.services.queries import channels, one_service, requests, services

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR, Role.ENTERPRISE.own("provider"))

of_services = Routes("services")
of_services.query(
    "GET /services",
    services,
    may=_READERS,
    columns=("id", "title", "base", "kind", "channels", "state", "within_days", "waiting", "delivered"),
)
of_services.query("GET /services/{service}", one_service, may=_READERS)

of_requests = Routes("service_requests")
of_requests.query(
    "GET /service-requests",
    requests,
    may=(Role.STAFF, Role.REGULATOR, Role.MENTOR.own("requester")),
    columns=("due", "service", "request", "title", "base", "channel", "state", "scheduled_at", "in_time", "stars"),
)

of_channels = Routes("service_channels")
of_channels.query(
    "GET /service-channels",
    channels,
    may=(Role.STAFF, Role.REGULATOR),
    columns=("service", "title", "channel", "requested", "in_time", "late", "excused", "failed", "delivered", "stars"),
)

routes = tuple(chain(of_services, of_requests, of_channels))
