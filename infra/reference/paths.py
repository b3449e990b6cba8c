"""Where a route is found."""

from __future__ import annotations

from baseplus.kernel.routes import CommandRoute, Route
from infra.http.app import API
from infra.http.own import BULK


def method_and_path(route: Route) -> str:
    """`POST /v1/{tenant}/agreements/{agreement}/sign`."""
    method = "POST" if isinstance(route, CommandRoute) or route is BULK else "GET"
    return f"{method} {API}/{{tenant}}{route.path}"
