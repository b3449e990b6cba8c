"""The application: every declared route, the pages beside them, and what happens around each request.

The order is: let the caller in, take the request from its budget, find the route, ask the policy, limit the body, read
it, judge it, decide. Nothing of a request is read that is not permitted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from baseplus.kernel.routes import CommandRoute, QueryRoute, Route
from infra.http import about, around, problems
from infra.http.admission import admit
from infra.http.bulk import bulk_view
from infra.http.commands import command_view
from infra.http.feed import feed_view
from infra.http.health import health
from infra.http.own import BULK, FEED
from infra.http.parts import NAME, Parts
from infra.http.queries import query_view
from infra.http.schemas import schema_of
from infra.http.site import Site
from infra.wiring import ROUTES

API = "/v1"
_OWN_PATHS = re.compile(r"/(v1|problems)(/.*)?|/((open|async)api\.json|healthz|readyz|metrics)")


class _Id(BaseConverter):
    regex = "[a-z0-9][a-z0-9-]{0,63}"


def create_app(made: Parts, routes: Sequence[Route] = ROUTES, site: Site | None = None) -> Flask:
    """The application over these parts. site: the pages that it serves beside the API. Raises TypeError for a route
    that takes something without limits."""
    app = Flask("baseplus", static_folder=None)
    app.extensions[NAME] = made
    # else `//` would be answered with a redirect, which no document mentions
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    app.url_map.converters["id"] = _Id
    if made.settings.proxies:
        hops = made.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.before_request(around.begin)
    app.before_request(_admit)
    app.after_request(around.end)
    app.teardown_request(around.leave)
    app.register_error_handler(Exception, partial(_refuse, site))
    for route in routes:
        _serve(app, route)
    commands = {route.action: route for route in routes if isinstance(route, CommandRoute)}
    app.add_url_rule(rule_of(FEED), FEED.action, feed_view)
    app.add_url_rule(rule_of(BULK), BULK.action, partial(bulk_view, commands), methods=["POST"])
    app.register_blueprint(about.blueprint)
    app.register_blueprint(health())
    for blueprint in site.blueprints if site else ():
        app.register_blueprint(blueprint)
    return app


def rule_of(route: Route) -> str:
    """The route's path, as Flask matches it."""
    return f"{API}/<id:tenant>" + re.sub(r"\{(\w+)\}", r"<id:\1>", route.path)


def _serve(app: Flask, route: Route) -> None:
    view: Callable[..., Response]
    match route:
        case CommandRoute():
            method, view, taken = "POST", partial(command_view, route), "id" if route.creates else None
        case QueryRoute():
            method, view, taken = "GET", partial(query_view, route), "format" if route.paged else None
        case _:
            raise TypeError(f"{route.action} is neither a command nor a query")
    if taken in route.input.__struct_fields__:
        raise TypeError(f"{route.action}: {taken!r} is HTTP's own, and cannot be a field")
    schema_of(route.input, lax=method == "GET")
    app.add_url_rule(rule_of(route), route.action, view, methods=[method], provide_automatic_options=False)


def _admit() -> None:
    if request.path.startswith(f"{API}/"):
        admit()


def _refuse(site: Site | None, error: Exception) -> Response:
    refused = problems.answer(error, in_body=request.method not in ("GET", "HEAD"), request=g.request_id)
    if site is not None and not _OWN_PATHS.fullmatch(request.path):
        return site.show(refused)
    return Response(refused.body, refused.problem.status, refused.headers, content_type=problems.MEDIA_TYPE)
