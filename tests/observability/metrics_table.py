"""The table in docs/reference/metrics.md, read."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.conftest import REPOSITORY

_ROW = re.compile(r"\| `(baseplus_\w+)` \| (\w+) \| (.*?) ?\| (\w+) \| (.+) \|")


class Documented(NamedTuple):
    """A row."""

    name: str
    kind: str
    labels: tuple[str, ...]
    process: str
    meaning: str


def documented() -> list[Documented]:
    """The rows."""
    text = (REPOSITORY / "docs/reference/metrics.md").read_text(encoding="utf-8")
    return [
        Documented(name, kind, tuple(re.findall(r"`(\w+)`", labels)), process, meaning)
        for name, kind, labels, process, meaning in _ROW.findall(text)
    ]
