"""Apprenticeships and grievances: the commands that people and programs may give.

An enterprise makes its own offers. A grievance is raised by anybody on the staff, and after that only its handlers may
do anything with it.
"""

from __future__ import annotations

from itertools import chain

from baseplus.apprenticeships.career import (
    AcceptOffer,
    ConfirmEmployment,
    DeclineOffer,
    GiveConsent,
    JoinPool,
    LeavePool,
    MakeOffer,
    WithdrawConsent,
)
from baseplus.apprenticeships.grievances import (
    EntrustGrievance,
    RaiseGrievance,
    ResolveGrievance,
    grievances,
    of_apprentice,
    with_people,
)
from baseplus.apprenticeships.learning import AssumeRole, PassModule, RelinquishRole, SelectModule
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
_OFFERING = (Role.STAFF, Role.ENTERPRISE.own("enterprise"))

of_apprenticeships = Routes("apprenticeships", apprenticeships)

of_apprenticeships.command("POST /apprenticeships", Enrol, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/mentors", AssignMentor, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/mentors/reassign", ReassignMentor, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/mentors/relieve", RelieveMentor, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/start", Start, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/breaks", StartBreak, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/breaks/end", EndBreak, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/complete", Complete, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/exit", Exit, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/roles", AssumeRole, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/roles/relinquish", RelinquishRole, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/modules", SelectModule, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/modules/pass", PassModule, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/consent", GiveConsent, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/consent/withdraw", WithdrawConsent, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/pool", JoinPool, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/pool/leave", LeavePool, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/offers", MakeOffer, may=_OFFERING)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/offers/decline", DeclineOffer, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/offers/accept", AcceptOffer, may=_STAFF)
of_apprenticeships.command("POST /apprenticeships/{apprenticeship}/employment", ConfirmEmployment, may=_STAFF)

of_grievances = Routes("grievances", grievances)
of_grievances.command("POST /grievances", RaiseGrievance, may=_STAFF, resolve=of_apprentice)
of_grievances.command(
    "POST /grievances/{grievance}/entrust",
    EntrustGrievance,
    may=(Role.STAFF.own("by"), Role.MENTOR.own("by")),
    resolve=with_people,
)
of_grievances.command(
    "POST /grievances/{grievance}/resolve",
    ResolveGrievance,
    may=(Role.STAFF.own("handler"), Role.MENTOR.own("handler")),
    resolve=with_people,
)

routes = tuple(chain(of_apprenticeships, of_grievances))
