"""The list of agreements."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from baseplus.agreements.drafting import Draft
from infra.pages import frame
from infra.pages.agreements.words import STATES, badge_of, side_of
from infra.pages.filters import filled
from infra.pages.visit import Visit
from projections.agreements.queries import ListAgreements, agreements


def agreements_page(tenant: str) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
    """All agreements that the reader may see, by state."""
    visit: Visit = g.visit
    source = frame.folded(visit)
    page = visit.ask(agreements, filled(ListAgreements))
    shown: dict[str, Any] = {
        "source": source,
        "rows": page.rows,
        "next": frame.here(cursor=page.cursor) if page.cursor else None,
        "states": list(STATES),
        "chosen": request.args.get("state", ""),
        "badge_of": badge_of,
        "side_of": side_of,
        "may_draft": visit.may(Draft),
    }
    return render_template("pages/agreements.html", **shown)
