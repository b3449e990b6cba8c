"""What stands around every page: the menu, made from what the reader may ask, and the words that templates use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request, url_for

from infra.pages import languages
from infra.pages.assets import static_url
from infra.pages.door import door
from infra.pages.forms.controls import label_of
from infra.pages.languages import LANGUAGES, mark
from infra.pages.languages import gettext as _
from infra.pages.look import theme
from infra.pages.names import named
from infra.pages.visit import Visit
from projections.agreements.queries import agreements
from projections.apprenticeships.queries import apprenticeships
from projections.benchmarks.shown import releases
from projections.history.queries import ListEvents, events
from projections.mentors.queries import mentors
from tenants.model import TenantKind


class Page(NamedTuple):
    """A page in the menu. asks: the question that it lives from; None: it is open to everybody."""

    endpoint: str
    title: str
    asks: Callable[..., Any] | None = None


class Group(NamedTuple):
    """A part of the menu."""

    title: str
    pages: tuple[Page, ...]


MENU = (
    Group(
        "",
        (
            Page("today", mark("Today"), agreements),
            Page("agreements", mark("Agreements"), agreements),
            Page("apprentices", mark("Apprentices"), apprenticeships),
            Page("mentors", mark("Mentors"), mentors),
        ),
    ),
    Group(mark("Compare"), (Page("benchmarks", mark("Benchmarks"), releases),)),
    Group(mark("Keep"), (Page("history", mark("History"), events), Page("reference", mark("Programs")))),
)


class Entry(NamedTuple):
    """A line of the menu, as it is printed."""

    title: str
    url: str
    current: bool


class Part(NamedTuple):
    """A part of the menu, as it is printed."""

    title: str
    entries: tuple[Entry, ...]


def menu(visit: Visit | None) -> list[Part]:
    """What the reader may open."""
    if visit is None:
        return []
    parts = []
    for group in MENU:
        entries = tuple(_entry(visit, page) for page in group.pages if page.asks is None or visit.may(page.asks))
        if entries:
            parts.append(Part(_(group.title) if group.title else "", entries))
    return parts


def home(visit: Visit) -> str:
    """The first page that the reader may open."""
    return menu(visit)[0].entries[0].url


def _entry(visit: Visit, page: Page) -> Entry:
    current = (request.endpoint or "").removeprefix("pages.").partition(".")[0]
    url = page_url(page.endpoint, visit)
    return Entry(_(page.title), url, current == page.endpoint or g.get("section") == page.endpoint)


def page_url(endpoint: str, visit: Visit, **values: Any) -> str:
    """The address of a page of the reader's tenant."""
    if current_app.url_map.is_endpoint_expecting(f"pages.{endpoint}", "tenant"):
        values["tenant"] = visit.tenant
    return url_for(f"pages.{endpoint}", **values)


def event_url(position: int) -> str | None:
    """Where an event stands in the history, for ever; None for whoever may not read that."""
    if not g.visit.may(events):
        return None
    return page_url("history", g.visit, at=position, _anchor=f"e{position}")


def table_url(table: str, form: str, filters: Mapping[str, Any]) -> str:
    """A table as a file, with its filters."""
    given = {key: value for key, value in filters.items() if value not in (None, "")}
    return page_url("table", g.visit, name=table, form=form, **given)


class Folded(NamedTuple):
    """What a page was folded from. recorded: when its last event was; None before the first."""

    position: int
    recorded: datetime | None


def folded(visit: Visit) -> Folded:
    """How far what the page shows has come, at least: asked before its rows are read."""
    position = visit.position = visit.reader.position(visit.tenant)
    return Folded(position, recorded_at(visit, position))


def recorded_at(visit: Visit, position: int) -> datetime | None:
    """When the event at a position was recorded; None where there is none, or it is not the reader's to know."""
    if not position or not visit.may(events):
        return None
    return next((row.recorded_at for row in visit.ask(events, ListEvents(at=position, limit=1)).rows), None)


def here(**changes: Any) -> str:
    """This page's address with its filters, changed as given; None takes a filter away."""
    values = {**request.args.to_dict(), **(request.view_args or {}), **changes}
    return url_for(request.endpoint or "pages.front", **{k: v for k, v in values.items() if v not in (None, "")})


def stream_of(visit: Visit | None) -> str | None:
    """Where the reader's live events come from; None where there is no stream, or they paused it."""
    base = door().stream
    if visit is None or base is None or request.args.get("live") == "off":
        return None
    # from the position that this page was made at, so that nothing between the two is missed
    after = visit.reader.position(visit.tenant) if visit.position is None else visit.position
    return f"{base.rstrip('/')}/v1/{visit.tenant}/live?after={after}"


def install(app: Flask) -> None:
    """Give the templates their words."""
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: languages.chosen().texts.gettext(text),
        lambda one, many, n: languages.chosen().texts.ngettext(one, many, n),
        newstyle=True,
    )
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        day=languages.day,
        short_day=languages.short_day,
        long_day=languages.long_day,
        moment=languages.moment,
        clock=languages.clock,
        brief=languages.brief,
        number=languages.number,
        event_url=event_url,
        table_url=table_url,
        static_url=static_url,
        page_url=lambda endpoint, **values: page_url(endpoint, g.visit, **values),
        change=here,
        languages=LANGUAGES,
        named=named,
    )
    environment.filters["label_of"] = label_of
    environment.filters["joined"] = languages.joined


def words() -> dict[str, Any]:
    """What every template may name."""
    visit: Visit | None = g.get("visit")
    return {
        "visit": visit,
        "menu": menu(visit),
        "home": home(visit) if visit else url_for("pages.front"),
        "language": languages.chosen(),
        "theme": theme(),
        "stream": stream_of(visit),
        "streams": visit is not None and door().stream is not None,
        "here": request.full_path.rstrip("?"),
        "can_search": visit is not None and visit.may(agreements),
        "is_university": visit is not None and visit.owner.kind is TenantKind.UNIVERSITY,
    }
