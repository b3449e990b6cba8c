"""Who may vouch in a logbook, and for which days: what the apprenticeship tells it, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.apprenticeships.events import MentorKind
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, PersonId
from baseplus.logbook.events import DaysClosed, DaysOpened, LogbookOpened, MentorEntered, MentorLeft, StandingEvent

On = Annotated[Day | None, Meta(description="the day: today or earlier; left out, today")]
ByMentor = Annotated[PersonId, Meta(description="the mentor, by the id under which they are registered")]


class Open(Command, frozen=True):
    """Open a logbook. It follows from an enrolment and is never ordered by itself."""

    apprentice: PersonId
    base: Id
    on: Day


class EnterMentor(Command, frozen=True):
    """Let a mentor vouch. It follows from an assignment and is never ordered by itself."""

    mentor: PersonId
    kind: MentorKind
    since: Day


class LetMentorGo(Command, frozen=True):
    """Let a mentor vouch no longer. It follows from a relief and is never ordered by itself."""

    mentor: PersonId
    until: Day


class OpenDays(Command, frozen=True):
    """Let days be claimed. It follows from a start or the end of a break and is never ordered by itself."""

    since: Day


class CloseDays(Command, frozen=True):
    """Let no further days be claimed. It follows from a break or an end and is never ordered by itself."""

    until: Day


StandingCommand = Open | EnterMentor | LetMentorGo | OpenDays | CloseDays


class Guide(msgspec.Struct, frozen=True):
    """A mentor guides from the one day until, and without, the other; None: still."""

    mentor: str
    since: date
    until: date | None = None


class Span(msgspec.Struct, frozen=True):
    """Days of training, from the one until, and without, the other; None: they go on."""

    since: date
    until: date | None = None


class Standing(msgspec.Struct, frozen=True):
    """What the rules need to know. `apprentice` empty: there is no logbook. A day belongs to what stands at its end."""

    apprentice: str = ""
    base: str = ""
    guides: tuple[Guide, ...] = ()
    training: tuple[Span, ...] = ()

    def check_in_training(self, on: date) -> None:
        """Raises Rejected for a day that is none of the training's."""
        if not any(span.since <= on and (span.until is None or on < span.until) for span in self.training):
            raise Rejected("not_in_training", on=on.isoformat())

    def check_guides(self, mentor: str, on: date) -> None:
        """Raises Rejected for who did not guide the apprentice on that day."""
        if not any(
            guide.mentor == mentor and guide.since <= on and (guide.until is None or on < guide.until)
            for guide in self.guides
        ):
            raise Rejected("not_their_mentor", mentor=mentor, on=on.isoformat())

    def check_has_guided(self, mentor: str, on: date) -> None:
        """Raises Rejected for who had not guided the apprentice by that day.

        Who was relieved, also because the training ended, may still answer what they were shown.
        """
        if not any(guide.mentor == mentor and guide.since <= on for guide in self.guides):
            raise Rejected("not_their_mentor", mentor=mentor, on=on.isoformat())


def decide_standing(command: StandingCommand, standing: Standing) -> Iterator[StandingEvent]:
    """What the apprenticeship has decided; there is nothing here to refuse.

    Who was enrolled before there were logbooks has none, and nothing is kept of them.
    """
    if isinstance(command, Open):
        yield LogbookOpened(command.apprentice, command.base, command.on)
        return
    if not standing.apprentice:
        return
    match command:
        case EnterMentor(mentor, kind, since):
            yield MentorEntered(mentor, kind, since)
        case LetMentorGo(mentor, until):
            yield MentorLeft(mentor, until)
        case OpenDays(since):
            yield DaysOpened(since)
        case CloseDays(until):
            # Who leaves on a break or before the start has no days that could be closed.
            if any(span.until is None for span in standing.training):
                yield DaysClosed(until)
        case _:
            assert_never(command)


def evolve_standing(standing: Standing, event: StandingEvent) -> Standing:
    """Who may vouch after the event, and for which days."""
    change = msgspec.structs.replace
    match event:
        case LogbookOpened(apprentice, base):
            return change(standing, apprentice=apprentice, base=base)
        case MentorEntered(mentor, _, since):
            return change(standing, guides=(*standing.guides, Guide(mentor, since)))
        case MentorLeft(mentor, until):
            left = (
                change(guide, until=guide.until or until) if guide.mentor == mentor else guide
                for guide in standing.guides
            )
            return change(standing, guides=tuple(left))
        case DaysOpened(since):
            return change(standing, training=(*standing.training, Span(since)))
        case DaysClosed(until):
            closed = tuple(change(span, until=span.until or until) for span in standing.training)
            return change(standing, training=closed)
        case _:
            assert_never(event)
