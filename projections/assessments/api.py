"""What may be asked about assessments. A mentor sees those that they assessed, and the other side of them: so nobody
has seen the other assessor's marks before giving their own."""

from __future__ import annotations

from itertools import chain

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.assessments.queries import assessments, one_assessment, self_assessments

_READERS = (Role.STAFF, Role.REGULATOR, Role.MENTOR.own("assessor"))

of_assessments = Routes("assessments")

of_assessments.query(
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
        "sitting",
        "assessed_on",
    ),
)
of_assessments.query("GET /assessments/{assessment}", one_assessment, may=_READERS)

of_self_assessments = Routes("self_assessments")
of_self_assessments.query(
    "GET /self-assessments",
    self_assessments,
    may=(Role.STAFF, Role.REGULATOR),
    columns=("id", "apprentice", "apprenticeship", "standard", "version", "total", "assessed_on"),
)

routes = tuple(chain(of_assessments, of_self_assessments))
