"""The same evidence is counted once per certificate, and somebody holds one of a kind, however many award at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from baseplus.assessment.adoptions import AdoptStandard, adoptions, as_published
from baseplus.assessment.assessments import Record, RecordOtherSide, against_adopted, assessments
from baseplus.assessment.certificates import Award, Revoke, by_assessment, certificates
from baseplus.assessment.certified import RecogniseDual, certified
from baseplus.assessment.criteria import Evidence, Pair, Score
from baseplus.assessment.crosswalks import ApproveCrosswalk, between_adopted, crosswalks
from baseplus.assessment.events import CertificateKind, DualCertificationAchieved
from baseplus.assessment.standards import Publish, standards
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from tests.assessment.certifying import OWN, SHOP, VOCATIONAL
from tests.assessment.story import ASSOCIATION, ENTERPRISE, SCHOOL, enrol, order, publish, record, scores
from tests.racing import CLIENTS, ROUNDS, race, racing

NORTH, MACHINISTS = TenantId("north"), TenantId(ASSOCIATION)


@pytest.fixture
def stores(database: Database) -> Iterator[list[Store]]:
    with racing(database) as stores:
        yield stores


@pytest.fixture
def store(stores: list[Store]) -> Store:
    """Two standards are adopted, with a crosswalk between them; nobody is assessed yet."""
    one = stores[0]
    one.register(NORTH, MACHINISTS)
    one.execute(MACHINISTS, standards, "cnc", publish)
    one.execute(MACHINISTS, standards, "shop", Publish("cnc-machinist", "At Yunchuan", SHOP))
    shop = one.load(MACHINISTS, standards, "shop")[0].versions[1].digest
    one.execute(NORTH, adoptions, "cnc-1", order, resolve=as_published)
    one.execute(NORTH, adoptions, "shop-1", AdoptStandard(ASSOCIATION, "shop", 1, shop), resolve=as_published)
    walk = ApproveCrosswalk("cnc-1", "shop-1", (Pair("turning", "shafts"),), "t-zhou")
    one.execute(NORTH, crosswalks, "cw-1", walk, resolve=between_adopted)
    return one


def at(position: int, *given: Score) -> tuple[Score, ...]:
    """These scores, the first of them with the evidence at this place."""
    return (replace(given[0], evidence=(Evidence("logbook/shaft-3", position),)), *given[1:])


def assess(store: Store, thing: str, apprenticeship: str, position: int, *, shop: bool = False) -> None:
    """Both sides assess the apprentice, with this evidence."""
    if not shop:
        enrol(store, NORTH, apprenticeship)
    given = (Score("shafts", 90), Score("order", 80)) if shop else scores(80, 70, 100)
    first = Record(apprenticeship, "shop-1" if shop else "cnc-1", SCHOOL, "t-he", at(position, *given))
    store.execute(NORTH, assessments, thing, first, resolve=against_adopted)
    store.execute(NORTH, assessments, thing, RecordOtherSide(ENTERPRISE, "m-gao", at(position, *given)))


def award(store: Store, certificate: str, kind: CertificateKind, assessment: str, *shared: str) -> str:
    crosswalk, other = shared or (None, None)
    asked = Award(kind, assessment, "examiners", crosswalk, other)
    store.execute(NORTH, certificates, certificate, asked, resolve=by_assessment)
    return "done"


def refusal(store: Store, certificate: str, kind: CertificateKind, assessment: str, *shared: str) -> tuple[str, object]:
    with pytest.raises(Rejected) as refused:
        award(store, certificate, kind, assessment, *shared)
    return refused.value.code, refused.value.facts.get("certificate")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_clients_award_a_certificate_of_a_kind_and_one_is_held(
    store: Store, stores: list[Store], rounds: int
) -> None:
    for turn in range(rounds):
        assess(store, f"as-{turn}", f"ap-{turn}", 1000 + turn)

        def client(number: int, turn: int = turn) -> str:
            return award(stores[number], f"cert-{turn}-{number}", VOCATIONAL, f"as-{turn}")

        assert race(client) == {"done": 1, "certified_already": CLIENTS - 1}, f"round {turn}"


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_apprentices_show_the_same_evidence_and_it_is_counted_once(
    store: Store, stores: list[Store], rounds: int
) -> None:
    for turn in range(rounds):
        years, sitting = divmod(turn, 99)  # as often as one may sit
        winners: list[str] = []
        for number in range(CLIENTS):
            thing, who = f"as-{turn}-{number}", f"ap-{years}-{number}"
            first = record(apprenticeship=who, given_scores=at(5000 + turn, *scores(80, 70, 100)))
            if sitting == 0:
                enrol(store, NORTH, who)
            else:
                first = replace(first, resit_of=f"as-{turn - 1}-{number}")
            store.execute(NORTH, assessments, thing, first, resolve=against_adopted)
            other = RecordOtherSide(ENTERPRISE, "m-gao", at(5000 + turn, *scores(60, 70, 90)))
            store.execute(NORTH, assessments, thing, other)

        def client(number: int, turn: int = turn, winners: list[str] = winners) -> str:
            certificate = f"cert-{turn}-{number}"
            done = award(stores[number], certificate, VOCATIONAL, f"as-{turn}-{number}")
            winners.append(certificate)
            return done

        assert race(client) == {"done": 1, "evidence_certified_already": CLIENTS - 1}, f"round {turn}"
        # Void, it leaves its holder free for the next round.
        store.execute(NORTH, certificates, winners[0], Revoke("For the next round"))


def test_one_evidence_counts_for_both_certificates_through_a_crosswalk_and_sixteen_recognise_it_once(
    store: Store, stores: list[Store]
) -> None:
    assess(store, "as-1", "ap-17", 41)
    assess(store, "as-shop", "ap-17", 41, shop=True)
    assert award(store, "cert-1", VOCATIONAL, "as-1") == "done"
    assert refusal(store, "cert-2", OWN, "as-shop") == ("crosswalk_needed", "cert-1")
    assert award(store, "cert-2", OWN, "as-shop", "cw-1", "as-1") == "done"

    def client(number: int) -> str:
        return str(len(stores[number].execute(NORTH, certified, "ap-17", RecogniseDual()).events))

    assert race(client) == {"1": 1, "0": CLIENTS - 1}
    assert [one.stream for one in store.history(NORTH) if one.type == DualCertificationAchieved.TYPE] == [
        "certified/ap-17"
    ]


def test_what_a_void_certificate_counted_may_be_counted_by_another_one(store: Store) -> None:
    assess(store, "as-1", "ap-17", 41)
    assess(store, "as-2", "ap-18", 41)
    award(store, "cert-1", VOCATIONAL, "as-1")
    assert refusal(store, "cert-2", VOCATIONAL, "as-2") == ("evidence_certified_already", "cert-1")
    assert refusal(store, "cert-2", VOCATIONAL, "as-1") == ("certified_already", "cert-1")
    store.execute(NORTH, certificates, "cert-1", Revoke("The shaft was another's"))
    assert award(store, "cert-2", VOCATIONAL, "as-2") == "done"
