"""What may be asked about bases."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.bases.queries import bases, one_base

# What is at risk may be about a mentor: who may not read the risks may not count them.
_READERS = (Role.STAFF, Role.REGULATOR)

routes = Routes("bases")

routes.query(
    "GET /bases",
    bases,
    may=_READERS,
    columns=(
        "id",
        "name",
        "region",
        "state",
        "teacher_name",
        "in_training",
        "next_due",
        "overdue",
        "at_risk",
        "vacant",
        "vacant_too_long",
        "resources",
        "services",
    ),
)
routes.query("GET /bases/{base}", one_base, may=_READERS)
