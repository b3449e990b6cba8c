"""Costs and returns: the commands that people and programs may give. An enterprise speaks for its own apprentices."""

from __future__ import annotations

from baseplus.investment.entries import AgreeShare, CorrectCost, CorrectOutput, IncurCost, ValueOutput
from baseplus.investment.model import investment, of_enrolled
from baseplus.investment.poaching import AgreeCompensation, DeclarePoaching, SettleCompensation
from baseplus.investment.returns import IssueStatement
from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes

_STAFF = (Role.STAFF,)
_ITS_OWN = (Role.STAFF, Role.ENTERPRISE.own("enterprise"))
_OF = "POST /investment/{apprenticeship}"

routes = Routes("investment", investment)

routes.command(f"{_OF}/costs", IncurCost, may=_ITS_OWN, resolve=of_enrolled)
routes.command(f"{_OF}/costs/correct", CorrectCost, may=_ITS_OWN, resolve=of_enrolled)
routes.command(f"{_OF}/shares", AgreeShare, may=_STAFF, resolve=of_enrolled)
routes.command(f"{_OF}/output", ValueOutput, may=_ITS_OWN, resolve=of_enrolled)
routes.command(f"{_OF}/output/correct", CorrectOutput, may=_ITS_OWN, resolve=of_enrolled)
routes.command(f"{_OF}/statements", IssueStatement, may=_ITS_OWN, resolve=of_enrolled)
routes.command(f"{_OF}/poaching", DeclarePoaching, may=_ITS_OWN, resolve=of_enrolled)
routes.command(f"{_OF}/compensation", AgreeCompensation, may=_ITS_OWN, resolve=of_enrolled)
routes.command(f"{_OF}/compensation/settle", SettleCompensation, may=_ITS_OWN, resolve=of_enrolled)
