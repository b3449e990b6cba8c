"""Following a how-to page to the letter, in a copy of the tree: what it says in `diff` and `python` blocks is done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_WORKING = ("platform", "tenants", "projections", "infra", "tests", "docs")


@dataclass(frozen=True)
class Page:
    """A page of docs/how-to."""

    text: str

    def blocks(self) -> Iterator[tuple[str, str, str]]:
        """Its code blocks: the file that the text before them names last, the language, and the body."""
        file = ""
        marks = r"^(?:In|.*\bIn|.*\bin|Make|.* Make) `([\w/.]+)`:$|^```(\w+)\n([\s\S]*?)^```$"
        for part in re.finditer(marks, self.text, re.MULTILINE):
            file = part[1] or file
            if part[2] in ("diff", "python"):
                yield file, part[2], part[3]

    @property
    def files(self) -> list[str]:
        """The files that it touches, in order."""
        return list(dict.fromkeys(file for file, _, _ in self.blocks()))


@dataclass(frozen=True)
class Tree:
    """A copy of everything that Python needs, and the pages."""

    root: Path

    def follow(self, page: Page) -> None:
        """Do what the page says. Its diffs must fit."""
        for file, language, body in page.blocks():
            target = self.root / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_applied(body, target.read_text("utf-8")) if language == "diff" else body, "utf-8")

    def python(self, *arguments: str) -> str:
        """What Python prints, started in the tree, whose packages come before those that are installed."""
        path = os.pathsep.join([str(self.root / "platform"), str(self.root)])
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def passes(self, *tests: str) -> str:
        """Run tests of the tree; what pytest says."""
        return self.python("pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", *tests)

    def tidy(self, page: Page) -> None:
        """What the page makes is as `make check` wants it."""
        ours = [file for file in page.files if file.endswith(".py")]
        self.python("ruff", "check", "--no-cache", *ours)
        self.python("ruff", "format", "--no-cache", "--check", *ours)


def page(name: str) -> Page:
    """A page of docs/how-to, by its file's name."""
    return Page((REPOSITORY / "docs" / "how-to" / name).read_text("utf-8"))


def copy(into: Path) -> Tree:
    """A copy of the tree."""
    for name in _WORKING:
        shutil.copytree(REPOSITORY / name, into / name, ignore=shutil.ignore_patterns("__pycache__", "images"))
    shutil.copy(REPOSITORY / "pyproject.toml", into)
    return Tree(into)


def _applied(diff: str, text: str) -> str:
    """The text with the lines of a diff replaced. They must be in it once."""
    lines = [" \n" if line == "\n" else line for line in diff.splitlines(keepends=True)]
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(old) == 1, f"the page is out of date: not found once:\n{old}"
    return text.replace(old, new)
