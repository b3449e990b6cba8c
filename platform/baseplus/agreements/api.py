"""Agreements: the commands that people and programs may give."""

from __future__ import annotations

from baseplus.agreements.amendments import DeclineAmendment, ProposeAmendment, SignAmendment
from baseplus.agreements.model import (
    AddClause,
    Decline,
    Draft,
    Expire,
    Propose,
    RemoveClause,
    Resume,
    Sign,
    Suspend,
    Terminate,
    agreements,
)
from baseplus.agreements.obligations import CureBreach, Fulfil, PassDueDates
from baseplus.kernel.routes import Routes

routes = Routes("agreements", agreements)

routes.command("POST /agreements", Draft)
routes.command("POST /agreements/{agreement}/clauses", AddClause)
routes.command("POST /agreements/{agreement}/clauses/remove", RemoveClause)
routes.command("POST /agreements/{agreement}/propose", Propose)
routes.command("POST /agreements/{agreement}/sign", Sign)
routes.command("POST /agreements/{agreement}/decline", Decline)
routes.command("POST /agreements/{agreement}/amendments", ProposeAmendment)
routes.command("POST /agreements/{agreement}/amendments/sign", SignAmendment)
routes.command("POST /agreements/{agreement}/amendments/decline", DeclineAmendment)
routes.command("POST /agreements/{agreement}/obligations/fall-due", PassDueDates)
routes.command("POST /agreements/{agreement}/obligations/fulfil", Fulfil)
routes.command("POST /agreements/{agreement}/obligations/cure", CureBreach)
routes.command("POST /agreements/{agreement}/suspend", Suspend)
routes.command("POST /agreements/{agreement}/resume", Resume)
routes.command("POST /agreements/{agreement}/terminate", Terminate)
routes.command("POST /agreements/{agreement}/expire", Expire)
