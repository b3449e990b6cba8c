"""The reference says what the program does: it is made from the declarations, and made anew where they change."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.reference.pages import pages
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "docs" / "reference"
PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_the_current_one(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name], "run: make reference"


def test_no_page_is_of_a_capability_that_is_gone() -> None:
    assert {f"api/{page.name}" for page in (FOLDER / "api").glob("*.md")} == {
        name for name in PAGES if Path(name).parent.name == "api"
    }


def test_the_policy_is_read_as_a_table() -> None:
    lines = PAGES["policy.md"].splitlines()
    (signing,) = (line for line in lines if "`agreements.sign`" in line)
    assert signing == (
        "| `agreements.sign` | `POST /v1/{tenant}/agreements/{agreement}/sign` |  | yes |  | own `party` |  |  |"
    )
