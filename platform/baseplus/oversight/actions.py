"""What reviews and findings ask for: commands, state, rules. The stream is `actions/<id>`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, StreamName, Text
from baseplus.oversight.events import ActionClosed, ActionEvent, ActionRaised
from baseplus.oversight.reviews import On, happened_on
from baseplus.oversight.terms import Behind, Headline


class RaiseAction(Command, frozen=True):
    """Raise an action.

    Somebody is to do something by a day, because a review or a finding asks for it.
    """

    base: Annotated[Id, Meta(description="the base")]
    title: Headline
    owner: Annotated[Id, Meta(description="who is to do it: a party or a person, by id")]
    due: Annotated[Day, Meta(description="the last day on which it is in time")]
    on: On = None
    origin: Annotated[StreamName | None, Meta(description="the review or finding that asks for it")] = None


class CloseAction(Command, frozen=True):
    """Close an action that is done."""

    result: Annotated[Text, Meta(description="what came of it; no personal data")]
    on: On = None
    behind: Annotated[tuple[Behind, ...], Meta(max_length=100, description="the events that show it")] = ()


ActionCommand = RaiseAction | CloseAction


class Action(msgspec.Struct, frozen=True):
    """What the rules need to know. raised None: it was not raised."""

    base: str = ""
    raised: date | None = None
    due: date | None = None
    closed: date | None = None


def decide(command: ActionCommand, action: Action, now: datetime) -> Iterator[ActionEvent]:
    """What an order leads to. Raises Rejected."""
    on = happened_on(command.on, now)
    match command:
        case RaiseAction(base, title, owner, due, _, origin):
            if action.raised is not None:
                raise Rejected("action_exists", base=action.base)
            if due < on:
                raise Rejected("due_before_it_was_raised", due=due.isoformat(), raised=on.isoformat())
            yield ActionRaised(base, title, owner, due, on, origin)
        case CloseAction(result, _, behind):
            if action.raised is None or action.due is None:
                raise Rejected("no_such_action")
            if action.closed is not None:
                raise Rejected("action_closed_already", closed=action.closed.isoformat())
            if on < action.raised:
                raise Rejected("closed_before_it_was_raised", on=on.isoformat(), raised=action.raised.isoformat())
            yield ActionClosed(action.base, result, action.due, on, behind)
        case _:
            assert_never(command)


def evolve(action: Action, event: ActionEvent) -> Action:
    """The action after the event."""
    match event:
        case ActionRaised():
            return Action(event.base, event.on, event.due)
        case ActionClosed():
            return msgspec.structs.replace(action, closed=event.on)
        case _:
            assert_never(event)


actions = Decider("actions", Action, decide, evolve)
