"""Long lists, a page at a time. A cursor says after which row the next page begins, so it stays right as rows come."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

from baseplus.kernel.refusals import Invalid

R = TypeVar("R")
K = TypeVar("K")

MOST = 1000
"""Rows in a page, at most."""


Limit = Annotated[
    int, Meta(ge=1, le=MOST, description="rows at most", extra={"form": f"a whole number from 1 to {MOST}"})
]
Cursor = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2000,
        pattern=r"^[A-Za-z0-9_-]+$(?!\n)",
        description="go on where the page with this cursor ended",
        extra={"form": "a cursor that a page gave"},
    ),
]


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question: what the path names, filters, order."""


class ListQuery(Query, frozen=True, kw_only=True):
    """A question whose answer is a page of rows."""

    limit: Limit = 50
    cursor: Cursor | None = None


class Page(msgspec.Struct, Generic[R], frozen=True):
    """Some rows of a list. cursor: give it back for the rows after them; None at the end."""

    rows: list[R]
    cursor: str | None = None
    has_more: bool = False


def page_of(rows: list[R], limit: int, place: Callable[[R], tuple[Any, ...]]) -> Page[R]:
    """A page of `limit` rows, of one row more than fits if there are more. place: a row's place in the order."""
    more = len(rows) > limit
    return Page(rows[:limit], write_cursor(*place(rows[limit - 1])) if more else None, more)


def write_cursor(*place: object) -> str:
    """A row's place in the order, as an opaque word."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str, place: type[K]) -> K:
    """The place that `write_cursor` wrote, as the tuple type `place`. Raises Invalid."""
    try:
        written = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        # PostgreSQL compares with no NUL, and no row's place has one
        return msgspec.json.decode(written if b"\\u0000" not in written else b"", type=place)
    except ValueError:
        raise Invalid(where="cursor", reason="is not one that we gave; leave it out to begin anew") from None
