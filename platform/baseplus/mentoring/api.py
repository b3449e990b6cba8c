"""Mentors: the commands that people and programs may give. Taking on and releasing follow from assignments."""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from baseplus.mentoring.dispatch import CompleteSecondment, DeliverDispatch, MissDispatch, ScheduleDispatch
from baseplus.mentoring.model import GiveGuidance, Qualify, Register, SetCapacity, mentoring

_STAFF = (Role.STAFF,)

routes = Routes("mentoring", mentoring)

routes.command("POST /mentors", Register, may=_STAFF)
routes.command("POST /mentors/{mentor}/qualify", Qualify, may=_STAFF)
routes.command("POST /mentors/{mentor}/capacity", SetCapacity, may=_STAFF)
routes.command("POST /mentors/{mentor}/guidance", GiveGuidance, may=_STAFF)
routes.command("POST /mentors/{mentor}/dispatches", ScheduleDispatch, may=_STAFF)
routes.command("POST /mentors/{mentor}/dispatches/deliver", DeliverDispatch, may=_STAFF)
routes.command("POST /mentors/{mentor}/dispatches/miss", MissDispatch, may=_STAFF)
routes.command("POST /mentors/{mentor}/secondments", CompleteSecondment, may=_STAFF)
