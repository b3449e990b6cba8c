"""Crosswalks between two adopted standards: command, state, rules. The stream is `crosswalks/<id>`.

Approved, a crosswalk does not change; a better one is another one. It reads in both directions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from baseplus.assessment.adoptions import adoptions, version_of
from baseplus.assessment.criteria import Pair
from baseplus.assessment.events import CrosswalkApproved, StandardAdopted
from baseplus.kernel.days import check_happened
from baseplus.kernel.decisions import Command, Decider, Load
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, PersonId, TenantId

Pairs = Annotated[tuple[Pair, ...], Meta(min_length=1, max_length=200, description="the criteria that meet each other")]


class ApproveCrosswalk(Command, frozen=True):
    """Approve a crosswalk between two adopted standards.

    What meets a criterion of the one meets its pair in the other, so that the same evidence may count for both
    certificates.
    """

    left: Annotated[Id, Meta(description="the university's adoption of the one standard")]
    right: Annotated[Id, Meta(description="the university's adoption of the other standard")]
    pairs: Pairs
    approved_by: Annotated[PersonId, Meta(description="who answers for it")]
    on: Annotated[Day | None, Meta(description="the day of it; left out, today")] = None


class ApproveBetween(Command, frozen=True):
    """An order to approve, and what the university has adopted: what the rules decide. Made by `between_adopted`."""

    order: ApproveCrosswalk
    left: StandardAdopted
    right: StandardAdopted


class Crosswalk(msgspec.Struct, frozen=True):
    """What the rules need to know, and whoever counts evidence by it."""

    approved: CrosswalkApproved | None = None

    def met_by(self, adoption: str, other: str) -> Mapping[str, tuple[str, ...]] | None:
        """Per criterion of `other`, the criteria of `adoption` that it meets. None: it is not between these two."""
        if self.approved is None:
            return None
        left, right = self.approved.left.adoption, self.approved.right.adoption
        if (adoption, other) not in ((left, right), (right, left)):
            return None
        met: dict[str, tuple[str, ...]] = {}
        for pair in self.approved.pairs:
            mine, theirs = (pair.left, pair.right) if adoption == left else (pair.right, pair.left)
            met[theirs] = (*met.get(theirs, ()), mine)
        return met


def between_adopted(load: Load, tenant: TenantId, _crosswalk: str, command: ApproveCrosswalk) -> ApproveBetween:
    """The order, with both standards as the university adopted them, which never changes. Raises Rejected."""
    found = []
    for adoption in (command.left, command.right):
        state, _ = load(tenant, adoptions, adoption)
        if state.adopted is None:
            raise Rejected("unknown_adoption", adoption=adoption)
        found.append(state.adopted)
    return ApproveBetween(command, *found)


def decide(command: ApproveBetween, crosswalk: Crosswalk, now: datetime) -> Iterator[CrosswalkApproved]:
    """What an order leads to. Raises Rejected."""
    if crosswalk.approved:
        raise Rejected("crosswalk_exists")
    order, left, right = command.order, command.left, command.right
    if order.left == order.right:
        raise Rejected("crosswalk_to_itself", adoption=order.left)
    if twice := sorted(f"{pair.left}={pair.right}" for pair in set(order.pairs) if order.pairs.count(pair) > 1):
        raise Rejected("pairs_twice", pairs=twice)
    for adopted, asked in ((left, [p.left for p in order.pairs]), (right, [p.right for p in order.pairs])):
        if unknown := sorted(set(asked) - {criterion.id for criterion in adopted.criteria}):
            raise Rejected("unknown_criteria", criteria=unknown)
    on = order.on or now.date()
    check_happened(on, now)
    yield CrosswalkApproved(
        version_of(order.left, left), version_of(order.right, right), order.pairs, order.approved_by, on
    )


def evolve(_crosswalk: Crosswalk, event: CrosswalkApproved) -> Crosswalk:
    """The crosswalk after the event."""
    return Crosswalk(event)


crosswalks = Decider("crosswalks", Crosswalk, decide, evolve)
