"""What may be asked about training plans. An enterprise sees those that it makes with the school."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.training_plans.queries import one_plan, plans

_READERS = (Role.STAFF, Role.MENTOR, Role.REGULATOR, Role.ENTERPRISE.own("enterprise"))

routes = Routes("training_plans")

routes.query(
    "GET /training-plans",
    plans,
    may=_READERS,
    columns=(
        "id",
        "title",
        "occupation",
        "state",
        "version",
        "active_version",
        "active_since",
        "missing",
        "enterprise",
        "association",
    ),
)
routes.query("GET /training-plans/{plan}", one_plan, may=_READERS)
