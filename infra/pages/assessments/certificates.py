"""Certificates on an apprentice's record: which there are, whether they stand today, and what changed beneath them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from baseplus.assessment.events import CertificateKind
from infra.pages import languages
from infra.pages.agreements.words import Badge, Whose
from infra.pages.languages import gettext as _
from infra.pages.languages import mark
from infra.pages.visit import Visit
from projections.certificates.queries import ListCertificates, certificates
from projections.certificates.views import CertificateRow, CertificateState

KINDS: Mapping[CertificateKind, tuple[str, str]] = {
    CertificateKind.ENTERPRISE: ("work", mark("Enterprise certificate")),
    CertificateKind.VOCATIONAL: ("school", mark("Vocational certificate")),
}
"""Kind of a certificate -> its side and what it is called."""

STATES: Mapping[CertificateState, tuple[str, str]] = {
    "awarded": ("ok", mark("Awarded")),
    "expired": ("gone", mark("Expired")),
    "revoked": ("gone", mark("Revoked")),
}
"""State of a certificate -> its badge's class and words."""


class Shown(NamedTuple):
    """A certificate in words. changed: that an appeal changed the marks that it rests on, where one did."""

    row: CertificateRow
    what: Whose
    badge: Badge
    until: str
    changed: str


def held(visit: Visit, apprenticeship: str) -> list[Shown]:
    """What was awarded in an apprenticeship, as of today, the latest first; nothing where the reader may not see it."""
    if not visit.may(certificates):
        return []
    asked = ListCertificates(apprenticeship=apprenticeship, as_of=languages.date_today())
    return [_shown(row) for row in sorted(visit.every(certificates, asked), key=lambda row: row.awarded_on)[::-1]]


def _shown(row: CertificateRow) -> Shown:
    side, called = KINDS[row.kind]
    kind, state = STATES[row.state]
    until = changed = ""
    if row.revoked_on:
        until = _("revoked %(day)s", day=languages.day(row.revoked_on))
    elif row.expires:
        until = _("until %(day)s", day=languages.day(row.expires))
    if row.marks_changed_at:
        changed = _("An appeal changed its marks, %(day)s", day=languages.day(row.marks_changed_at.date()))
    return Shown(row, Whose(side, _(called)), Badge(kind, _(state)), until, changed)
