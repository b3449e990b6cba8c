"""What is in an event, as people read it in the history."""

from __future__ import annotations

import re

import pytest

from baseplus.agreements.drafting import Draft
from baseplus.agreements.model import agreements
from baseplus.agreements.terms import Party, PartyKind
from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import TenantId
from tests.pages.town import ASSOCIATION, DRAFTED, QINGLAN, SCHOOL, Reader, Town, texts

JIANGHE = TenantId(ASSOCIATION.id)


@pytest.fixture(scope="module")
def association(qinglan: Town) -> Reader:
    return qinglan.reader(Role.ASSOCIATION, JIANGHE)


def facts(reader: Reader, tenant: str, kind: str, nth: int = 0) -> dict[str, str]:
    """The fields of the nth event of a type from the latest on, by their label."""
    found = reader.page(f"/t/{tenant}/history?type={kind}").select("#events tbody th")[nth].text
    page = reader.page(f"/t/{tenant}/history?at={found.strip().removeprefix('#')}")
    (shown,) = page.select("main > section > dl.facts")
    labels = [one.get_text(strip=True) for one in shown.find_all("dt", recursive=False)]
    values = [re.sub(r"\s+", " ", one.get_text(" ", strip=True)) for one in shown.find_all("dd", recursive=False)]
    return dict(zip(labels, values, strict=True))


def test_nothing_in_the_history_is_printed_as_programs_write_it(qinglan: Town, association: Reader) -> None:
    for reader, tenant in ((qinglan.reader(), "qinglan"), (association, JIANGHE)):
        length = qinglan.store.position(TenantId(tenant))
        for position in range(1, length + 1):
            (shown,) = reader.page(f"/t/{tenant}/history?at={position}").select("main > section > dl.facts")
            assert not re.search(r"[(\[{]'|None|\{\}|, \)", shown.get_text()), shown.get_text()


def test_a_duty_says_by_their_titles_which_events_fulfil_it(qinglan: Town) -> None:
    told = facts(qinglan.reader(), "qinglan", "agreements.obligation_scheduled")

    assert told["Fulfilled by"] in ("Base founded", "Guidance given", "Teacher dispatch delivered")


def test_parts_of_a_value_are_labelled_and_what_says_nothing_is_left_out(qinglan: Town, association: Reader) -> None:
    clause = facts(qinglan.reader(), "qinglan", "agreements.clause_added")["Clause"]
    assert clause.startswith("Id room Party qinglan Text Heyuan may use")
    assert "Obligation" not in clause

    criteria = facts(association, JIANGHE, "assessment.skill_standard_published")["Criteria"]
    assert criteria.startswith("Id drawings Title Read drawings and plan the work Weight 15 Id setup")


def test_the_words_of_a_declaration_are_read_as_words(qinglan: Town) -> None:
    told = facts(qinglan.reader(), "qinglan", "apprenticeships.mentor_assigned")

    assert told["Kind"] in ("Campus tutor", "Enterprise master")


def test_a_long_list_is_folded(qinglan: Town) -> None:
    many = tuple(Party(f"p-{number}", PartyKind.ENTERPRISE, f"Partner {number}") for number in range(7))
    qinglan.store.execute(QINGLAN, agreements, "of-many", Draft("Of many", (SCHOOL, *many)))
    position = qinglan.store.position(QINGLAN)
    page = qinglan.reader().page(f"/t/qinglan/history?at={position}")

    assert texts(page, ".facts details > summary") == ["8 entries"]
    assert len(page.select(".facts details li")) == 8


def test_the_feed_of_an_agreement_does_not_repeat_its_title(qinglan: Town) -> None:
    own = texts(qinglan.reader().page(f"/t/qinglan/agreements/{DRAFTED}"), "#timeline li")
    assert own
    assert not any("Measuring technology" in line for line in own)
