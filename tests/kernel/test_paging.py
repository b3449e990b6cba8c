from __future__ import annotations

from datetime import date

import pytest

from baseplus.kernel.forms import read_struct
from baseplus.kernel.paging import ListQuery, Page, page_of, read_cursor, write_cursor
from baseplus.kernel.refusals import Invalid


def test_a_cursor_is_read_back_as_the_place_that_it_was_written_for() -> None:
    place = (date(2026, 3, 31), "a-1:guide:2")
    assert read_cursor(write_cursor(*place), tuple[date, str]) == place


@pytest.mark.parametrize("cursor", ["x", "!!!!", "é", "bnVsbA", write_cursor("a-1"), write_cursor(1, 2, 3)])
def test_a_cursor_that_we_never_gave_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid, match="not one that we gave"):
        read_cursor(cursor, tuple[date, str])


class Asked(ListQuery, frozen=True):
    """Which."""


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_between_one_and_a_thousand_rows(limit: int) -> None:
    assert read_struct(Asked, {"limit": "1000"}, lax=True).limit == 1000
    with pytest.raises(Invalid, match="from 1 to 1000"):
        read_struct(Asked, {"limit": limit})


def test_a_page_knows_whether_there_are_more_and_where_they_begin() -> None:
    def place(row: int) -> tuple[int]:
        return (row,)

    assert page_of([1, 2], 2, place) == Page([1, 2])
    assert page_of([1, 2, 3], 2, place) == Page([1, 2], write_cursor(2), has_more=True)
    assert page_of([], 2, place) == Page([])
