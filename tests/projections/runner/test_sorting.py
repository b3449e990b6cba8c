from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
import pytest

from baseplus.kernel.forms import read_struct
from baseplus.kernel.paging import ListQuery, write_cursor
from baseplus.kernel.refusals import Invalid
from projections.runner.sorting import SORT, Descending, Sorting


class Side(StrEnum):
    LEFT = "left"


class Thing(msgspec.Struct):
    id: str
    side: Side
    state: Literal["new", "old"]
    size: int
    mark: Decimal
    until: date | None
    seen_at: datetime | None
    remark: str | None = None
    tags: list[str] = []


class ListThings(ListQuery, frozen=True, kw_only=True):
    """Which."""

    sort: Annotated[Literal["id", "side", "state", "size", "mark", "until", "seen_at"], SORT] = "id"
    descending: Descending = False


THINGS = Sorting(ListThings, Thing)
THING = Thing("t-1", Side.LEFT, "new", 3, Decimal("7.50"), None, None)


def test_the_usual_order_is_by_key_and_its_cursor_is_the_key() -> None:
    order = THINGS.order(ListThings())
    assert (order.after, order.by, order.params, order.place(THING)) == ("true", "ORDER BY id", {}, ("t-1",))
    order = THINGS.order(ListThings(cursor=write_cursor("t-1")))
    assert (order.after, order.params) == ("(id) > (%(place_0)s::text)", {"place_0": "t-1"})


def test_rows_that_are_alike_come_by_their_key_in_the_same_direction() -> None:
    asked = ListThings(sort="size", descending=True)
    place = THINGS.order(asked).place(THING)
    order = THINGS.order(msgspec.structs.replace(asked, cursor=write_cursor(*place)))
    assert order.by == "ORDER BY size DESC, id DESC"
    assert order.after == "(size, id) < (%(place_0)s::numeric, %(place_1)s::text)"
    assert order.params == {"place_0": 3, "place_1": "t-1"}


class ListLatest(ListQuery, frozen=True, kw_only=True):
    """Which, the one that lasts longest first."""

    sort: Annotated[Literal["until", "side"], SORT] = "until"
    descending: Descending = True


def test_a_key_of_several_columns_sorts_by_each_and_a_usual_order_may_be_descending() -> None:
    sorting = Sorting(ListLatest, Thing, "side", "id")
    usual = ListLatest()
    place = sorting.order(usual).place(THING)
    assert place == (date.max, "left", "t-1")
    assert sorting.order(usual).by == "ORDER BY coalesce(until, '9999-12-31'::date) DESC, side DESC, id DESC"
    by_side = ListLatest(sort="side", descending=False)
    assert sorting.order(by_side).by == "ORDER BY side, id"
    with pytest.raises(Invalid, match="not one that we gave"):
        sorting.order(msgspec.structs.replace(by_side, cursor=write_cursor(*place)))


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("side", "left"),
        ("state", "new"),
        ("mark", 7.5),
        ("until", date.max),
        ("seen_at", datetime(9999, 12, 31, tzinfo=UTC)),
    ],
)
def test_a_cursor_has_the_place_of_its_row_and_what_is_absent_comes_after_all_others(sort: str, value: object) -> None:
    asked = msgspec.convert({"sort": sort}, ListThings)
    place = THINGS.order(asked).place(THING)
    order = THINGS.order(msgspec.structs.replace(asked, cursor=write_cursor(*place)))
    assert order.params == {"place_0": value, "place_1": "t-1"}


@pytest.mark.parametrize("other", [ListThings(), ListThings(sort="side"), ListThings(sort="state", descending=True)])
def test_a_cursor_of_another_order_is_refused(other: ListThings) -> None:
    cursor = write_cursor(*THINGS.order(other).place(THING))
    with pytest.raises(Invalid, match="not one that we gave"):
        THINGS.order(ListThings(sort="state", cursor=cursor))


def test_the_longest_line_fits_into_a_cursor() -> None:
    longest = msgspec.structs.replace(THING, id="a" * 64, side="𠮷" * 200)
    asked = ListThings(sort="side", descending=True)
    cursor = write_cursor(*THINGS.order(asked).place(longest))
    again = read_struct(ListThings, {"sort": "side", "descending": True, "cursor": cursor})
    assert THINGS.order(again).params == {"place_0": longest.side, "place_1": longest.id}


class ByTags(ListQuery, frozen=True, kw_only=True):
    sort: Annotated[Literal["tags"], SORT] = "tags"
    descending: Descending = False


class ByRemark(ListQuery, frozen=True, kw_only=True):
    sort: Annotated[Literal["remark"], SORT] = "remark"
    descending: Descending = False


class ByNothing(ListQuery, frozen=True, kw_only=True):
    sort: Annotated[Literal["weight"], SORT] = "weight"
    descending: Descending = False


@pytest.mark.parametrize("question", [ByTags, ByRemark, ByNothing])
def test_an_order_that_no_rows_have_is_not_declared(question: type[ListQuery]) -> None:
    with pytest.raises(TypeError, match="cannot be sorted by"):
        Sorting(question, Thing)
