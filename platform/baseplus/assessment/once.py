"""What may be there once, whatever id it is given and however many try at the same moment.

Whoever sends a command chooses the new thing's id, so the thing's own stream cannot know of its double. A stream that
is named by what must be unique can: the second to write to it is refused, and with it all that it came with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from baseplus.assessment.events import Once, PlaceTaken
from baseplus.kernel.canonical import sha256
from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id

_REFUSED = {Once.ADOPTION: "adopted_already", Once.ASSESSMENT: "assessed_already"}


class TakePlace(Command, frozen=True):
    """Take the place of what may be there once. It follows from an event and is never ordered by itself."""

    what: Once
    by: Id


class Place(msgspec.Struct, frozen=True):
    """Who has taken it. None: it is free."""

    by: str | None = None


def place(what: Once, *unique: str | int) -> str:
    """The id of the place that only one may take: 64 hexadecimal digits."""
    return sha256(msgspec.json.encode((what, *unique)))


def decide(command: TakePlace, taken: Place, _now: datetime) -> Iterator[PlaceTaken]:
    """What an order leads to. Raises Rejected, naming the one that is there."""
    if taken.by is not None:
        raise Rejected(_REFUSED[command.what], **{command.what.value: taken.by})
    yield PlaceTaken(command.what, command.by)


def evolve(_place: Place, event: PlaceTaken) -> Place:
    """The place after the event."""
    return Place(event.by)


once = Decider("assessment_once", Place, decide, evolve)
