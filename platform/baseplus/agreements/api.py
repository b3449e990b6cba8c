"""Agreements: the commands that people and programs may give."""

from __future__ import annotations

from baseplus.agreements.amendments import DeclineAmendment, ProposeAmendment, SignAmendment
from baseplus.agreements.drafting import AddClause, Decline, Draft, Propose, RemoveClause, Sign
from baseplus.agreements.model import Expire, Resume, Suspend, Terminate, agreements
from baseplus.agreements.obligations import CureBreach, Fulfil, PassDueDates
from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes

_STAFF = (Role.STAFF,)
_PARTIES = (Role.STAFF, Role.ENTERPRISE.own("party"))

routes = Routes("agreements", agreements)

routes.command("POST /agreements", Draft, may=_STAFF)
routes.command("POST /agreements/{agreement}/clauses", AddClause, may=_STAFF)
routes.command("POST /agreements/{agreement}/clauses/remove", RemoveClause, may=_STAFF)
routes.command("POST /agreements/{agreement}/propose", Propose, may=_STAFF)
routes.command("POST /agreements/{agreement}/sign", Sign, may=_PARTIES)
routes.command("POST /agreements/{agreement}/decline", Decline, may=_PARTIES)
routes.command("POST /agreements/{agreement}/amendments", ProposeAmendment, may=_STAFF)
routes.command("POST /agreements/{agreement}/amendments/sign", SignAmendment, may=_PARTIES)
routes.command("POST /agreements/{agreement}/amendments/decline", DeclineAmendment, may=_PARTIES)
routes.command("POST /agreements/{agreement}/obligations/fall-due", PassDueDates, may=_STAFF)
routes.command("POST /agreements/{agreement}/obligations/fulfil", Fulfil, may=_STAFF)
routes.command("POST /agreements/{agreement}/obligations/cure", CureBreach, may=_STAFF)
routes.command("POST /agreements/{agreement}/suspend", Suspend, may=_PARTIES)
routes.command("POST /agreements/{agreement}/resume", Resume, may=_PARTIES)
routes.command("POST /agreements/{agreement}/terminate", Terminate, may=_PARTIES)
routes.command("POST /agreements/{agreement}/expire", Expire, may=_STAFF)
