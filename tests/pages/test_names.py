"""What organisations are called: by the texts that bind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.model import agreements
from baseplus.agreements.terms import Party
from baseplus.apprenticeships.events import MentorKind
from baseplus.mentoring.model import Register, mentoring
from infra.postgres.database import Database
from tests.pages.town import DRIVES, METROLOGY, QINGLAN, SCHOOL, Town, digest_of, texts, town

RIGHT = AddClause("room", SCHOOL.id, "They may use the laboratory.")


def _called(party: Party, name: str) -> Party:
    return structs.replace(party, name=name)


@pytest.fixture(scope="module")
def renamed(module_database: Database) -> Iterator[Town]:
    """A draft names a party of the agreement in force otherwise, and a proposal one that has drafts alone."""
    with town(module_database) as made:
        for thing, party in (("z-last", _called(DRIVES, "YD")), ("a-1", _called(METROLOGY, "MM"))):
            made.store.execute(QINGLAN, agreements, thing, Draft("A draft", (SCHOOL, party)), RIGHT)
        made.store.execute(QINGLAN, agreements, "a-1", Propose())
        master = Register("p-ou", "Ou Yang", MentorKind.ENTERPRISE_MASTER, METROLOGY.id, 2)
        made.store.execute(QINGLAN, mentoring, "ou", master)
        made.fold()
        yield made


def organisations(made: Town) -> dict[str, str]:
    """By mentor, what their organisation is called."""
    rows = made.reader().page("/t/qinglan/mentors").select("#all tbody tr")
    return {texts(row, ".side")[0]: texts(row, "small")[0].partition(" · ")[2] for row in rows}


def test_an_unsigned_draft_renames_nobody(renamed: Town) -> None:
    assert organisations(renamed)["Gao Mingze"] == "Yunchuan Drives"
    page = renamed.reader().page("/t/qinglan/apprentices")
    assert "Yunchuan Drives" in page.get_text()
    assert "YD" not in page.get_text()


def test_who_is_in_no_text_that_took_effect_has_the_name_that_was_proposed(renamed: Town) -> None:
    assert organisations(renamed)["Ou Yang"] == "MM"


def test_the_latest_text_in_effect_says_what_its_parties_are_called(renamed: Town) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    draft = Draft("A later text", (SCHOOL, _called(DRIVES, "Yunchuan Motion")), yesterday)
    renamed.store.execute(QINGLAN, agreements, "a-2", draft, RIGHT, Propose())
    digest = digest_of(renamed.store, "a-2")
    renamed.store.execute(QINGLAN, agreements, "a-2", Sign(SCHOOL.id, digest), Sign(DRIVES.id, digest))
    renamed.fold()

    assert organisations(renamed)["Gao Mingze"] == "Yunchuan Motion"
