"""Signing in and out, and what a reader chooses for themselves: the language, light or dark."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from baseplus.kernel.refusals import Refusal
from baseplus.kernel.vocabulary import TenantId
from infra.access.keyring import NOT_LET_IN
from infra.access.limits import TooManyRequests
from infra.http.admission import know
from infra.http.parts import parts
from infra.pages import frame, languages, look
from infra.pages.door import door
from infra.pages.forms.refusals import said
from infra.pages.visit import Visit
from infra.session import COOKIE, LONGEST

_A_YEAR = 365 * 86400


def signed_in() -> Visit | None:
    """The visit of whoever is signed in, kept for the rest of the request."""
    held = door().sessions.read(request.cookies.get(COOKIE, ""))
    if held is None:
        return None
    if "visit" not in g:
        try:
            caller = parts().keyring.caller_of(held.tenant, held.key)
        except NOT_LET_IN:
            return None
        know(caller)
        g.visit = Visit(caller, parts().store, parts().reader, door().name_of(caller))
    visit: Visit = g.visit
    return visit


def front() -> ResponseReturnValue:
    """Where one signs in; whoever has is led to their first page."""
    visit: Visit | None = g.get("visit")
    if visit is not None:
        return redirect(_local(request.args.get("next")) or frame.home(visit), 303)
    return _form()


def sign_in() -> ResponseReturnValue:
    """Begin a session with a key, or as a persona of the demonstration."""
    keyring = parts().keyring
    try:
        if chosen := request.form.get("persona"):
            nobody = (TenantId(""), "")
            tenant, key = next((one.place for one in door().personas if one.id == chosen), nobody)
            caller = keyring.caller_of(tenant, key)
        else:
            caller = keyring.authenticate(request.form.get("key", "").strip(), request.remote_addr or "")
    except (*NOT_LET_IN, TooManyRequests) as refusal:
        return _form(refusal)
    know(caller)
    g.visit = Visit(caller, parts().store, parts().reader)
    response = redirect(_local(request.form.get("next")) or frame.home(g.visit), 303)
    _keep(response, COOKIE, door().sessions.write(caller.tenant, caller.id), LONGEST)
    return response


def sign_out() -> ResponseReturnValue:
    """End the session on this machine."""
    response = redirect(url_for("pages.front"), 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def account() -> ResponseReturnValue:
    """Who one is here, how pages look, and the way out."""
    return render_template("pages/account.html", themes=look.THEMES, chosen=look.theme() or "system")


def choose_language(tag: str) -> ResponseReturnValue:
    """Remember a language."""
    if tag not in languages.LANGUAGES:
        abort(404)
    return _remembered(languages.COOKIE, tag)


def choose_theme(theme: str) -> ResponseReturnValue:
    """Remember light or dark."""
    if theme not in look.THEMES:
        abort(404)
    return _remembered(look.COOKIE, theme)


def _form(refusal: Refusal | None = None) -> ResponseReturnValue:
    wrong = said(refusal.code, refusal.facts) if refusal is not None else None
    wanted = _local(request.values.get("next"))
    status = 200 if refusal is None else 429 if isinstance(refusal, TooManyRequests) else 401
    return render_template("pages/sign_in.html", wrong=wrong, personas=door().personas, wanted=wanted), status


def _remembered(cookie: str, value: str) -> ResponseReturnValue:
    response = redirect(_local(request.args.get("next")) or url_for("pages.front"), 303)
    _keep(response, cookie, value, _A_YEAR)
    return response


def _keep(response: Response | Answer, cookie: str, value: str, seconds: int) -> None:
    response.set_cookie(
        cookie, value, max_age=seconds, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
    )


def _local(wanted: str | None) -> str | None:
    """An address of ours: what leads elsewhere is nobody's wish."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return None
    parts = urlsplit(wanted)
    return None if parts.scheme or parts.netloc else wanted
