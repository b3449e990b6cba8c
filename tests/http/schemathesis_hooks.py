"""What the document cannot say of a request, for schemathesis, which imports this file."""

from __future__ import annotations

import re
from typing import Any

import schemathesis


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """What has the documented form is made to mean something; a request that shall be wrong is sent as it is.

    A key is for one request only, and a cursor is one that a page gave: they are left out. A Consistency-Token is of
    something that has happened. An ETag keeps its quotes, which the tool loses.
    """
    if case.meta is not None and case.meta.generation.mode.is_negative:
        return
    headers, query = case.headers or {}, case.query or {}
    headers.pop("Idempotency-Key", None)
    query.pop("cursor", None)
    if "Consistency-Token" in headers:
        headers["Consistency-Token"] = "1"
    if re.fullmatch(r"\d{1,18}", str(headers.get("If-Match")), re.ASCII):
        headers["If-Match"] = f'"{headers["If-Match"]}"'
