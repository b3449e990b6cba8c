"""The style sheet and the script of every page, each in one piece (a page is painted as soon as the last of its style
sheets is there), under an address that changes with its content: our own files, and htmx from its package."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from flask import Response, abort, request, url_for

_TYPES = {"svg": "image/svg+xml", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_HTMX = "htmx.min.js"
_PARTS = {"pages.css": ("baseplus.css", "forms.css"), "pages.js": (_HTMX, "live.js"), "icon.svg": ("icon.svg",)}
_FOREVER = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """A file's content, small and plain. tag: changes with it."""

    plain: bytes
    packed: bytes
    tag: str


@cache
def asset(name: str) -> Asset:
    """The file called `name`. Raises KeyError for none."""
    plain = b"\n".join(map(_part, _PARTS[name]))
    return Asset(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:12])


def _part(name: str) -> bytes:
    if name == _HTMX:
        return files("js_lib_htmx").joinpath("static/htmx", name).read_bytes()
    return files("infra.pages").joinpath("static", name).read_bytes()


def static_url(name: str) -> str:
    """Its address, which may be kept for ever."""
    return url_for("pages.static_file", name=name, v=asset(name).tag)


def static_file(name: str) -> Response:
    """It, packed where the browser takes it so."""
    try:
        found = asset(name)
    except KeyError:
        abort(404)
    packed = request.accept_encodings["gzip"] > 0
    response = Response(found.packed if packed else found.plain, content_type=_TYPES[name.rpartition(".")[2]])
    response.headers["Cache-Control"] = _FOREVER if request.args.get("v") == found.tag else "no-cache"
    response.vary.add("Accept-Encoding")
    if packed:
        response.content_encoding = "gzip"
    response.set_etag(found.tag + ("-gz" if packed else ""))
    response.make_conditional(request)
    return response
