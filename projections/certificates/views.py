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
    CertificateHeld,
    CertificateKind,
    CertificateLost,
    CertificateRevoked,
    CertifiedEvent,
    DualCertificationAchieved,
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
    """A certificate that is held, since the day of its award. expires: its last day; None: none."""

    certificate: str
    kind: CertificateKind
    since: date
    expires: date | None = None


class CertifiedRow(Row):
    """What an apprentice holds.

    In the row stands the latest certificate of each kind that was not revoked; whoever asks is shown those that have
    not expired on a day. dual_since: since when both, where that was recognised; dual_until: the last day of both,
    where one of them expires. position: of the last event.
    """

    apprenticeship: str
    apprentice: str
    base: str
    held: list[HeldCertificate]
    position: int
    dual_since: date | None = None
    dual_until: date | None = None


class Certified(View[CertifiedRow, CertifiedEvent]):
    """One row per apprenticeship."""

    name: ClassVar = "certified"
    indexes: ClassVar = (("base",),)

    def evolve(self, row: CertifiedRow | None, event: CertifiedEvent, at: At) -> CertifiedRow | None:
        if row is None:
            if not isinstance(event, CertificateHeld):
                return None
            row = CertifiedRow(
                apprenticeship=at.thing, apprentice=event.apprentice, base=event.base, held=[], position=at.position
            )
        row.position = at.position
        match event:
            case CertificateHeld(kind, certificate, on=on, expires=expires):
                _drop(row, kind)
                row.held.append(HeldCertificate(certificate, kind, on, expires))
            case CertificateLost(kind):
                _drop(row, kind)
            case DualCertificationAchieved(on=on):
                row.dual_since = on
                row.dual_until = min((one.expires for one in row.held if one.expires), default=None)
            case _:
                assert_never(event)
        return row


def _drop(row: CertifiedRow, kind: CertificateKind) -> None:
    row.held = [one for one in row.held if one.kind is not kind]
    row.dual_since = row.dual_until = None
