"""What may be asked about skill standards: what an association published, by anybody; what a university adopted, by its
own."""

from __future__ import annotations

from itertools import chain

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.standards.queries import adoptions, crosswalks, one_adoption, one_standard, standards

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR)
_ANYBODY = (*_READERS, Role.ASSOCIATION)

of_standards = Routes("standards")
of_standards.query(
    "GET /standards",
    standards,
    may=_ANYBODY,
    columns=("standard", "version", "occupation", "title", "state", "published_at", "digest"),
)
of_standards.query("GET /standards/{standard}", one_standard, may=_ANYBODY)

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
