from __future__ import annotations

from datetime import date

import pytest

from baseplus.apprenticeships.events import ApprenticeEnrolled, ApprenticeExited, Direction, ExitReason
from baseplus.investment.events import PoachingDeclared
from baseplus.reactions.compensation import Compensation
from tests.reactions.world import World

MARCH = date(2026, 3, 2)


@pytest.mark.parametrize("reason", list(ExitReason))
def test_an_exit_with_reason_poached_opens_the_compensation_case(reason: ExitReason) -> None:
    world = World(Compensation(), today=MARCH)
    world.happened(
        "apprenticeships/ap-1",
        ApprenticeEnrolled("p-1", "Shen Yutong", "drives", "yunchuan", "fitter", "a-1", MARCH),
        ApprenticeExited("p-1", "drives", reason, Direction.WORK, MARCH, MARCH),
    )
    opened = [PoachingDeclared("p-1", "drives", "yunchuan", MARCH, ())] if reason is ExitReason.POACHED else []
    assert world.events(PoachingDeclared) == opened
