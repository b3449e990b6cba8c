"""Follows docs/how-to/add-a-view.md to the letter, in a copy of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.following import copy, page

pytestmark = pytest.mark.long

PAGE = page("add-a-view.md")


def test_a_newcomer_who_does_what_the_page_says_has_a_view_that_is_served_and_documented(tmp_path: Path) -> None:
    tree = copy(tmp_path)
    tree.follow(PAGE)
    tree.python("infra.reference", "docs/reference")
    assert "`GET /v1/{tenant}/departures`" in (tree.root / "docs/reference/policy.md").read_text("utf-8")
    assert "departure" in tree.python("infra.cli", "departure", "list", "--help")
    told = tree.passes(
        "tests/projections/departures",
        "tests/reference",
        "tests/http/test_policy.py",
        "tests/cli/test_help.py",
        "-k",
        "not elsewhere",  # no view changes what a key may do with other tenants
    )
    assert "failed" not in told
    tree.tidy(PAGE)
