"""The list of apprentices."""

from __future__ import annotations

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from baseplus.apprenticeships.model import AssignMentor, Enrol
from infra.pages import frame
from infra.pages.agreements.words import know_organisations
from infra.pages.apprentices.words import STATES, badge_of
from infra.pages.filters import filled
from infra.pages.visit import Visit
from projections.apprenticeships.queries import ListApprenticeships, apprenticeships


def apprentices_page(tenant: str) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
    """The apprentices whom the reader may see, by state and name."""
    visit: Visit = g.visit
    source = frame.folded(visit)
    know_organisations(visit)
    page = visit.ask(apprenticeships, filled(ListApprenticeships))
    filters = {name: value for name in ("state", "search", "mentor") if (value := request.args.get(name))}
    return render_template(
        "pages/apprentices.html",
        source=source,
        rows=page.rows,
        next=frame.here(cursor=page.cursor) if page.cursor else None,
        states=STATES,
        filters=filters,
        badge_of=badge_of,
        may_enrol=visit.may(Enrol),
        may_assign=visit.may(AssignMentor),
    )
