"""Given / when / then: how a rule is written down as a test.

    given = Scenario(agreements)

    def test_a_changed_draft_voids_earlier_signatures() -> None:
        given(drafted, proposed, signed_by_school).when(AddClause(...)).then(ClauseAdded(...), SignaturesVoided(...))

Each event goes through its stored form and back, so that a field that JSON cannot carry fails here already.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Rejected

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Scenario:
    """Scenarios of one capability. Call it with the history so far."""

    def __init__(self, decider: Decider[Any, Any, Any]) -> None:
        self.decider = decider

    def __call__(self, *history: Event) -> Given:
        return Given(self.decider, history)


class Given:
    """A history; `when` puts a command to it."""

    def __init__(self, decider: Decider[Any, Any, Any], history: tuple[Event, ...]) -> None:
        self.decider, self.history = decider, history

    @property
    def state(self) -> Any:
        """The state that the history folds to."""
        return self.decider.fold(_stored(self.history))

    def when(self, *commands: Command, at: datetime = NOON) -> When:
        """Give the commands one after the other, each at time `at`; only the last one's outcome is looked at."""
        history, outcome = self.history, When((), None)
        for command in commands:
            try:
                events = tuple(self.decider.decide(command, self.decider.fold(_stored(history)), at))
            except Rejected as refusal:
                return When((), refusal)
            history, outcome = (*history, *events), When(events, None)
            self.decider.fold(_stored(history))  # what was decided can be folded
        return outcome


class When:
    """The outcome of a command: events, or a refusal."""

    def __init__(self, events: tuple[Event, ...], refusal: Rejected | None) -> None:
        self.events, self.refusal = events, refusal

    def then(self, *expected: Event) -> None:
        """Exactly these events happened, in this order. None at all: the command changed nothing."""
        assert self.refusal is None, f"refused: {self.refusal}"
        assert self.events == expected, f"\nexpected {expected}\nhappened {self.events}"

    def then_rejected(self, code: str, **facts: object) -> None:
        """Refused with this code and, where given, these facts."""
        assert self.refusal is not None, f"not refused, but happened: {self.events}"
        assert self.refusal.code == code, f"expected {code}, refused with {self.refusal.code} {self.refusal.facts}"
        if facts:
            assert self.refusal.facts == facts, f"\nexpected {facts}\nrefused with {self.refusal.facts}"


def _stored(events: tuple[Event, ...]) -> list[Event]:
    encode, decode = msgspec.json.encode, msgspec.json.decode
    back = [decode(encode(event), type=type(event)) for event in events]
    assert back == list(events), f"changed by being stored: {events} became {back}"
    return back
