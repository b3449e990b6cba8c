"""What may be asked about certificates. Their marks are those of both sides, so that mentors do not read them here."""

from __future__ import annotations

from itertools import chain

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.certificates.queries import certificates, certified, one_certificate

_READERS = (Role.STAFF, Role.REGULATOR)

of_certificates = Routes("certificates")
of_certificates.query(
    "GET /certificates",
    certificates,
    may=_READERS,
    columns=(
        "id",
        "kind",
        "apprentice",
        "apprenticeship",
        "base",
        "standard",
        "version",
        "awarded_by",
        "awarded_on",
        "evidence",
        "shared",
        "state",
        "marks_changed_at",
    ),
)
of_certificates.query("GET /certificates/{certificate}", one_certificate, may=_READERS)

of_certified = Routes("certified")
of_certified.query(
    "GET /certified", certified, may=_READERS, columns=("apprenticeship", "apprentice", "base", "held", "dual_since")
)

routes = tuple(chain(of_certificates, of_certified))
