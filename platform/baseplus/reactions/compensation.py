"""An exit with the reason poached opens the compensation case, with what the enterprise has not got back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from baseplus.apprenticeships.events import ApprenticeExited, ExitReason
from baseplus.investment.model import investment, of_enrolled
from baseplus.investment.poaching import DeclarePoaching
from baseplus.kernel.decisions import Step
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Order, Place, Unremembering


class Compensation(Unremembering):
    """Prices a poaching on the day on which the apprentice leaves. Declared by hand before, it changes nothing."""

    name: ClassVar[str] = "compensation"
    events: ClassVar[tuple[type[Event], ...]] = (ApprenticeExited,)

    def react(self, state: None, event: ApprenticeExited, at: Place) -> Iterator[Order]:  # noqa: ARG002 - none
        if event.reason is ExitReason.POACHED:
            yield Order(Step(investment, at.thing, DeclarePoaching(), of_enrolled))
