"""History: the question that people and programs may ask."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.history.queries import events

routes = Routes("history")

# An association's keys open its own history alone.
routes.query("GET /history", events, may=(Role.STAFF, Role.REGULATOR, Role.ASSOCIATION, Role.OPERATOR))
