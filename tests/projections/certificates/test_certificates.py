from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from baseplus.assessment.criteria import Counted
from baseplus.assessment.events import AppealDecided, AppealOutcome, CertificateEvent, CertificateRevoked
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
LAST = TODAY + timedelta(days=300)
expiring = awarded(expires=LAST)
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


LONG_AGO = TODAY - timedelta(days=9)
own = awarded(OWN, on=LONG_AGO)


def folded(*history: tuple[str, CertificateEvent]) -> dict[str, CertifiedRow]:
    """The rows of these events of certificates, in their order."""
    return Certified().folded(
        (event, At("north", position, f"certificates/{certificate}", "", NOON, NOON))
        for position, (certificate, event) in enumerate(history, 1)
    )


def test_what_an_apprentice_holds_is_what_was_awarded_and_not_revoked() -> None:
    kept = [HeldCertificate("cert-2", OWN, LONG_AGO), HeldCertificate("cert-1", VOCATIONAL, TODAY)]
    row = CertifiedRow(apprenticeship="ap-17", apprentice="person-17", base="drives", held=kept, position=2)
    assert folded(("cert-1", awarded()), ("cert-2", own)) == {"ap-17": row}
    lost = folded(("cert-1", awarded()), ("cert-2", own), ("cert-1", revoked))["ap-17"]
    assert (lost.held, lost.position) == (kept[:1], 3)
    assert folded(("cert-1", revoked)) == {}


def test_a_renewed_certificate_is_kept_with_the_one_that_renews_it() -> None:
    until = TODAY + timedelta(days=300)
    renewed = awarded(on=until - timedelta(days=9))
    row = folded(("cert-3", renewed), ("cert-1", awarded(expires=until)), ("cert-2", own))["ap-17"]
    assert [(one.certificate, one.expires) for one in row.held] == [
        ("cert-2", None),
        ("cert-1", until),
        ("cert-3", None),
    ]


@pytest.fixture
def reader(database: Database) -> Iterator[Reader]:
    """cert-1 is void, cert-2 stands by marks that an appeal changed, cert-3 has a last day, and cert-4, which is void,
    has it, too; and a crosswalk."""
    histories = {
        "certificates/cert-1": (awarded(), revoked),
        "certificates/cert-2": (shared,),
        "assessments/as-shop": (msgspec.structs.replace(upheld, certificates=("cert-2",)),),
        "certificates/cert-3": (msgspec.structs.replace(expiring, apprenticeship="ap-19", base="foundry"),),
        "certificates/cert-4": (expiring, revoked),
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
    assert listed(reader) == ["cert-1", "cert-2", "cert-3", "cert-4"]
    assert (listed(reader, kind=OWN), listed(reader, state="revoked")) == (["cert-2"], ["cert-1", "cert-4"])
    assert listed(reader, apprentice="person-17") == ["cert-1", "cert-2", "cert-3", "cert-4"]
    assert listed(reader, apprenticeship="ap-17") == ["cert-1", "cert-2", "cert-4"]
    assert (listed(reader, base="foundry"), listed(reader, standard="shop")) == (["cert-3"], ["cert-2"])
    assert listed(reader, awarded_by="examiners") == ["cert-1", "cert-3", "cert-4"]
    assert listed(reader, marks_changed=True) == ["cert-2"]
    assert listed(reader, marks_changed=False) == ["cert-1", "cert-3", "cert-4"]
    page = certificates(reader, NORTH, ListCertificates(limit=1))
    assert page.has_more
    assert [one.id for one in certificates(reader, NORTH, ListCertificates(limit=1, cursor=page.cursor)).rows] == [
        "cert-2"
    ]
    assert one_certificate(reader, NORTH, ShowCertificate(certificate="cert-2")).crosswalk == "cw-1"
    with pytest.raises(NotFound):
        one_certificate(reader, NORTH, ShowCertificate(certificate="cert-9"))


def test_whether_a_certificate_has_expired_is_told_as_of_a_day(reader: Reader) -> None:
    after = LAST + timedelta(days=1)
    assert listed(reader, state="awarded", as_of=LAST) == ["cert-2", "cert-3"]
    assert listed(reader, state="expired", as_of=LAST) == []
    assert (listed(reader, state="awarded", as_of=after), listed(reader, state="expired", as_of=after)) == (
        ["cert-2"],
        ["cert-3"],
    )
    assert listed(reader, state="revoked", as_of=after) == ["cert-1", "cert-4"]
    for day, state in ((LAST, "awarded"), (after, "expired")):
        assert one_certificate(reader, NORTH, ShowCertificate(certificate="cert-3", as_of=day)).state == state
    assert listed(reader, state="awarded")[0] == "cert-2"  # left out, the day is today


RENEWAL = LAST - timedelta(days=9)


@pytest.fixture
def holders(database: Database) -> Iterator[Reader]:
    """ap-17 is certified by both sides; so is ap-19, whose vocational certificate is renewed nine days before its last
    one, and ap-20 until that day; ap-18 is by the state only."""
    held = (
        ("vocational-17", "ap-17", "drives", awarded()),
        ("own-17", "ap-17", "drives", own),
        ("vocational-18", "ap-18", "foundry", awarded()),
        ("vocational-19", "ap-19", "drives", expiring),
        ("own-19", "ap-19", "drives", own),
        ("renewal-19", "ap-19", "drives", awarded(on=RENEWAL)),
        ("vocational-20", "ap-20", "drives", expiring),
        ("own-20", "ap-20", "drives", own),
    )
    with closing(Stage(database, EVENT_TYPES)) as stage:
        stage.store.register(NORTH)
        for certificate, trained, base, award in held:
            event = msgspec.structs.replace(award, apprenticeship=trained, base=base)
            stage.store.append(NORTH, [NewEvent(StreamId(f"certificates/{certificate}"), 1, event, NOON)])
        stage.fold_all((Certified(),))
        with closing(Reader(stage.database.dsn("app"), size=1)) as reader:
            yield reader


def test_whom_both_sides_certified_is_asked_for(holders: Reader) -> None:
    def found(**asked: Any) -> list[str]:
        return [one.apprenticeship for one in certified(holders, NORTH, ListCertified(**asked)).rows]

    assert found(dual=True, as_of=LAST) == ["ap-17", "ap-19", "ap-20"]
    assert found(dual=False, as_of=LAST) == ["ap-18"]
    assert found(dual=True, as_of=TODAY - timedelta(days=1)) == []  # the later ones are awarded only the day after
    assert (found(), found(base="foundry")) == (["ap-17", "ap-18", "ap-19", "ap-20"], ["ap-18"])
    assert "ap-17" in found(dual=True)  # left out, the day is today


def test_what_is_held_and_since_when_by_both_is_told_as_of_a_day(holders: Reader) -> None:
    def asked(trained: str, day: date) -> tuple[list[str], date | None, date | None]:
        (row,) = (
            one for one in certified(holders, NORTH, ListCertified(as_of=day)).rows if one.apprenticeship == trained
        )
        return [one.certificate for one in row.held], row.dual_since, row.dual_until

    after, eve = LAST + timedelta(days=1), RENEWAL - timedelta(days=1)
    assert asked("ap-20", LAST) == (["own-20", "vocational-20"], TODAY, LAST)
    assert asked("ap-20", after) == (["own-20"], None, None)
    assert asked("ap-18", after) == (["vocational-18"], None, None)
    assert asked("ap-18", LONG_AGO) == ([], None, None)
    # Renewed before its last day: there is no day on which none is held.
    assert asked("ap-19", eve) == (["own-19", "vocational-19"], TODAY, LAST)
    for day in (RENEWAL, LAST, after):
        assert asked("ap-19", day) == (["own-19", "renewal-19"], RENEWAL, None)


def test_a_crosswalk_is_found_by_either_of_its_standards(reader: Reader) -> None:
    for adoption in ("cnc-1", "shop-1"):
        (row,) = crosswalks(reader, NORTH, ListCrosswalks(adoption=adoption)).rows
        assert (row.id, row.one_standard, row.other_standard, len(row.pairs)) == ("cw-1", "cnc", "shop", 1)
    assert crosswalks(reader, NORTH, ListCrosswalks(adoption="welding-1")).rows == []


def test_what_apprentices_think_of_themselves_is_asked_for(reader: Reader) -> None:
    (row,) = self_assessments(reader, NORTH, ListSelfAssessments(apprenticeship="ap-17", adoption="cnc-1")).rows
    assert (row.total, row.assessed_on, row.reflection) == (Decimal("81.00"), TODAY, "I measure too seldom")
    assert self_assessments(reader, NORTH, ListSelfAssessments(base="foundry")).rows == []
