"""The filters in a page's address, as the question that they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from flask import request

from baseplus.kernel.paging import Query
from infra.http.schemas import load

Q = TypeVar("Q", bound=Query)


def filled(question: type[Q], given: Mapping[str, str] | None = None, **more: object) -> Q:
    """The question that the address asks: what it does not know is the page's own, and what is empty asks nothing.

    given: other than the address's. Raises Mistaken.
    """
    values = request.args.to_dict() if given is None else given
    known = {name: value for name, value in values.items() if name in question.__struct_fields__ and value}
    return load(question, {**known, **more}, lax=True)
