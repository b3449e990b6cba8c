"""Follows docs/how-to/add-an-event.md to the letter, in a copy of the tree."""

from __future__ import annotations

from pathlib import Path

from tests.docs.following import copy, page

PAGE = page("add-an-event.md")


def test_the_page_names_three_files() -> None:
    assert set(PAGE.files) == {
        "platform/baseplus/agreements/events.py",
        "platform/baseplus/agreements/model.py",
        "tests/agreements/test_registration.py",
    }


def test_a_newcomer_who_does_what_the_page_says_has_a_tested_event_with_a_contract(tmp_path: Path) -> None:
    tree = copy(tmp_path)
    tree.follow(PAGE)
    assert tree.python("tests.contracts").split() == [
        "agreements.agreement_registered.v1.schema.json",
        "agreements.agreement_registered.v1.golden.json",
    ]
    assert "3 passed" in tree.passes("tests/agreements/test_registration.py")
    tree.passes("tests/contracts", "tests/agreements/test_drafting.py")
    tree.tidy(PAGE)
