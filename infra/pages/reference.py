"""The reference for programs, made from what capabilities and read models declare: one section per route."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any, NamedTuple

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from baseplus.kernel.forms import Field, Kind
from baseplus.kernel.routes import CommandRoute, QueryRoute, Route
from infra.http.app import API
from infra.wiring import ROUTES

_EXAMPLES: Mapping[Kind, object] = {
    Kind.NUMBER: 6,
    Kind.FLAG: True,
    Kind.DAY: "2026-03-01",
    Kind.TIME: "2026-03-01T09:30:00+08:00",
}


class Described(NamedTuple):
    """A route, as the page shows it. example: a line for a shell."""

    route: Route
    method: str
    path: str
    roles: list[str]
    example: str


def reference() -> ResponseReturnValue:
    """All routes, by capability."""
    tenant = g.visit.tenant if "visit" in g else "uni-a"
    ordered = sorted(ROUTES, key=lambda route: route.capability)
    groups = [
        (capability, [_described(route, tenant) for route in routes])
        for capability, routes in groupby(ordered, key=lambda route: route.capability)
    ]
    return render_template("pages/reference.html", groups=groups)


def _described(route: Route, tenant: str) -> Described:
    path = f"{API}/{{tenant}}{route.path}"
    url = request.url_root.rstrip("/") + path.replace("{tenant}", tenant)
    for name in route.ids:
        url = url.replace(f"{{{name}}}", f"{name}-1")
    roles = [f"{grant.role} ({grant.own})" if grant.own else str(grant.role) for grant in route.may]
    lines = [f"curl {url}", '-H "Authorization: Bearer $BASEPLUS_KEY"']
    if isinstance(route, CommandRoute):
        lines += ['-H "Idempotency-Key: $(uuidgen)"']
        if route.fields:
            body = json.dumps(_example(route.fields), ensure_ascii=False)
            lines += ["-H 'Content-Type: application/json'", f"-d '{body}'"]
        else:
            lines += ["-X POST"]
    return Described(route, "GET" if isinstance(route, QueryRoute) else "POST", path, roles, " \\\n  ".join(lines))


def _example(fields: tuple[Field, ...]) -> dict[str, Any]:
    """Values for what must be given."""
    return {field.name: _value(field) for field in fields if field.required}


def _value(field: Field) -> Any:
    one: Any
    if field.kind is Kind.PARTS and field.tag:
        tag, parts = next(iter(field.variants.items()))
        one = {field.tag: tag, **_example(parts)}
    elif field.kind is Kind.PARTS:
        one = _example(field.parts)
    elif field.kind is Kind.CHOICE:
        one = field.choices[0]
    else:
        one = _EXAMPLES.get(field.kind, "…")
    return [one] if field.many else one
