"""What may be asked about skill standards: an association about its own, a university about those that it adopted."""

from __future__ import annotations

from itertools import chain

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.standards.queries import adoptions, crosswalks, one_adoption, one_standard, standards

_ASSOCIATION = (Role.ASSOCIATION,)
_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR)

of_standards = Routes("standards")
of_standards.query(
    "GET /standards",
    standards,
    may=_ASSOCIATION,
    columns=("standard", "version", "occupation", "title", "state", "published_at", "digest"),
)
of_standards.query("GET /standards/{standard}", one_standard, may=_ASSOCIATION)

of_adoptions = Routes("adoptions")
of_adoptions.query(
    "GET /adoptions",
    adoptions,
    may=_READERS,
    columns=("id", "association", "standard", "version", "occupation", "title", "adopted_at"),
)
of_adoptions.query("GET /adoptions/{adoption}", one_adoption, may=_READERS)

of_crosswalks = Routes("crosswalks")
of_crosswalks.query(
    "GET /crosswalks",
    crosswalks,
    may=_READERS,
    columns=("id", "one_standard", "other_standard", "pairs", "approved_by", "approved_on"),
)

routes = tuple(chain(of_standards, of_adoptions, of_crosswalks))
