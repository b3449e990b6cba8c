from __future__ import annotations

from datetime import timedelta

from baseplus.assessment.assessments import Appeal, DecideAppeal, assessments
from baseplus.assessment.certificates import Award, Revoke, by_assessment, certificates
from baseplus.assessment.criteria import Score, Side
from baseplus.assessment.events import AppealOutcome, CertificateKind
from baseplus.kernel.access import Role
from infra.pages.languages import date_today
from tests.pages.town import QINGLAN, Town, noon, texts

RECORD = "/t/qinglan/apprentices/shen"


def award(town: Town, certificate: str, kind: CertificateKind, days: int, lasts: int | None) -> None:
    """Awarded so many days ago."""
    on = date_today() - timedelta(days=days)
    expires = None if lasts is None else on + timedelta(days=lasts)
    order = Award(kind, "shen-1", "jianghe", on=on, expires=expires)
    town.store.execute(QINGLAN, certificates, certificate, order, now=noon(on), resolve=by_assessment)


def test_an_apprentice_s_record_shows_certificates_whether_they_stand_and_what_an_appeal_changed(working: Town) -> None:
    award(working, "forged", CertificateKind.VOCATIONAL, 9, None)
    working.store.execute(QINGLAN, certificates, "forged", Revoke("The piece was another's"))
    award(working, "old", CertificateKind.ENTERPRISE, 8, 4)
    appeal = Appeal(Side.SCHOOL, "The fixture was worn out")
    scores = tuple(Score(one, 90) for one in ("drawings", "setup", "tolerance", "safety"))
    decided = DecideAppeal(Side.SCHOOL, "dean", AppealOutcome.UPHELD, "Measured again", scores)
    working.store.execute(QINGLAN, assessments, "shen-1", appeal, decided)
    assert working.caught_up()

    page = working.reader().page(RECORD)
    assert texts(page, "#certificates td.first .badge") == ["Expired", "Revoked"]
    assert texts(page, "#certificates .side") == ["Enterprise certificate", "Vocational certificate"]
    (changed,) = texts(page, "#certificates .badge.risk")
    assert changed.startswith("An appeal changed its marks, ")
    assert [one[:6] for one in texts(page, "#certificates small")] == ["until ", "revoke"]
    assert "Certificate old rests on these marks: only an appeal changes them." in texts(page, "#assessed section p")


def test_a_mentor_sees_no_certificates_but_which_rest_on_marks_of_their_own(working: Town) -> None:
    award(working, "own", CertificateKind.ENTERPRISE, 8, None)
    assert working.caught_up()

    assert texts(working.reader().page(RECORD), "#certificates td.first .badge") == ["Awarded"]
    page = working.reader(Role.MENTOR, own="gao").page(RECORD)
    assert not page.select("#certificates")
    assert "Certificate own rests on these marks: only an appeal changes them." in texts(page, "#assessed section p")
