from __future__ import annotations

from datetime import date

import pytest

from baseplus.kernel.paging import check_limit, read_cursor, write_cursor
from baseplus.kernel.refusals import Invalid


def test_a_cursor_is_read_back_as_the_place_that_it_was_written_for() -> None:
    place = (date(2026, 3, 31), "a-1:guide:2")
    assert read_cursor(write_cursor(*place), tuple[date, str]) == place


@pytest.mark.parametrize("cursor", ["x", "!!!!", "é", "bnVsbA", write_cursor("a-1"), write_cursor(1, 2, 3)])
def test_a_cursor_that_we_never_gave_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid, match="not one that we gave"):
        read_cursor(cursor, tuple[date, str])


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_between_one_and_a_thousand_rows(limit: int) -> None:
    assert check_limit(1) == 1
    assert check_limit(1000) == 1000
    with pytest.raises(Invalid, match="from 1 to 1000"):
        check_limit(limit)
