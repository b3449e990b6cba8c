"""The pages as a part of the application: their addresses in one visible list, and what holds for each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect

from baseplus.kernel.access import ForeignTenant
from baseplus.kernel.refusals import Invalid
from infra.http.parts import NAME, Parts, parts
from infra.http.site import Site
from infra.pages import (
    agreements,
    apprentices,
    assessments,
    benchmarks,
    frame,
    history,
    mentors,
    reference,
    signin,
    states,
    today,
)
from infra.pages.assets import static_file
from infra.pages.door import Door
from infra.pages.forms.page import Form, form_page
from infra.pages.guard import guarded
from infra.pages.personas import read_personas
from infra.pages.tables import Table, table
from infra.session import Sessions, session_secret

TABLES: tuple[Table, ...] = (
    *today.TABLES,
    *agreements.TABLES,
    *apprentices.TABLES,
    *assessments.TABLES,
    *mentors.TABLES,
    *benchmarks.TABLES,
    *history.TABLES,
)
"""Every table that can be taken away."""

FORMS: tuple[Form, ...] = (*agreements.FORMS, *apprentices.FORMS, *assessments.FORMS, *mentors.FORMS)
"""The forms for everyday commands."""

_OPEN = frozenset({"front", "sign_in", "choose_language", "choose_theme", "reference"})
_PATIENCE = 2.0  # seconds that a page waits for what was just written


class _Secure(SecureCookieSessionInterface):
    """Flask's own session, which holds what forms are protected with: its cookie is secure where the request was."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure


def _set_up(state: BlueprintSetupState) -> None:
    """What the pages need of the application that serves them. Raises Invalid."""
    app = state.app
    assert isinstance(app, Flask)
    made: Parts = app.extensions[NAME]
    secret = session_secret(made.settings)
    app.extensions["baseplus.door"] = Door(
        Sessions(secret), read_personas(made.settings.personas), made.settings.stream_url
    )
    app.extensions["baseplus.tables"] = {table.name: table for table in TABLES}
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="baseplus_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # programs come with a token and no cookie: only pages are checked, below
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = _Secure()
    frame.install(app)
    CSRFProtect(app)


def _blueprint() -> Blueprint:
    pages = Blueprint("pages", __name__, template_folder="templates")
    pages.record_once(_set_up)
    pages.before_request(_let_in)
    pages.before_request(_protect)
    pages.after_request(guarded)
    pages.context_processor(frame.words)
    pages.register_error_handler(CSRFError, states.stale_form)

    def page(rule: str, view: Callable[..., ResponseReturnValue], *methods: str, name: str | None = None) -> None:
        pages.add_url_rule(rule, endpoint=name or view.__name__, view_func=view, methods=methods or ("GET",))

    page("/", signin.front)
    page("/sign-in", signin.sign_in, "POST")
    page("/sign-out", signin.sign_out, "POST")
    page("/account", signin.account)
    page("/language/<tag>", signin.choose_language)
    page("/theme/<theme>", signin.choose_theme)
    page("/static/<name>", static_file)
    page("/api", reference.reference)
    page("/benchmarks", benchmarks.benchmarks_page, name="benchmarks")
    page("/t/<id:tenant>/", today.today)
    page("/t/<id:tenant>/agreements", agreements.agreements_page, name="agreements")
    page("/t/<id:tenant>/agreements/<id:agreement>", agreements.agreement_page, name="agreement")
    page("/t/<id:tenant>/apprentices", apprentices.apprentices_page, name="apprentices")
    page("/t/<id:tenant>/apprentices/<id:apprentice>", apprentices.apprentice_page, name="apprentice")
    page("/t/<id:tenant>/mentors", mentors.mentors_page, name="mentors")
    page("/t/<id:tenant>/history", history.history)
    page("/t/<id:tenant>/find", history.find)
    page("/t/<id:tenant>/tables/<name>.<form>", table)
    for form in FORMS:
        page(f"/t/<id:tenant>{form.path}", _shown(form), "GET", "POST", name=form.name)
    return pages


def _shown(form: Form) -> Callable[..., ResponseReturnValue]:
    def show(tenant: str, **ids: Any) -> ResponseReturnValue:  # noqa: ARG001 - the visit has it
        return form_page(form, next(iter(ids.values()), None))

    return show


def _let_in() -> ResponseReturnValue | None:
    """Who asks. Whoever is not signed in is asked to, and comes back to where they wanted to go."""
    name = (request.endpoint or "").removeprefix("pages.")
    if name == "static_file":  # looks the same to everybody, and when nobody can be asked who comes
        return None
    visit = signin.signed_in()
    if name in _OPEN:
        return None
    if visit is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("pages.front", next=wanted), 303)
    parts().limits.take(visit.caller)
    if (tenant := (request.view_args or {}).get("tenant", visit.tenant)) != visit.tenant:
        raise ForeignTenant(tenant=tenant)
    if name not in ("history", "table"):  # which have their own idea of a position
        visit.until = _position()
        if visit.until is not None and not visit.reader.wait(visit.tenant, visit.until, _PATIENCE):
            return states.catching_up(visit)
    return None


def _position() -> int | None:
    at = request.args.get("at", "")
    if not at:
        return None
    if not (at.isascii() and at.isdigit() and 0 < len(at) < 19):
        raise Invalid(where="at", reason="is no position")
    return int(at)


def _protect() -> None:
    request.max_content_length = parts().settings.body_limit
    if request.method == "POST":
        protection: CSRFProtect = current_app.extensions["csrf"]
        protection.protect()


PAGES = Site((_blueprint(),), states.refused)
"""The pages, as the application serves them beside the API."""
