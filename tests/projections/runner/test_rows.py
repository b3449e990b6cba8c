from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, NewType

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baseplus.kernel.events import Event
from infra.postgres.database import Database
from projections.runner.columns import columns, copier
from projections.runner.rows import AnyConnection, Table
from projections.runner.session import open_session
from projections.runner.view import Row, View

Name = NewType("Name", str)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Part(msgspec.Struct, frozen=True):
    name: str
    made_at: datetime
    price: Decimal
    kinds: tuple[int, ...] = ()


class Box(msgspec.Struct, tag=True):
    parts: list[Part]


class Bag(msgspec.Struct, tag=True):
    weight: float


class Everything(Row):
    id: Annotated[str, msgspec.Meta(max_length=99)]
    count: int
    flag: bool
    share: float
    price: Decimal
    day: date
    at: datetime
    name: Name
    kind: Literal["a", "b"]
    size: Literal[1, 2]
    colour: Colour
    level: Level
    parts: list[Part]
    by_name: dict[str, list[int]]
    packed: Box | Bag
    seen: set[str]
    maybe: str | None = None
    maybe_at: datetime | None = None
    maybe_colour: Colour | None = None
    maybe_part: Part | None = None
    maybe_packed: Box | Bag | None = None
    maybe_count: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Happened(Event):
    TYPE: ClassVar = "rows.happened.v1"


class Everythings(View[Everything, Happened]):
    indexes = (("day", "kind"), ("tenant", "at"))


text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1800, 1, 2), datetime(2999, 12, 30), timezones=st.one_of(st.just(UTC), offsets))  # noqa: DTZ001
whole = st.integers(-(2**63), 2**63 - 1)
prices = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20)
parts = st.builds(Part, text, times, prices, st.lists(whole, max_size=3).map(tuple))
packed = st.one_of(
    st.builds(Box, st.lists(parts, max_size=2)), st.builds(Bag, st.floats(allow_nan=False, allow_infinity=False))
)
rows = st.builds(
    Everything,
    id=text,
    count=whole,
    flag=st.booleans(),
    share=st.floats(allow_nan=False, allow_infinity=False),
    price=prices,
    day=st.dates(date(1, 1, 1), date(9999, 12, 31)),
    at=times,
    name=text,
    kind=st.sampled_from(["a", "b"]),
    size=st.sampled_from([1, 2]),
    colour=st.sampled_from(Colour),
    level=st.sampled_from(Level),
    parts=st.lists(parts, max_size=3),
    by_name=st.dictionaries(text, st.lists(whole, max_size=2), max_size=3),
    packed=packed,
    seen=st.sets(text, max_size=3),
    maybe=st.none() | text,
    maybe_at=st.none() | times,
    maybe_colour=st.none() | st.sampled_from(Colour),
    maybe_part=st.none() | parts,
    maybe_packed=st.none() | packed,
    maybe_count=st.none() | st.integers(0, 2**63 - 1),
)
many = st.lists(rows, min_size=1, max_size=6, unique_by=lambda row: row.id)
quietly = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def connection(database: Database) -> Iterator[AnyConnection]:
    with closing(open_session(lambda: database.connect("worker"))) as connection:
        yield connection


@pytest.fixture
def table(connection: AnyConnection) -> Table:
    table = Table(Everythings(), 1)
    with connection.cursor() as cursor:
        table.create(cursor)
        table.finish(cursor)
    return table


@quietly
@given(before=many, after=many)
def test_rows_come_back_as_they_were_written(
    connection: AnyConnection, table: Table, before: list[Everything], after: list[Everything]
) -> None:
    wanted = {("north", row.id): row for row in [*before, *after]}
    with connection.cursor() as cursor:
        table.write(cursor, [("north", row) for row in before])
        table.write(cursor, [("north", row) for row in after])
        found: dict[tuple[str, str], object] = {}
        table.load(cursor, [*wanted, ("south", before[0].id)], found)
        assert found == {**wanted, ("south", before[0].id): None}
        assert table.of_tenant(cursor, "north") == {key: row for (_, key), row in wanted.items()}
        table.delete(cursor, list(wanted))
        assert table.of_tenant(cursor, "north") == {}


@quietly
@given(given_rows=many)
def test_rows_come_back_as_they_were_copied_in(connection: AnyConnection, given_rows: list[Everything]) -> None:
    table = Table(Everythings(), 2)
    with connection.cursor() as cursor:
        table.drop(cursor)
        table.create(cursor)
        table.copy_in(cursor, [("north", row) for row in given_rows])
        table.finish(cursor)
        assert table.of_tenant(cursor, "north") == {row.id: row for row in given_rows}


@settings(deadline=None)
@given(row=rows)
def test_changing_a_copy_in_place_leaves_the_row_alone(row: Everything) -> None:
    before, copied = deepcopy(row), copier(Everything)(row)
    assert copied == row
    copied.parts.append(Part("new", datetime.now(UTC), Decimal(1)))
    copied.seen.add("new")
    for numbers in copied.by_name.values():
        numbers.append(1)
    for box in (copied.packed, copied.maybe_packed):
        if isinstance(box, Box):
            box.parts.clear()
        elif box is not None:
            box.weight += 1.5
    copied.count += 1
    assert row == before


@pytest.mark.parametrize(
    "broken",
    [
        {"share": float("nan")},
        {"share": float("inf")},
        {"at": datetime(2026, 1, 1)},  # noqa: DTZ001  what must be refused
        {"maybe": "\0"},
        {"count": 2**63},
        {"day": None},
        {"name": "\ud800"},
        {"by_name": {"\0": [1]}},
    ],
)
def test_a_value_that_would_not_come_back_is_refused(
    connection: AnyConnection, table: Table, broken: dict[str, object]
) -> None:
    row = Everything(
        id="x",
        count=1,
        flag=True,
        share=0.5,
        price=Decimal("1.50"),
        day=date(2026, 2, 1),
        at=datetime(2026, 2, 1, tzinfo=UTC),
        name=Name("n"),
        kind="a",
        size=1,
        colour=Colour.RED,
        level=Level.LOW,
        parts=[],
        by_name={},
        packed=Bag(0.5),
        seen=set(),
    )
    errors = (ValueError, psycopg.DataError, psycopg.IntegrityError)
    with connection.cursor() as cursor:
        with pytest.raises(errors):
            table.write(cursor, [("north", msgspec.structs.replace(row, **broken))])
        assert table.of_tenant(cursor, "north") == {}
        table.write(cursor, [("north", row)])


def test_a_row_without_a_text_key_or_with_a_field_of_no_column_type_is_refused_at_once() -> None:
    class Numbered(Row):
        id: int

    class Odd(Row):
        id: str
        what: bytes

    for row in (Numbered, Odd):
        with pytest.raises(TypeError):
            columns(row)
