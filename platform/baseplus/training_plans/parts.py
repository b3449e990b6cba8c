"""What a training plan is made of: modules in four layers, with theory units and tasks; and the text that is endorsed.

These parts are stored inside events and are what the three sides endorse, so a new field needs a default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from baseplus.kernel.canonical import canonical, sha256
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Count, Id, Line, Text

Version = Annotated[
    int, Meta(ge=1, le=9999, description="which version of the plan", extra={"form": "a version: 1, 2, 3 …"})
]


class Layer(StrEnum):
    """The four layers of a plan, each standing on the one before: who one is, what one knows, what one can do, what
    one masters."""

    CHARACTER = "character"
    BASIC = "basic"
    SKILL = "skill"
    EXPERTISE = "expertise"


class Choice(StrEnum):
    """Whether everybody takes a module, or an apprentice chooses among several, so that plans can be personal."""

    COMMON = "common"
    ELECTIVE = "elective"


class Side(StrEnum):
    """The three sides that make a plan, each of which must endorse it."""

    SCHOOL = "school"
    ENTERPRISE = "enterprise"
    ASSOCIATION = "association"


class Topic(Struct, frozen=True):
    """A theory unit or a task of a module."""

    id: Annotated[Id, Meta(description="its id in the plan")]
    title: Annotated[Line, Meta(description="what people call it")]


Topics = Annotated[tuple[Topic, ...], Meta(max_length=50)]


class Module(Struct, frozen=True):
    """A part of the plan. units: the theory of it; tasks: the work at which it is learnt."""

    id: Annotated[Id, Meta(description="the module's id in the plan")]
    title: Annotated[Line, Meta(description="what people call it")]
    layer: Layer
    choice: Choice = Choice.COMMON
    hours: Annotated[Count | None, Meta(description="how long it takes, in hours")] = None
    units: Topics = ()
    tasks: Topics = ()
    description: Annotated[Text | None, Meta(description="what is learnt; no personal data")] = None


class Link(Struct, frozen=True):
    """A theory unit and a task at which it is needed."""

    unit: Annotated[Id, Meta(description="the theory unit, by its id in the plan")]
    task: Annotated[Id, Meta(description="the task, by its id in the plan")]


class PlanText(Struct, frozen=True, kw_only=True):
    """All that a version of a plan says, modules in the order in which people read them.

    electives: how many elective modules an apprentice takes, at least.
    """

    title: str
    occupation: str
    version: int
    modules: tuple[Module, ...]
    electives: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text, 64 hexadecimal digits: what an endorsement is of."""
        return sha256(canonical("training plan 1", self))

    def check(self) -> None:
        """Raises Rejected where an id is there twice, a layer has no module, or too few modules can be chosen."""
        topics = [topic for module in self.modules for topic in (*module.units, *module.tasks)]
        _check_once(module.id for module in self.modules)
        _check_once(topic.id for topic in topics)
        present = {module.layer for module in self.modules}
        if missing := [layer.value for layer in Layer if layer not in present]:
            raise Rejected("layers_missing", missing=missing)
        offered = sum(module.choice is Choice.ELECTIVE for module in self.modules)
        if self.electives > offered:
            raise Rejected("too_few_electives", electives=self.electives, offered=offered)

    @property
    def units(self) -> frozenset[str]:
        """The ids of its theory units."""
        return frozenset(unit.id for module in self.modules for unit in module.units)

    @property
    def tasks(self) -> frozenset[str]:
        """The ids of its tasks."""
        return frozenset(task.id for module in self.modules for task in module.tasks)

    def revised(self, title: str, modules: tuple[Module, ...], electives: int) -> PlanText:
        """The next version. Raises Rejected where it says the same."""
        if (title, modules, electives) == (self.title, self.modules, self.electives):
            raise Rejected("plan_unchanged", version=self.version)
        return msgspec.structs.replace(
            self, title=title, modules=modules, electives=electives, version=self.version + 1
        )


def _check_once(ids: Iterable[str]) -> None:
    if twice := sorted(one for one, times in Counter(ids).items() if times > 1):
        raise Rejected("named_twice", ids=twice)
