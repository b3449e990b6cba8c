"""Lists as somebody reads them who follows every cursor."""

from __future__ import annotations

from typing import Any

import msgspec

from baseplus.kernel.vocabulary import TenantId
from projections.runner.reader import Reader


def page_by_page(query: Any, reader: Reader, tenant: TenantId, asked: Any, *, limit: int = 1) -> list[Any]:
    """All rows of a list, `limit` at a time, up to the page without a cursor."""
    seen, cursor = [], None
    while True:
        page = query(reader, tenant, msgspec.structs.replace(asked, limit=limit, cursor=cursor))
        seen += page.rows
        cursor = page.cursor
        if cursor is None:
            return seen
