from __future__ import annotations

import re
from itertools import product

from hypothesis import given
from hypothesis import strategies as some

from baseplus.kernel.reactions import thing_id
from baseplus.kernel.vocabulary import ID

ids = some.from_regex(ID, fullmatch=True)
DAY, OTHER_DAY = "2026-03-01", "2026-03-02"


@given(ids, ids)
def test_an_id_made_of_ids_is_an_id_and_always_the_same(base: str, post: str) -> None:
    made = thing_id(base, post, DAY)
    assert re.fullmatch(ID, made)
    assert made == thing_id(base, post, DAY)


def test_an_id_of_other_ids_is_another() -> None:
    named = [f"a{''.join(rest)}" for length in range(4) for rest in product("a-", repeat=length)]
    asked = [*product(named, named, (DAY, OTHER_DAY))]
    assert len({thing_id(*parts) for parts in asked}) == len(asked)


def test_an_id_is_readable_where_it_is_short_enough() -> None:
    assert thing_id("north-lab", "2026-03") == "north-lab-2026-03"
    assert thing_id("north-lab", "lead", DAY) == "north-lab-lead-2026-03-01"
    assert re.fullmatch("north-lab-lead-2026-03-01-[0-9a-f]{16}", thing_id("north", "lab-lead", DAY))
    assert re.fullmatch("[0-9a-f]{64}", thing_id("n" * 60, "lead", DAY))
