"""One version is adopted once and an apprentice has one assessment under it, however many try at the same moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from baseplus.assessment.adoptions import adoptions, as_published
from baseplus.assessment.assessments import RecordOtherSide, against_adopted, assessments
from baseplus.assessment.events import AssessmentRecorded, StandardAdopted
from baseplus.assessment.standards import standards
from baseplus.kernel.decisions import Metadata
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from infra.postgres.store import Store
from tests.assessment.story import ASSOCIATION, ENTERPRISE, enrol, order, publish, record, scores
from tests.racing import CLIENTS, ROUNDS, race, racing

NORTH, SOUTH, MACHINISTS = TenantId("north"), TenantId("south"), TenantId(ASSOCIATION)


@pytest.fixture
def stores(database: Database) -> Iterator[list[Store]]:
    with racing(database) as stores:
        yield stores


@pytest.fixture
def associated(stores: list[Store]) -> Store:
    """An association has published a standard; two universities have adopted nothing yet."""
    stores[0].register(NORTH, SOUTH, MACHINISTS)
    stores[0].execute(MACHINISTS, standards, "cnc", publish)
    return stores[0]


def happened(store: Store, kind: type[AssessmentRecorded] | type[StandardAdopted]) -> list[str]:
    return [event.stream for event in store.history(NORTH) if event.type == kind.TYPE]


def adopt(store: Store, adoption: str, tenant: TenantId = NORTH, key: str | None = None, standard: str = "cnc") -> str:
    asked = replace(order, standard=standard)
    store.execute(tenant, adoptions, adoption, asked, metadata=Metadata(key=key), resolve=as_published)
    return "done"


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_clients_adopt_one_version_and_it_is_adopted_once(
    associated: Store, stores: list[Store], rounds: int
) -> None:
    for turn in range(rounds):
        standard = f"cnc-{turn}"
        associated.execute(MACHINISTS, standards, standard, publish)

        def client(number: int, standard: str = standard) -> str:
            adoption = f"{standard}-{number}"
            return adopt(stores[number], adoption, key=f"k-{adoption}", standard=standard)

        assert race(client) == {"done": 1, "adopted_already": CLIENTS - 1}, f"round {turn}"
    adopted = happened(associated, StandardAdopted)
    assert [stream.rpartition("-")[0] for stream in adopted] == [f"adoptions/cnc-{turn}" for turn in range(rounds)]
    with pytest.raises(Rejected) as refused:
        adopt(associated, "another", standard="cnc-0")
    assert refused.value.facts == {"adoption": adopted[0].partition("/")[2]}


def test_another_university_adopts_the_same_version(associated: Store) -> None:
    assert adopt(associated, "cnc", NORTH) == adopt(associated, "cnc", SOUTH) == "done"


def test_a_retry_of_an_adoption_is_answered_as_the_first_time(associated: Store) -> None:
    first = associated.execute(NORTH, adoptions, "cnc", order, metadata=Metadata(key="k"), resolve=as_published)
    again = associated.execute(NORTH, adoptions, "cnc", order, metadata=Metadata(key="k"), resolve=as_published)
    assert (again.replayed, again.version, again.events) == (True, first.version, first.events)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("rounds", ROUNDS)
def test_sixteen_clients_open_an_apprentices_assessment_and_one_does(
    associated: Store, stores: list[Store], rounds: int
) -> None:
    adopt(associated, "cnc-1")
    enrol(associated, NORTH, *(f"ap-{turn}" for turn in range(rounds)))
    for turn in range(rounds):

        def client(number: int, turn: int = turn) -> str:
            first = record(assessor=f"t-{number}", apprenticeship=f"ap-{turn}")
            stores[number].execute(NORTH, assessments, f"as-{turn}-{number}", first, resolve=against_adopted)
            return "done"

        assert race(client) == {"done": 1, "assessed_already": CLIENTS - 1}, f"round {turn}"
    assert len(happened(associated, AssessmentRecorded)) == rounds


def test_sixteen_clients_record_the_other_side_and_one_does(associated: Store, stores: list[Store]) -> None:
    adopt(associated, "cnc-1")
    enrol(associated, NORTH, "ap-17")
    associated.execute(NORTH, assessments, "as-1", record(), resolve=against_adopted)

    def client(number: int) -> str:
        other = RecordOtherSide(ENTERPRISE, f"m-{number}", scores(1, 2, 3))
        stores[number].execute(NORTH, assessments, "as-1", other)
        return "done"

    assert race(client) == {"done": 1, "side_assessed_already": CLIENTS - 1}
