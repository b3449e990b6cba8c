"""Follows docs/how-to/add-a-reaction.md."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from baseplus.apprenticeships.events import ApprenticeExited, Direction, ExitReason
from baseplus.oversight.events import ActionRaised
from tests.reactions.world import World

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-a-reaction.md").read_text("utf-8")
STARTED = date(2026, 2, 1)


@pytest.mark.parametrize(("left", "raised"), [(date(2026, 3, 2), 1), (date(2026, 3, 4), 0)])
def test_the_reaction_that_the_page_writes_does_what_the_page_says(left: date, raised: int) -> None:
    written = re.search(r"^```python\n([\s\S]*?)^```$", PAGE, re.MULTILINE)
    assert written is not None
    module: dict[str, Any] = {"__name__": "early_exits"}
    exec(compile(written[1], "early_exits.py", "exec"), module)
    world = World(module["EarlyExits"](), today=date(2026, 3, 10))
    exited = ApprenticeExited("p-1", "drives", ExitReason.OTHER, Direction.WORK, left, STARTED)
    world.happened("apprenticeships/ap-1", exited)
    assert len(world.events(ActionRaised)) == raised
