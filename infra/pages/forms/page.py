"""One page for every command: its form, what is wrong with the answers, and where one goes when it has happened.

The form carries an idempotency key, so that sent twice it happens once; a refused form keeps its answers and its key.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from flask import g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from baseplus.kernel.access import Forbidden, NotYourOwn
from baseplus.kernel.decisions import Command
from baseplus.kernel.forms import fields_of
from baseplus.kernel.refusals import Refusal
from baseplus.kernel.vocabulary import Id
from infra.http.refusals import Mistaken, Wrong
from infra.http.schemas import judge, load
from infra.pages import frame
from infra.pages.forms.controls import Control, Extras, controls, every, one_more, place_of
from infra.pages.forms.refusals import explain
from infra.pages.forms.submission import Values, sent_values
from infra.pages.languages import gettext as _
from infra.pages.visit import Visit

_KEY_LONGEST = 100
_THING = "/_thing"


@dataclass(frozen=True)
class Prepared:
    """What a form needs besides the command's declaration.

    about: what it is done to, in words. back: where one came from. values: what it begins with. template: what is
    printed above the controls, with `facts`. ready: False asks something else first, and has no controls yet.
    """

    about: str
    back: str
    extras: Extras = field(default_factory=Extras)
    values: Values = field(default_factory=dict)
    template: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    ready: bool = True


@dataclass(frozen=True)
class Form:
    """A command's form. path: after the tenant's. prepare: raises NotFound where there is nothing to do it to. after:
    the page to go on to, and the ids it takes. creates: it makes a new thing, though its path names another
    one. named: a new thing may be given its id."""

    name: str
    path: str
    command: type[Command]
    title: str
    verb: str
    prepare: Callable[[Visit, str | None], Prepared]
    after: Callable[[Visit, str], tuple[str, dict[str, str]]]
    note: str = ""
    creates: bool = False
    named: bool = True


class Shown(NamedTuple):
    """A wrong answer as the summary shows it. id: of what it concerns, empty for the whole; label: its name."""

    id: str
    label: str
    said: str


def form_page(form: Form, thing: str | None) -> ResponseReturnValue:
    """The form; what was sent put to the rules; or the page that shows what happened.

    Raises Forbidden, NotFound.
    """
    visit: Visit = g.visit
    grant = visit.grant(form.command)
    prepared = form.prepare(visit, thing)
    if grant.own is not None:
        fixed = {**prepared.extras.fixed, f"/{grant.own}": visit.caller.own or ""}
        prepared = replace(prepared, extras=replace(prepared.extras, fixed=fixed))
    if form.creates:
        thing = None
    if request.method == "GET" or not prepared.ready:
        return _printed(form, prepared, thing, prepared.values, secrets.token_hex(16))
    fields, key = fields_of(form.command), request.form.get("_key", "")[:_KEY_LONGEST] or secrets.token_hex(16)
    if place := request.form.get("_more"):
        values = sent_values(fields, request.form, as_shown=True)
        extras = one_more(controls(fields, values, prepared.extras), place, prepared.extras)
        return _printed(form, replace(prepared, extras=extras), thing, values, key)
    values = sent_values(fields, request.form)
    try:
        place, command = _read(form, thing, values, key)
        receipt = visit.order(place, command, key=key)
    except (Forbidden, NotYourOwn):
        raise
    except Refusal as refusal:
        return _printed(form, prepared, thing, values, key, refusal)
    endpoint, ids = form.after(visit, place)
    return redirect(frame.page_url(endpoint, visit, **ids, at=receipt.position), 303)


def _read(form: Form, thing: str | None, values: Values, key: str) -> tuple[str, Command]:
    """The id of the thing and the command. A new thing has the given id, else one that the same form always makes.
    Raises Mistaken."""
    wrong: list[Wrong] = []
    if thing is None:
        thing = request.form.get(_THING, "").strip() or hashlib.sha256(key.encode()).hexdigest()[:12]
        wrong += judge(Id, thing, _THING)
    try:
        command = load(form.command, values, lax=True)
    except Mistaken as refusal:
        raise Mistaken([*wrong, *refusal.mistakes]) from None
    if wrong:
        raise Mistaken(wrong)
    return thing, command


def _printed(
    form: Form, prepared: Prepared, thing: str | None, values: Values, key: str, refusal: Refusal | None = None
) -> ResponseReturnValue:
    fields = fields_of(form.command)
    shown = controls(fields, _with_unwritten(values, prepared.values), prepared.extras) if prepared.ready else ()
    if thing is None and prepared.ready and form.named:
        shown = (*shown, _reference())
    labels = {choice.value: choice.label for one in every(shown) for choice in one.choices}
    found = [] if refusal is None else explain(refusal, [field.name for field in fields], labels)
    wrong: dict[str, str] = {}
    summary = []
    for one in found:
        name = place_of(one.where, shown)
        control = next((control for control in every(shown) if control.name == name and name), None)
        if control is None or control.shape == "hidden":
            summary.append(Shown("", "", one.said))
        else:
            wrong.setdefault(name, one.said)
            summary.append(Shown(control.id, control.label, one.said))
    page = render_template(
        "pages/form.html", form=form, prepared=prepared, controls=shown, key=key, wrong=wrong, summary=summary
    )
    return page, 200 if refusal is None else 422


def _with_unwritten(values: Values, begun: Values) -> Values:
    """The values, and after them the rows in which nothing was written, as the form began with them."""
    shown = dict(values)
    for name, rows in begun.items():
        if isinstance(rows, list):
            written = values.get(name, [])
            shown[name] = [*written, *rows[len(written) :]]
    return shown


def _reference() -> Control:
    """What a new thing shall be called."""
    help_text = _("Lower-case letters, digits and hyphens, like a-2026-001. Left empty, one is made.")
    return Control(_THING, "line", _("Reference"), help_text, value=request.form.get(_THING, ""), longest=64)
