"""Certificates, one row each, and which apprentices are certified by both sides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias, assert_never

import msgspec

from baseplus.assessment.criteria import Counted
from baseplus.assessment.events import (
    AppealDecided,
    AppealOutcome,
    CertificateAwarded,
    CertificateEvent,
    CertificateKind,
    CertificateRevoked,
)
from projections.runner.view import At, Row, View

CertificateState: TypeAlias = Literal["awarded", "expired", "revoked"]


class CertificateRow(Row):
    """One certificate as it stands.

    state: no row says that a certificate has expired, for no event does; whoever asks is told, as of a day.
    assessment, adoption, association, standard, version: what it was awarded by. school_total, enterprise_total: 0.00
    to 100.00. counted: its evidence, each piece once. shared: how many pieces count for the other certificate, too,
    through the crosswalk. marks_changed_at: when an appeal that was upheld after the award changed the marks that it
    rests on; the totals stay those of the award. Why it was revoked is in no row. position: of the last event shown.
    """

    id: str
    kind: CertificateKind
    apprentice: str
    apprenticeship: str
    base: str
    assessment: str
    occupation: str
    adoption: str
    association: str
    standard: str
    version: int
    school_total: Decimal
    enterprise_total: Decimal
    counted: list[Counted]
    evidence: int
    shared: int
    awarded_by: str
    awarded_on: date
    state: CertificateState
    position: int
    crosswalk: str | None = None
    expires: date | None = None
    revoked_on: date | None = None
    marks_changed_at: datetime | None = None


class Certificates(View[CertificateRow, CertificateEvent | AppealDecided]):
    """One row per certificate."""

    name: ClassVar = "certificates"
    indexes: ClassVar = (("apprenticeship",), ("kind", "id"), ("apprentice",))

    def keys(self, event: CertificateEvent | AppealDecided, at: At) -> Iterable[str]:
        return event.certificates if isinstance(event, AppealDecided) else (at.thing,)

    def evolve(
        self, row: CertificateRow | None, event: CertificateEvent | AppealDecided, at: At
    ) -> CertificateRow | None:
        match event:
            case CertificateAwarded():
                return _awarded(event, at)
            case CertificateRevoked(on=on):
                if row is not None:
                    row.state, row.revoked_on, row.position = "revoked", on, at.position
                return row
            case AppealDecided(outcome=outcome):
                if row is not None and outcome is AppealOutcome.UPHELD:
                    row.marks_changed_at, row.position = at.time, at.position
                return row
            case _:
                assert_never(event)


def _awarded(event: CertificateAwarded, at: At) -> CertificateRow:
    against = event.against
    return CertificateRow(
        id=at.thing,
        kind=event.kind,
        apprentice=event.apprentice,
        apprenticeship=event.apprenticeship,
        base=event.base,
        assessment=event.assessment,
        occupation=against.occupation,
        adoption=against.adoption,
        association=against.association,
        standard=against.standard,
        version=against.version,
        school_total=Decimal(event.school_total),
        enterprise_total=Decimal(event.enterprise_total),
        counted=list(event.counted),
        evidence=len(event.counted),
        shared=sum(one.through is not None for one in event.counted),
        awarded_by=event.awarded_by,
        awarded_on=event.on,
        state="awarded",
        position=at.position,
        crosswalk=event.crosswalk,
        expires=event.expires,
    )


class HeldCertificate(msgspec.Struct):
    """A certificate, since the day of its award. expires: its last day; None: none."""

    certificate: str
    kind: CertificateKind
    since: date
    expires: date | None = None


class CertifiedRow(Row):
    """What an apprentice holds.

    In the row stand all certificates that were not revoked, in the order of their days; whoever asks is shown, as of a
    day, the one of each kind that is held then: awarded, not expired, the latest where one renews another. position: of
    the last event.
    """

    apprenticeship: str
    apprentice: str
    base: str
    held: list[HeldCertificate]
    position: int


class Certified(View[CertifiedRow, CertificateEvent]):
    """One row per apprenticeship, from awards and revocations: an award has always said its last day."""

    name: ClassVar = "certified"
    indexes: ClassVar = (("base",),)

    def keys(self, event: CertificateEvent, at: At) -> Iterable[str]:  # noqa: ARG002 - the event names it
        return (event.apprenticeship,)

    def evolve(self, row: CertifiedRow | None, event: CertificateEvent, at: At) -> CertifiedRow | None:
        match event:
            case CertificateAwarded(kind, on=on, expires=expires):
                row = row or CertifiedRow(
                    apprenticeship=at.key, apprentice=event.apprentice, base=event.base, held=[], position=at.position
                )
                row.held.append(HeldCertificate(at.thing, kind, on, expires))
                row.held.sort(key=lambda one: one.since)
            case CertificateRevoked():
                if row is None:
                    return None
                row.held = [one for one in row.held if one.certificate != at.thing]
            case _:
                assert_never(event)
        row.position = at.position
        return row
