"""What may be asked about apprenticeships. A mentor sees those whom they guide, an enterprise its own."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.apprenticeships.queries import apprenticeships, one_apprenticeship, timeline

_READERS = (Role.STAFF, Role.REGULATOR, Role.MENTOR.own("mentor"), Role.ENTERPRISE.own("enterprise"))

routes = Routes("apprenticeships")

routes.query(
    "GET /apprenticeships",
    apprenticeships,
    may=_READERS,
    columns=("id", "name", "base", "enterprise", "state", "since", "tutor_name", "master_name", "exit_reason"),
)
routes.query("GET /apprenticeships/{apprenticeship}", one_apprenticeship, may=_READERS)
routes.query(
    "GET /apprenticeships/{apprenticeship}/timeline",
    timeline,
    may=_READERS,
    columns=(
        "position",
        "day",
        "what",
        "side",
        "mentor_name",
        "previous_name",
        "reason",
        "direction",
        "hours",
        "recorded_at",
    ),
)
