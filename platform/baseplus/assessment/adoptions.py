"""Standards that a university adopts: the command, state, rules. The stream is `adoptions/<id>`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from baseplus.assessment.criteria import AdoptedVersion, Version
from baseplus.assessment.events import SkillStandardPublished, StandardAdopted
from baseplus.assessment.standards import standards
from baseplus.kernel.decisions import Command, Decider, Load
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Id, Sha256, TenantId


class AdoptStandard(Command, frozen=True):
    """Adopt a version of an association's skill standard.

    Apprentices are assessed against what the university has adopted, and one version is adopted once.
    """

    association: Annotated[Id, Meta(description="the association that published it, by its id as a tenant")]
    standard: Annotated[Id, Meta(description="the standard, by its id in the association's history")]
    version: Version
    digest: Annotated[Sha256, Meta(description="SHA-256 of the version's text that the university read")]


class AdoptPublished(Command, frozen=True):
    """An order to adopt, and what the association has published: what the rules decide. Made by `as_published`."""

    order: AdoptStandard
    published: SkillStandardPublished


class Adoption(msgspec.Struct, frozen=True):
    """What the rules need to know, and whoever assesses by it."""

    adopted: StandardAdopted | None = None


def as_published(load: Load, _tenant: TenantId, _adoption: str, command: AdoptStandard) -> AdoptPublished:
    """The order, with what the association has published. Raises Rejected."""
    association, standard, version = command.association, command.standard, command.version
    found, _ = load(TenantId(association), standards, standard)
    published = found.versions.get(version)
    if published is None:
        raise Rejected("unknown_standard", association=association, standard=standard, version=version)
    if command.digest != published.digest:
        raise Rejected("digest_differs", published=published.digest, given=command.digest)
    if by := found.superseded.get(version):
        raise Rejected("standard_superseded", standard=standard, version=version, by=by)
    return AdoptPublished(command, published)


def version_of(adoption: str, adopted: StandardAdopted) -> AdoptedVersion:
    """The version that was adopted, as whatever is made against it names it."""
    return AdoptedVersion(
        adoption, adopted.association, adopted.standard, adopted.version, adopted.digest, adopted.occupation
    )


def decide(command: AdoptPublished, adoption: Adoption, _now: datetime) -> Iterator[StandardAdopted]:
    """What an order leads to. Raises Rejected. That a version is adopted once is decided in `once.py`."""
    if (there := adoption.adopted) is not None:
        raise Rejected("adoption_exists", standard=there.standard, version=there.version)
    order, published = command.order, command.published
    yield StandardAdopted(
        association=order.association,
        standard=order.standard,
        version=published.version,
        digest=published.digest,
        occupation=published.occupation,
        title=published.title,
        criteria=published.criteria,
    )


def evolve(_adoption: Adoption, event: StandardAdopted) -> Adoption:
    """The adoption after the event."""
    return Adoption(event)


adoptions = Decider("adoptions", Adoption, decide, evolve)
