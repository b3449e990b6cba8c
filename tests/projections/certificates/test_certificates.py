from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.assessment.criteria import Counted
from baseplus.assessment.events import AppealDecided, AppealOutcome, CertificateLost, CertificateRevoked
from baseplus.kernel.refusals import NotFound
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent
from infra.wiring import EVENT_TYPES
from projections.assessments.queries import ListSelfAssessments, self_assessments
from projections.assessments.views import SelfAssessments
from projections.certificates.queries import (
    ListCertificates,
    ListCertified,
    ShowCertificate,
    certificates,
    certified,
    one_certificate,
)
from projections.certificates.views import CertificateRow, Certificates, Certified, CertifiedRow, HeldCertificate
from projections.runner.reader import Reader
from projections.runner.view import At
from projections.standards.queries import ListCrosswalks, crosswalks
from projections.standards.views import Crosswalks
from tests.assessment.certifying import OWN, SHAFT, VOCATIONAL, approved, awarded, counted
from tests.assessment.story import SCHOOL, TODAY, marks
from tests.assessment.test_certificates import dual, held, held_too
from tests.assessment.test_self_assessments import assessed
from tests.projections.folding import fold
from tests.projections.runner.stage import Stage

NORTH, NOON = TenantId("north"), datetime(2026, 3, 2, 12, tzinfo=UTC)
revoked = CertificateRevoked(
    VOCATIONAL, "person-17", "ap-17", "drives", counted, "The shaft was another's", TODAY, "as-1"
)
upheld = AppealDecided(
    apprentice="person-17",
    side=SCHOOL,
    decided_by="t-qian",
    outcome=AppealOutcome.UPHELD,
    marks=marks(90, 70, 100),
    total="86.00",
    previous="81.00",
    reason="Measured again",
    certificates=("cert-1", "cert-2"),
)
shared = awarded(OWN, (Counted("shafts", SHAFT, "cw-1"),), crosswalk="cw-1")


def test_a_certificate_shows_what_it_was_awarded_by_and_which_evidence_it_counts() -> None:
    row = CertificateRow(
        id="cert-1",
        kind=VOCATIONAL,
        apprentice="person-17",
        apprenticeship="ap-17",
        base="drives",
        assessment="as-1",
        occupation="cnc-machinist",
        adoption="cnc-1",
        association="machinists",
        standard="cnc",
        version=1,
        school_total=Decimal("81.00"),
        enterprise_total=Decimal("69.00"),
        counted=list(counted),
        evidence=1,
        shared=0,
        awarded_by="examiners",
        awarded_on=TODAY,
        state="awarded",
        position=1,
    )
    assert fold(Certificates(), "certificates/cert-1", [awarded()]) == {"cert-1": row}
    assert fold(Certificates(), "certificates/cert-2", [shared])["cert-2"].shared == 1
    void = fold(Certificates(), "certificates/cert-1", [awarded(), revoked])["cert-1"]
    assert (void.state, void.revoked_on, void.position) == ("revoked", TODAY, 2)
    assert revoked.reason not in str(msgspec.structs.asdict(void))
    assert fold(Certificates(), "certificates/cert-1", [revoked]) == {}


def test_a_certificate_tells_when_an_appeal_changed_the_marks_that_it_rests_on() -> None:
    def after(event: AppealDecided) -> CertificateRow:
        award = (awarded(), At("north", 1, "certificates/cert-1", "", NOON, NOON))
        rows = Certificates().folded([award, (event, At("north", 2, "assessments/as-1", "", NOON, NOON))])
        assert [*rows] == ["cert-1"]  # what never was awarded has no row
        return rows["cert-1"]

    changed = after(upheld)
    assert (changed.marks_changed_at, changed.position) == (NOON, 2)
    assert (changed.state, changed.school_total) == ("awarded", Decimal("81.00"))  # of the award
    assert after(msgspec.structs.replace(upheld, outcome=AppealOutcome.DISMISSED)).marks_changed_at is None
    assert after(msgspec.structs.replace(upheld, certificates=())).marks_changed_at is None


def test_what_an_apprentice_holds_and_whether_it_is_both() -> None:
    kept = [HeldCertificate("cert-1", VOCATIONAL, TODAY), HeldCertificate("cert-2", OWN, TODAY - timedelta(days=9))]
    row = CertifiedRow(
        apprenticeship="ap-17", apprentice="person-17", base="drives", held=kept, position=3, dual_since=TODAY
    )
    assert fold(Certified(), "certified/ap-17", [held, held_too, dual]) == {"ap-17": row}
    lost = fold(Certified(), "certified/ap-17", [held, held_too, dual, CertificateLost(OWN, "cert-2", TODAY)])["ap-17"]
    assert (lost.held, lost.dual_since) == (kept[:1], None)
    assert fold(Certified(), "certified/ap-17", [dual]) == {}


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    """cert-1 is void, cert-2 stands by marks that an appeal changed; ap-17 is certified by both sides, ap-18 by the
    state; and a crosswalk."""
    histories = {
        "certificates/cert-1": (awarded(), revoked),
        "certificates/cert-2": (shared,),
        "assessments/as-shop": (msgspec.structs.replace(upheld, certificates=("cert-2",)),),
        "certified/ap-17": (held, held_too, dual),
        "certified/ap-18": (msgspec.structs.replace(held, base="foundry"),),
        "crosswalks/cw-1": (approved,),
        "self_assessments/self-1": (assessed,),
    }
    with closing(Stage(database, EVENT_TYPES)) as stage:
        stage.store.register(NORTH)
        for stream, events in histories.items():
            numbered = [NewEvent(StreamId(stream), n, event, NOON) for n, event in enumerate(events, 1)]
            stage.store.append(NORTH, numbered)
        stage.fold_all((Certificates(), Certified(), Crosswalks(), SelfAssessments()))
        with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
            yield reader


def listed(reader: Reader, **asked: Any) -> list[str]:
    return [one.id for one in certificates(reader, NORTH, ListCertificates(**asked)).rows]


def test_certificates_are_asked_for_by_kind_state_apprentice_base_standard_and_awarding_body(reader: Reader) -> None:
    assert listed(reader) == ["cert-1", "cert-2"]
    assert (listed(reader, kind=OWN), listed(reader, state="revoked")) == (["cert-2"], ["cert-1"])
    assert listed(reader, apprentice="person-17") == listed(reader, apprenticeship="ap-17") == ["cert-1", "cert-2"]
    assert (listed(reader, base="foundry"), listed(reader, standard="shop")) == ([], ["cert-2"])
    assert listed(reader, awarded_by="examiners") == ["cert-1"]
    assert (listed(reader, marks_changed=True), listed(reader, marks_changed=False)) == (["cert-2"], ["cert-1"])
    page = certificates(reader, NORTH, ListCertificates(limit=1))
    assert page.has_more
    assert [one.id for one in certificates(reader, NORTH, ListCertificates(limit=1, cursor=page.cursor)).rows] == [
        "cert-2"
    ]
    assert one_certificate(reader, NORTH, ShowCertificate(certificate="cert-2")).crosswalk == "cw-1"
    with pytest.raises(NotFound):
        one_certificate(reader, NORTH, ShowCertificate(certificate="cert-9"))


def test_whom_both_sides_certified_is_asked_for(reader: Reader) -> None:
    def found(**asked: Any) -> list[str]:
        return [one.apprenticeship for one in certified(reader, NORTH, ListCertified(**asked)).rows]

    assert (found(), found(dual=True), found(dual=False)) == (["ap-17", "ap-18"], ["ap-17"], ["ap-18"])
    assert found(base="foundry") == ["ap-18"]


def test_a_crosswalk_is_found_by_either_of_its_standards(reader: Reader) -> None:
    for adoption in ("cnc-1", "shop-1"):
        (row,) = crosswalks(reader, NORTH, ListCrosswalks(adoption=adoption)).rows
        assert (row.id, row.one_standard, row.other_standard, len(row.pairs)) == ("cw-1", "cnc", "shop", 1)
    assert crosswalks(reader, NORTH, ListCrosswalks(adoption="welding-1")).rows == []


def test_what_apprentices_think_of_themselves_is_asked_for(reader: Reader) -> None:
    (row,) = self_assessments(reader, NORTH, ListSelfAssessments(apprenticeship="ap-17", adoption="cnc-1")).rows
    assert (row.total, row.assessed_on, row.reflection) == (Decimal("81.00"), TODAY, "I measure too seldom")
    assert self_assessments(reader, NORTH, ListSelfAssessments(base="foundry")).rows == []
