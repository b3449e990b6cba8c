"""What a page shows when there is nothing to show: it is behind, stands still, is not there, or all is yet to come."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from baseplus.kernel.vocabulary import TenantId
from tenants.model import TenantKind
from tests.pages.town import QINGLAN, Reader, Town, texts


def test_a_page_that_is_behind_says_so_and_loads_itself_anew(qinglan: Town) -> None:
    beyond = qinglan.store.position(QINGLAN) + 5

    answer = qinglan.reader().get(f"/t/qinglan/agreements?at={beyond}")

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 503
    assert (answer.headers["Refresh"], answer.headers["Retry-After"]) == ("2", "2")
    assert texts(page, "[role=status] h1") == ["What was done is saved, but this page does not show it yet"]
    assert f"#{beyond}" in texts(page, "[role=status] p")[0]


def test_a_page_whose_view_stands_still_says_so(qinglan: Town) -> None:
    position = qinglan.parts.reader.position(QINGLAN)
    with qinglan.parts.database.connect("admin") as admin:
        admin.execute(
            "INSERT INTO views.parked SELECT view, generation, %s, %s, 'agreements.agreement_signed.v1', 'a mistake' "
            "FROM views.generations WHERE view = 'agreements' AND state = 'live'",
            (QINGLAN, position),
        )
        try:
            page = qinglan.reader().page(f"/t/qinglan/agreements?at={position}", 503)
            before_it = qinglan.reader().get("/t/qinglan/agreements")
        finally:
            admin.execute("DELETE FROM views.parked")

    assert texts(page, "[role=alert] p")[0].startswith("What was done is saved, but what this page shows stands still")
    assert f"#{position}" in texts(page, "[role=alert] p")[0]
    assert before_it.status_code == 200


@pytest.mark.parametrize("position", ["x", "-1", "1.5", "99999999999999999999"])
def test_a_position_that_is_none_is_refused(qinglan: Town, position: str) -> None:
    page = qinglan.reader().page(f"/t/qinglan/agreements?at={position}", 422)

    assert texts(page, "h1") == ["That did not work"]


@pytest.mark.parametrize(
    "path", ["/nowhere", "/t/qinglan/nowhere", "/t/qinglan/agreements/none", "/t/qinglan/Agreements"]
)
def test_an_address_that_leads_nowhere_says_what_to_do(qinglan: Town, path: str) -> None:
    page = qinglan.reader().page(path, 404)

    assert texts(page, "h1") == ["Nothing is here"]
    assert texts(page, "main a") == ["To the first page"]
    assert page.select("#nav a"), "whoever is signed in keeps their menu"


class TestTheFirstDay:
    @pytest.fixture(scope="class")
    def fresh(self, qinglan: Town) -> Reader:
        mingzhou = qinglan.register(TenantId("mingzhou"), TenantKind.UNIVERSITY, "Mingzhou University")
        return qinglan.reader(tenant=mingzhou)

    @pytest.mark.parametrize(
        ("page", "heading", "link"),
        [
            ("/t/mingzhou/", "Nothing needs you today", "All agreements"),
            ("/t/mingzhou/agreements", "No agreement yet", "Draft an agreement"),
            ("/t/mingzhou/apprentices", "No apprentice yet", "Enrol an apprentice"),
            ("/t/mingzhou/mentors", "No mentor yet", "Register a mentor"),
            ("/benchmarks", "Nothing has been released yet", "To the first page"),
        ],
    )
    def test_an_empty_page_says_what_to_do(self, fresh: Reader, page: str, heading: str, link: str) -> None:
        shown = fresh.page(page)

        assert texts(shown, ".empty :is(h2, h3)") == [heading]
        assert link in texts(shown, ".empty a")
        assert not shown.select("form.filters"), "there is nothing to choose from"

    def test_a_base_begins_with_an_assessment_only_where_a_standard_is_adopted(self, fresh: Reader) -> None:
        assert fresh.page("/t/mingzhou/apprentices/nobody/assess", 404)
