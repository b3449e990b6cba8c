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


@pytest.mark.parametrize("kind", ["api", "events"])
def test_no_page_is_of_a_capability_that_is_gone(kind: str) -> None:
    assert {f"{kind}/{page.name}" for page in (FOLDER / kind).glob("*.md")} == {
        name for name in PAGES if Path(name).parent.name == kind
    }


def test_an_events_page_says_what_is_personal_and_which_commands_make_it() -> None:
    page = PAGES["events/apprenticeships.md"]
    _, _, enrolled = page.partition("## ApprenticeEnrolled\n")
    assert "| `name` | name; **personal**, of the person in `apprentice` |" in enrolled
    assert "- [`Enrol`](../api/apprenticeships.md#enrol-an-apprentice), `POST /v1/{tenant}/apprenticeships`" in enrolled
    _, _, relieved = page.partition("## MentorRelieved\n")
    made = relieved.partition("## ")[0].partition("Made by:")[2]
    assert [line.split("`")[1] for line in made.splitlines() if line] == ["Complete", "Exit", "RelieveMentor"]


def test_what_follows_by_itself_says_from_what() -> None:
    _, _, opened = PAGES["events/logbook.md"].partition("## LogbookOpened\n")
    assert "- `Open`; follows in the same transaction from `ApprenticeEnrolled`" in opened


def test_the_policy_is_read_as_a_table() -> None:
    lines = PAGES["policy.md"].splitlines()
    (signing,) = (line for line in lines if "`agreements.sign`" in line)
    assert signing == (
        "| `agreements.sign` | `POST /v1/{tenant}/agreements/{agreement}/sign` |  | yes |  | own `party` |  |  |"
    )
