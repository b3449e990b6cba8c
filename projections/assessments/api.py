"""What may be asked about assessments. A mentor sees those that they assessed, and the other side of them: so nobody
has seen the other assessor's marks before giving their own."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.assessments.queries import assessments, one_assessment

_READERS = (Role.STAFF, Role.REGULATOR, Role.MENTOR.own("assessor"))

routes = Routes("assessments")

routes.query(
    "GET /assessments",
    assessments,
    may=_READERS,
    columns=(
        "assessment",
        "apprentice",
        "occupation",
        "standard",
        "version",
        "side",
        "assessor",
        "total",
        "state",
        "assessed_on",
    ),
)
routes.query("GET /assessments/{assessment}", one_assessment, may=_READERS)
