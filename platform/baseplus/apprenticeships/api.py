"""Apprenticeships: the commands that people and programs may give."""

from __future__ import annotations

from baseplus.apprenticeships.model import (
    AssignMentor,
    Complete,
    EndBreak,
    Enrol,
    Exit,
    ReassignMentor,
    RelieveMentor,
    Start,
    StartBreak,
    apprenticeships,
)
from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes

_STAFF = (Role.STAFF,)

routes = Routes("apprenticeships", apprenticeships)

routes.command("POST /apprenticeships", Enrol, may=_STAFF)
routes.command("POST /apprenticeships/{apprenticeship}/mentors", AssignMentor, may=_STAFF)
routes.command("POST /apprenticeships/{apprenticeship}/mentors/reassign", ReassignMentor, may=_STAFF)
routes.command("POST /apprenticeships/{apprenticeship}/mentors/relieve", RelieveMentor, may=_STAFF)
routes.command("POST /apprenticeships/{apprenticeship}/start", Start, may=_STAFF)
routes.command("POST /apprenticeships/{apprenticeship}/breaks", StartBreak, may=_STAFF)
routes.command("POST /apprenticeships/{apprenticeship}/breaks/end", EndBreak, may=_STAFF)
routes.command("POST /apprenticeships/{apprenticeship}/complete", Complete, may=_STAFF)
routes.command("POST /apprenticeships/{apprenticeship}/exit", Exit, may=_STAFF)
