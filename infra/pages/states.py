"""What a page says when there is nothing to show, not yet, not to you, or not right: what happened and what to do."""

from __future__ import annotations

from typing import Any

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from baseplus.kernel.refusals import Refusal
from infra.http.problems import Refused
from infra.pages import frame, signin
from infra.pages.forms.refusals import said
from infra.pages.guard import guarded
from infra.pages.visit import Visit

AGAIN_S = 2
"""Seconds after which a page that is behind loads itself anew."""


def refused(refused: Refused) -> Response:
    """The page in place of one that could not be shown."""
    status = refused.problem.status
    kind = {401: "forbidden", 403: "forbidden", 404: "missing"}.get(status, "error")
    around = _around(status)
    visit: Visit | None = around["visit"]
    page = render_template(
        "pages/refused.html",
        **around,
        kind=kind,
        problem=refused.problem,
        said=said(refused.problem.code, refused.problem.facts),
        whose=visit.owner.name if visit else "",
    )
    return guarded(Response(page, status, refused.headers))


def _around(status: int) -> dict[str, Any]:
    """What stands around the page. It is a stranger's where we failed: what would say who comes may be what is away."""
    if status < 500:
        try:
            signin.signed_in()  # what has no page of its own has let nobody in yet
            return frame.words()
        except Refusal:
            pass
    g.pop("visit", None)
    return frame.words()


def stale_form(_error: CSRFError) -> ResponseReturnValue:
    """A form that was not ours, or was opened before the browser's session began."""
    return render_template("pages/stale_form.html", again=request.url), 400


def catching_up(visit: Visit) -> ResponseReturnValue:
    """What was written is safe, and not in the read models yet: the page loads itself anew until it is."""
    reached = visit.reader.position(visit.tenant)
    page = render_template("pages/catching_up.html", saved=visit.until, reached=reached, again=AGAIN_S)
    return page, 503, {"Refresh": str(AGAIN_S), "Retry-After": str(AGAIN_S)}


def address_without_filters() -> str:
    """This page with all its filters dropped."""
    return frame.here(**dict.fromkeys(request.args))
