"""What may be asked about reviews, actions and findings."""

from __future__ import annotations

from itertools import chain

from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes
from projections.oversight.queries import (
    actions,
    authority_drifts,
    duty_gaps,
    one_action,
    one_authority_drift,
    one_duty_gap,
    one_review,
    one_risk,
    reviews,
    risks,
)

_ALL = (Role.STAFF, Role.MENTOR, Role.ENTERPRISE, Role.REGULATOR)
_READERS = (Role.STAFF, Role.REGULATOR)
_OWNERS = (Role.STAFF, Role.REGULATOR, Role.ENTERPRISE.own("owner"), Role.MENTOR.own("owner"))

of_reviews = Routes("reviews")
of_reviews.query("GET /reviews", reviews, may=_ALL, columns=("id", "kind", "base", "held_on", "verdict"))
of_reviews.query("GET /reviews/{review}", one_review, may=_ALL)

of_association_reviews = Routes("association_reviews")
of_association_reviews.query("GET /association-reviews/{review}", one_review, may=_ALL)

of_actions = Routes("actions")
of_actions.query(
    "GET /actions", actions, may=_OWNERS, columns=("id", "base", "title", "owner", "due", "closed_on", "late")
)
of_actions.query("GET /actions/{action}", one_action, may=_OWNERS)

of_risks = Routes("risks")
of_risks.query("GET /risks", risks, may=_READERS, columns=("id", "base", "month", "state", "appeals", "decided_by"))
of_risks.query("GET /risks/{risk}", one_risk, may=_READERS)

of_duty_gaps = Routes("duty_gaps")
of_duty_gaps.query(
    "GET /duty-gaps",
    duty_gaps,
    may=_READERS,
    columns=("id", "base", "post", "since", "allowed_days", "detected_on", "closed_on"),
)
of_duty_gaps.query("GET /duty-gaps/{duty_gap}", one_duty_gap, may=_READERS)

of_authority_drifts = Routes("authority_drifts")
of_authority_drifts.query(
    "GET /authority-drifts",
    authority_drifts,
    may=_READERS,
    columns=("id", "base", "month", "by_school", "by_enterprise", "share", "threshold", "cleared_by"),
)
of_authority_drifts.query("GET /authority-drifts/{authority_drift}", one_authority_drift, may=_READERS)

routes = tuple(chain(of_reviews, of_association_reviews, of_actions, of_risks, of_duty_gaps, of_authority_drifts))
