from __future__ import annotations

import pickle

import pytest

from baseplus.kernel.refusals import KeyReused, Refusal, Rejected, VersionConflict


def test_a_refusal_is_one_line_with_its_facts() -> None:
    assert str(Rejected("mentor_at_capacity", mentor="m-7", capacity=6)) == "mentor at capacity: mentor m-7, capacity 6"
    assert str(Rejected("no_clauses")) == "no clauses"
    assert (
        str(Rejected("party_missing", missing=["school", "enterprise"]))
        == "party missing: missing enterprise and school"
    )
    assert str(Rejected("party_missing", missing=[])) == "party missing: missing none"


@pytest.mark.parametrize(
    "refusal", [Rejected("no_clauses", n=1), VersionConflict(stream="a/1", expected=3), KeyReused()]
)
def test_a_refusal_goes_to_another_process_and_back(refusal: Refusal) -> None:
    back = pickle.loads(pickle.dumps(refusal))
    assert (type(back), back.code, back.facts, back.mend) == (type(refusal), refusal.code, refusal.facts, refusal.mend)
