"""Follows docs/how-to/add-an-event.md to the letter, in a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "how-to" / "add-an-event.md").read_text("utf-8")
THREE_FILES = {
    "platform/baseplus/agreements/events.py",
    "platform/baseplus/agreements/model.py",
    "tests/agreements/test_registration.py",
}


def blocks() -> Iterator[tuple[str, str, str]]:
    """The page's code blocks: the file that the text before them names last, the language, and the body."""
    file = ""
    for part in re.finditer(r"^(?:In|.* Make) `([\w/.]+)`:$|^```(\w+)\n([\s\S]*?)^```$", PAGE, re.MULTILINE):
        file = part[1] or file
        if part[2] in ("diff", "python"):
            yield file, part[2], part[3]


def apply(diff: str, text: str) -> str:
    """The text with the lines of a diff replaced. They must be in it once."""
    lines = [" \n" if line == "\n" else line for line in diff.splitlines(keepends=True)]
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(old) == 1, f"the page is out of date: not found once:\n{old}"
    return text.replace(old, new)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of everything that Python needs."""
    for name in ("platform", "tenants", "projections", "infra", "tests"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def python(tree: Path, *arguments: str) -> str:
    """What Python prints, started in the tree, whose packages come before those that are installed."""
    path = os.pathsep.join([str(tree / "platform"), str(tree)])
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_names_three_files() -> None:
    assert {file for file, _, _ in blocks()} == THREE_FILES


def test_a_newcomer_who_does_what_the_page_says_has_a_tested_event_with_a_contract(tree: Path) -> None:
    for file, language, body in blocks():
        target = tree / file
        target.write_text(apply(body, target.read_text("utf-8")) if language == "diff" else body, "utf-8")
    assert python(tree, "tests.contracts").split() == [
        "agreements.agreement_registered.v1.schema.json",
        "agreements.agreement_registered.v1.golden.json",
    ]
    told = python(tree, "pytest", "-q", "-p", "no:cacheprovider", "tests/agreements/test_registration.py")
    assert "3 passed" in told
    python(tree, "pytest", "-q", "-p", "no:cacheprovider", "tests/contracts", "tests/agreements/test_drafting.py")
    python(tree, "ruff", "check", "--no-cache", *sorted(THREE_FILES))
    python(tree, "ruff", "format", "--no-cache", "--check", *sorted(THREE_FILES))
