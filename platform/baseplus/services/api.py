"""Services: the commands that people and programs may give. A mentor asks and rates in their own name."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from baseplus.services.model import Cancel, Deliver, Offer, Rate, Request, Schedule, Withdraw, services

_STAFF = (Role.STAFF,)
_REQUESTERS = (Role.STAFF, Role.MENTOR.own("requester"))

routes = Routes("services", services)

routes.command("POST /services", Offer, may=(Role.STAFF, Role.ENTERPRISE.own("provider")))
routes.command("POST /services/{service}/requests", Request, may=_REQUESTERS)
routes.command("POST /services/{service}/requests/schedule", Schedule, may=_STAFF)
routes.command("POST /services/{service}/requests/deliver", Deliver, may=_STAFF)
routes.command("POST /services/{service}/requests/rate", Rate, may=_REQUESTERS)
routes.command("POST /services/{service}/requests/cancel", Cancel, may=_STAFF)
routes.command("POST /services/{service}/withdraw", Withdraw, may=_STAFF)
