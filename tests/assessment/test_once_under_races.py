"""One version is adopted once and an apprentice has one assessment under it, however many try at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from baseplus.assessment.adoptions import adoptions, as_published
from baseplus.assessment.assessments import RecordOtherSide, against_adopted, assessments
from baseplus.assessment.events import AssessmentRecorded, StandardAdopted
from baseplus.assessment.standards import standards
from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import Rejected, VersionConflict
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.store import Store
from tests.assessment.story import ASSOCIATION, ENTERPRISE, order, publish, record, scores

NORTH, SOUTH, MACHINISTS = TenantId("north"), TenantId("south"), TenantId(ASSOCIATION)
CLIENTS = 16
ROUNDS = 20


@pytest.fixture
def associated(store: Store) -> Store:
    """An association has published a standard; two universities have adopted nothing yet."""
    store.register(NORTH, SOUTH, MACHINISTS)
    store.execute(MACHINISTS, standards, "cnc", publish)
    return store


def race(client: Callable[[int], str]) -> Counter[str]:
    """The answers of all clients, who all began at once."""
    told: list[str] = []
    began = threading.Barrier(CLIENTS)

    def run(number: int) -> None:
        began.wait()
        told.append(answer(lambda: client(number)))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == CLIENTS
    return Counter(told)


def answer(put: Callable[[], str]) -> str:
    while True:
        try:
            return put()
        except Rejected as refusal:
            return refusal.code
        except VersionConflict:  # tried often enough: the caller decides, and decides to try on
            continue


def happened(store: Store, kind: type[AssessmentRecorded] | type[StandardAdopted]) -> list[str]:
    return [event.stream for event in store.history(NORTH) if event.type == kind.TYPE]


def adopt(store: Store, adoption: str, tenant: TenantId = NORTH, key: str | None = None) -> str:
    store.execute(tenant, adoptions, adoption, order, metadata=Metadata(key=key), resolve=as_published)
    return "done"


def test_sixteen_clients_adopt_one_version_and_it_is_adopted_once(associated: Store) -> None:
    def client(number: int) -> str:
        return adopt(associated, f"cnc-{number}", key=f"k-{number}")

    assert race(client) == {"done": 1, "adopted_already": CLIENTS - 1}
    (stream,) = happened(associated, StandardAdopted)
    with pytest.raises(Rejected) as refused:
        adopt(associated, "another")
    assert refused.value.facts == {"adoption": stream.partition("/")[2]}


def test_another_university_adopts_the_same_version(associated: Store) -> None:
    assert adopt(associated, "cnc", NORTH) == adopt(associated, "cnc", SOUTH) == "done"


def test_a_retry_of_an_adoption_is_answered_as_the_first_time(associated: Store) -> None:
    first = associated.execute(NORTH, adoptions, "cnc", order, metadata=Metadata(key="k"), resolve=as_published)
    again = associated.execute(NORTH, adoptions, "cnc", order, metadata=Metadata(key="k"), resolve=as_published)
    assert (again.replayed, again.version, again.events) == (True, first.version, first.events)


def test_sixteen_clients_open_an_apprentices_assessment_and_one_does(associated: Store) -> None:
    adopt(associated, "cnc-1")
    for turn in range(ROUNDS):

        def client(number: int, turn: int = turn) -> str:
            first = record(assessor=f"t-{number}", apprentice=f"person-{turn}")
            associated.execute(NORTH, assessments, f"as-{turn}-{number}", first, resolve=against_adopted)
            return "done"

        assert race(client) == {"done": 1, "assessed_already": CLIENTS - 1}, f"round {turn}"
    assert len(happened(associated, AssessmentRecorded)) == ROUNDS


def test_sixteen_clients_record_the_other_side_and_one_does(associated: Store) -> None:
    adopt(associated, "cnc-1")
    associated.execute(NORTH, assessments, "as-1", record(), resolve=against_adopted)

    def client(number: int) -> str:
        associated.execute(NORTH, assessments, "as-1", RecordOtherSide(ENTERPRISE, f"m-{number}", scores(1, 2, 3)))
        return "done"

    assert race(client) == {"done": 1, "side_assessed_already": CLIENTS - 1}
