"""Projects: the commands that people and programs may give. A mentor verifies and judges in their own name."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from baseplus.projects.model import projects
from baseplus.projects.proposals import Approve, Discuss, Propose, Reject
from baseplus.projects.ventures import Admit, Advance, EndIncubation, FailGate, Graduate, PassGate, SetBudget
from baseplus.projects.work import Abandon, Complete, RegisterProduct, ReportStatus, Staff, VerifyProduct

_STAFF = (Role.STAFF,)
_ASSESSORS = (Role.STAFF, Role.MENTOR.own("assessor"))
_VERIFIERS = (Role.STAFF, Role.MENTOR.own("verifier"))

routes = Routes("projects", projects)

routes.command("POST /projects", Propose, may=_STAFF)
routes.command("POST /projects/{project}/discuss", Discuss, may=_STAFF)
routes.command("POST /projects/{project}/approve", Approve, may=_STAFF)
routes.command("POST /projects/{project}/reject", Reject, may=_STAFF)
routes.command("POST /projects/{project}/team", Staff, may=_STAFF)
routes.command("POST /projects/{project}/reports", ReportStatus, may=_STAFF)
routes.command("POST /projects/{project}/budget", SetBudget, may=_STAFF)
routes.command("POST /projects/{project}/gates/pass", PassGate, may=_ASSESSORS)
routes.command("POST /projects/{project}/gates/fail", FailGate, may=_ASSESSORS)
routes.command("POST /projects/{project}/products", RegisterProduct, may=_STAFF)
routes.command("POST /projects/{project}/products/verify", VerifyProduct, may=_VERIFIERS)
routes.command("POST /projects/{project}/complete", Complete, may=_STAFF)
routes.command("POST /projects/{project}/abandon", Abandon, may=_STAFF)
routes.command("POST /projects/{project}/incubation", Admit, may=_STAFF)
routes.command("POST /projects/{project}/incubation/advance", Advance, may=_STAFF)
routes.command("POST /projects/{project}/incubation/graduate", Graduate, may=_STAFF)
routes.command("POST /projects/{project}/incubation/end", EndIncubation, may=_STAFF)
