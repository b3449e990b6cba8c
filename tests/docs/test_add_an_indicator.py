"""Follows docs/how-to/add-an-indicator.md to the letter, in a copy of the tree."""

from __future__ import annotations

from pathlib import Path

from tests.docs.following import copy, page

PAGE = page("add-an-indicator.md")


def test_a_newcomer_who_does_what_the_page_says_has_an_indicator_with_a_name(tmp_path: Path) -> None:
    tree = copy(tmp_path)
    tree.follow(PAGE)
    assert "6 passed" in tree.passes("tests/projections/benchmarks/test_learning_after_exit.py")
    tree.passes("tests/projections/benchmarks/test_contributions.py")
    assert "Went on learning elsewhere, of those who left" in tree.python("tests.pages"), "the text to be translated"
    assert "learning_after_exit_rate" in tree.python("infra.cli", "release", "compute", "--help")
    tree.tidy(PAGE)
