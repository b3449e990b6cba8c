"""Reviews, actions and findings: the commands that people and programs may give.

Detectors find by themselves (`baseplus.reactions`); staff may record a finding of their own, and only people decide.
"""

from __future__ import annotations

from itertools import chain

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from baseplus.oversight.actions import CloseAction, RaiseAction, actions
from baseplus.oversight.gaps import (
    ClearAuthorityDrift,
    CloseDutyGap,
    DetectAuthorityDrift,
    DetectDutyGap,
    authority_drifts,
    duty_gaps,
)
from baseplus.oversight.reviews import HoldJointReview, IssueAssociationReview, association_reviews, reviews
from baseplus.oversight.risks import AppealRisk, ClearRisk, ConfirmRisk, RaiseRisk, risks

_STAFF = (Role.STAFF,)
_OWNERS = (Role.STAFF, Role.ENTERPRISE.own("owner"))

of_reviews = Routes("reviews", reviews)
of_reviews.command("POST /reviews", HoldJointReview, may=_STAFF)

of_association_reviews = Routes("association_reviews", association_reviews)
of_association_reviews.command("POST /association-reviews", IssueAssociationReview, may=_STAFF)

of_actions = Routes("actions", actions)
of_actions.command("POST /actions", RaiseAction, may=_OWNERS)
of_actions.command("POST /actions/{action}/close", CloseAction, may=_STAFF)

of_risks = Routes("risks", risks)
of_risks.command("POST /risks", RaiseRisk, may=_STAFF)
of_risks.command("POST /risks/{risk}/appeal", AppealRisk, may=(Role.STAFF, Role.MENTOR.own("appellant")))
of_risks.command("POST /risks/{risk}/confirm", ConfirmRisk, may=_STAFF)
of_risks.command("POST /risks/{risk}/clear", ClearRisk, may=_STAFF)

of_duty_gaps = Routes("duty_gaps", duty_gaps)
of_duty_gaps.command("POST /duty-gaps", DetectDutyGap, may=_STAFF)
of_duty_gaps.command("POST /duty-gaps/{duty_gap}/close", CloseDutyGap, may=_STAFF)

of_authority_drifts = Routes("authority_drifts", authority_drifts)
of_authority_drifts.command("POST /authority-drifts", DetectAuthorityDrift, may=_STAFF)
of_authority_drifts.command("POST /authority-drifts/{authority_drift}/clear", ClearAuthorityDrift, may=_STAFF)

routes = tuple(chain(of_reviews, of_association_reviews, of_actions, of_risks, of_duty_gaps, of_authority_drifts))
