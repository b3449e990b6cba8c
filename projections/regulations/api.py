"""What may be asked about regulations. Who did not keep to one concerns the staff and whoever supervises them."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.regulations.queries import breaches, editions, regulations

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR)
_HANDLERS = (Role.STAFF, Role.REGULATOR)

routes = Routes("regulations")

routes.query(
    "GET /regulations",
    regulations,
    may=_READERS,
    columns=("base", "regulation", "title", "version", "since", "digest", "breaches", "serious"),
)
routes.query(
    "GET /regulations/editions",
    editions,
    may=_READERS,
    columns=("base", "regulation", "version", "since", "digest", "previous", "reason", "recorded_at"),
)
routes.query(
    "GET /regulations/breaches",
    breaches,
    may=_HANDLERS,
    columns=("day", "base", "regulation", "version", "person", "severity", "recorded_at"),
)
