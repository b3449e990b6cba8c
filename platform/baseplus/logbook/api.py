"""Logbooks: the commands that people and programs may give.

A mentor gives only what is their own. What the apprentice does is entered by the staff, a class's day in one request.
"""

from __future__ import annotations

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from baseplus.logbook.attendance import (
    ClaimAttendance,
    DisputeAttendance,
    MatchOutput,
    MatchToolLog,
    Vouch,
    WithdrawAttendance,
)
from baseplus.logbook.model import logbook
from baseplus.logbook.reflections import ReviewReflection, SubmitReflection
from baseplus.logbook.skills import Attempt, Demonstrate, SignOff
from baseplus.logbook.tasks import AcceptTask, AssignTask, ReturnTask, SubmitTask

_STAFF = (Role.STAFF,)
_MENTORS = (Role.STAFF, Role.MENTOR.own("mentor"))
_DISPUTERS = (Role.STAFF, Role.MENTOR.own("by"))

routes = Routes("logbook", logbook)

routes.command("POST /logbook/{apprenticeship}/tasks", AssignTask, may=_MENTORS)
routes.command("POST /logbook/{apprenticeship}/tasks/submit", SubmitTask, may=_STAFF)
routes.command("POST /logbook/{apprenticeship}/tasks/accept", AcceptTask, may=_MENTORS)
routes.command("POST /logbook/{apprenticeship}/tasks/return", ReturnTask, may=_MENTORS)
routes.command("POST /logbook/{apprenticeship}/skills/demonstrate", Demonstrate, may=_MENTORS)
routes.command("POST /logbook/{apprenticeship}/skills/attempt", Attempt, may=_STAFF)
routes.command("POST /logbook/{apprenticeship}/skills/sign-off", SignOff, may=_MENTORS)
routes.command("POST /logbook/{apprenticeship}/reflections", SubmitReflection, may=_STAFF)
routes.command("POST /logbook/{apprenticeship}/reflections/review", ReviewReflection, may=_MENTORS)
routes.command("POST /logbook/{apprenticeship}/attendance", ClaimAttendance, may=_STAFF)
routes.command("POST /logbook/{apprenticeship}/attendance/vouch", Vouch, may=_MENTORS)
routes.command("POST /logbook/{apprenticeship}/attendance/match-tool-log", MatchToolLog, may=_STAFF)
routes.command("POST /logbook/{apprenticeship}/attendance/match-output", MatchOutput, may=_STAFF)
routes.command("POST /logbook/{apprenticeship}/attendance/dispute", DisputeAttendance, may=_DISPUTERS)
routes.command("POST /logbook/{apprenticeship}/attendance/withdraw", WithdrawAttendance, may=_STAFF)
