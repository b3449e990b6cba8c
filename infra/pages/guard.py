"""What a browser may do with a page: load our own files, talk to us and to the stream of live events, nothing else."""

from __future__ import annotations

from typing import TypeVar

from werkzeug.wrappers import Response

from infra.pages.door import door

R = TypeVar("R", bound=Response)


def guarded(response: R) -> R:
    """The answer with the headers that say so."""
    connect = f"'self' {door().stream_origin}" if door().stream else "'self'"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src {connect};"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
