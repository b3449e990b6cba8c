from __future__ import annotations

from datetime import date

from baseplus.assessment.certified import Hold, certified
from baseplus.assessment.criteria import AdoptedVersion
from baseplus.assessment.events import CertificateAwarded, CertificateKind, DualCertificationAchieved
from baseplus.reactions.dual_certification import DualCertification
from tests.reactions.world import World

MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 2)
AGAINST = AdoptedVersion("ad-1", "machinists", "cnc", 1, "a" * 64, "fitter")


def awarded(world: World, kind: CertificateKind, on: date) -> None:
    """As the award does in one transaction: the certificate, and that the apprentice holds it."""
    world.tell(certified, "ap-1", Hold(kind, f"c-{kind}", "p-1", "drives", on))
    award = CertificateAwarded(kind, "p-1", "ap-1", "drives", "as-1", AGAINST, "80.00", "82.00", (), "machinists", on)
    world.happened(f"certificates/c-{kind}", award)


def test_both_certificates_awarded_make_a_dual_certification() -> None:
    world = World(DualCertification(), today=APRIL)
    awarded(world, CertificateKind.ENTERPRISE, MARCH)
    assert world.events(DualCertificationAchieved) == []
    awarded(world, CertificateKind.VOCATIONAL, APRIL)
    dual = DualCertificationAchieved("p-1", "drives", "c-enterprise", "c-vocational", APRIL)
    assert world.events(DualCertificationAchieved) == [dual]
