"""Queries over HTTP: one view for all of them. A list also comes as CSV: all of it, or one page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

import msgspec
from flask import Response, request

from baseplus.kernel.access import Caller, Grant
from baseplus.kernel.paging import MOST, ListQuery
from baseplus.kernel.routes import QueryRoute
from baseplus.kernel.vocabulary import TenantId
from infra.http.admission import permit, require_own
from infra.http.headers import consistency_token
from infra.http.parts import parts
from infra.http.refusals import MalformedHeader, MalformedQuery, Mistaken, NotAcceptable, ViewsBehind, Wrong
from infra.http.schemas import load
from infra.tables import csv_of

JSON, CSV = "application/json", "text/csv"

_JSON = msgspec.json.Encoder(decimal_format="string")


def query_view(route: QueryRoute, tenant: str, **ids: str) -> Response:
    """Answer one question."""
    caller, grant = permit(route, tenant)
    given = parameters(*(field.name for field in route.fields if field.many))
    media = _media(route, given)
    asked = read_question(route, {**given, **ids}, caller, grant)
    wait_for_views(TenantId(tenant))
    if media == CSV:
        assert isinstance(asked, ListQuery)
        return _csv(route, TenantId(tenant), asked, whole="limit" not in given)
    return cacheable(_JSON.encode(route.read(parts().reader, TenantId(tenant), asked, until=consistency_token())))


def read_question(route: QueryRoute, given: Mapping[str, object], caller: Caller, grant: Grant) -> msgspec.Struct:
    """The query that these values make. A filter that must be the caller's own is that where it is left out.

    Raises Mistaken, NotYourOwn.
    """
    own = {grant.own: caller.own} if grant.own is not None and caller.own is not None else {}
    asked = load(route.input, {**own, **given}, lax=True)
    require_own(caller, grant, asked)
    return asked


def parameters(*lists: str) -> dict[str, Any]:
    """The query string. lists: what may be given several times. Raises MalformedQuery, Mistaken."""
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError as error:
        raise MalformedQuery(reason=error.reason) from None
    found = request.args.to_dict(flat=False)
    if twice := [name for name, values in found.items() if len(values) > 1 and name not in lists]:
        raise Mistaken(Wrong(f"/{name}", "is given twice") for name in twice)
    return {name: values if name in lists else values[0] for name, values in found.items()}


def wait_for_views(tenant: TenantId) -> None:
    """Wait until the read models have what the caller must see (its `Consistency-Token`). Raises ViewsBehind."""
    until = consistency_token()
    if until is None or until <= (reached := parts().reader.position(tenant)):
        return
    if until > parts().store.position(tenant):
        raise MalformedHeader(header="Consistency-Token", reason="lies beyond the history: it is another tenant's")
    if not parts().reader.wait(tenant, until, parts().patience_s):
        raise ViewsBehind(what=f"position {until} of {tenant}", reason=f"the read models stood at {reached}")


def cacheable(body: bytes, media: str = JSON) -> Response:
    """An answer that a client may keep and ask about: 304 where it has not changed."""
    response = Response(
        body, content_type=media, headers={"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept"}
    )
    response.set_etag(hashlib.blake2b(body, digest_size=12).hexdigest(), weak=True)
    if request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        response.status_code, response.data = 304, b""
        del response.headers["Content-Type"]
    return response


def accepted(*offered: str) -> str:
    """The media type that `Accept` likes best of those offered. Raises NotAcceptable."""
    if "Accept" not in request.headers:
        return offered[0]
    best = request.accept_mimetypes.best_match(offered)
    if best is None:
        raise NotAcceptable(offered=list(offered))
    return best


def next_page(**changed: object) -> str:
    """The header `Link` to what comes next: this request with other parameters."""
    query = urlencode({**request.args.to_dict(), **changed})
    return f'<{request.path}?{query}>; rel="next"'


def _media(route: QueryRoute, given: dict[str, Any]) -> str:
    if not route.paged:
        return accepted(JSON)
    match given.pop("format", None):
        case None:
            return accepted(JSON, CSV)
        case "json":
            return JSON
        case "csv":
            return CSV
        case _:
            raise Mistaken([Wrong("/format", "must be one of json, csv")])


def _csv(route: QueryRoute, tenant: TenantId, asked: ListQuery, *, whole: bool) -> Response:
    reader, names = parts().reader, route.row.__struct_fields__
    if whole:
        asked = msgspec.structs.replace(asked, limit=MOST)
    # read before the answer begins, so that what is refused is still answered as a problem
    first = route.read(reader, tenant, asked, until=consistency_token())

    def lines() -> Iterator[str]:
        yield csv_of(names, first.rows)
        page = first
        while whole and page.cursor is not None:
            page = route.read(reader, tenant, msgspec.structs.replace(asked, cursor=page.cursor))
            yield csv_of(names, page.rows, header=False)

    response = Response(lines(), content_type=f"{CSV}; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'attachment; filename="{tenant}-{route.action}.csv"'
    response.headers["Vary"] = "Authorization, Accept"
    response.headers["Cache-Control"] = "private, no-cache"
    if not whole and first.cursor is not None:
        response.headers["Link"] = next_page(cursor=first.cursor)
    return response
