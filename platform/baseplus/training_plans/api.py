"""Training plans: the commands that people and programs may give. An association endorses through the staff."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from baseplus.training_plans.model import (
    ActivatePlan,
    AmendPlan,
    DraftPlan,
    EndorsePlan,
    EvaluatePilot,
    LinkTheoryUnit,
    SelectPilotCohort,
    training_plans,
)

_STAFF = (Role.STAFF,)

routes = Routes("training_plans", training_plans)

routes.command("POST /training-plans", DraftPlan, may=_STAFF)
routes.command("POST /training-plans/{plan}/amend", AmendPlan, may=_STAFF)
routes.command("POST /training-plans/{plan}/endorse", EndorsePlan, may=(Role.STAFF, Role.ENTERPRISE.own("party")))
routes.command("POST /training-plans/{plan}/activate", ActivatePlan, may=_STAFF)
routes.command("POST /training-plans/{plan}/pilots", SelectPilotCohort, may=_STAFF)
routes.command("POST /training-plans/{plan}/pilots/evaluate", EvaluatePilot, may=_STAFF)
routes.command("POST /training-plans/{plan}/links", LinkTheoryUnit, may=_STAFF)
