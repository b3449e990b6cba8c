"""Long lists, a page at a time. A cursor says after which row the next page begins, so it stays right as rows come."""

from __future__ import annotations

import base64
from typing import Generic, TypeVar

import msgspec

from baseplus.kernel.refusals import Invalid

R = TypeVar("R")
K = TypeVar("K")

MOST = 1000
"""Rows in a page, at most."""


class Page(msgspec.Struct, Generic[R], frozen=True):
    """Some rows of a list. cursor: give it back for the rows after them; None at the end."""

    rows: list[R]
    cursor: str | None


def check_limit(limit: int) -> int:
    """Raises Invalid for a page of none or of too many rows."""
    if not 1 <= limit <= MOST:
        raise Invalid(where="limit", reason=f"must be a whole number from 1 to {MOST}")
    return limit


def write_cursor(*place: object) -> str:
    """A row's place in the order, as an opaque word."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str, place: type[K]) -> K:
    """The place that `write_cursor` wrote, as the tuple type `place`. Raises Invalid."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=place)
    except ValueError:
        raise Invalid(where="cursor", reason="is not one that we gave; leave it out to begin anew") from None
