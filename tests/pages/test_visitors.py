"""Pages show each visitor what is theirs to do and to know, and no more than is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.model import Terminate, agreements
from baseplus.agreements.obligations import PassDueDates
from baseplus.agreements.terms import ByDate, Obligation, Quantity
from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Command
from infra.pages import languages
from infra.postgres.database import Database
from tests.pages.town import (
    CASTINGS,
    DRAFTED,
    DRIVES,
    GUIDANCE,
    IN_FORCE,
    QINGLAN,
    SCHOOL,
    TO_SIGN,
    YUNCHUAN,
    Reader,
    Town,
    digest_of,
    noon,
    texts,
    town,
)

TODAY = datetime.now(UTC).date()
ENDED, OURS, LATE = "ended-late", "ours-to-sign", "late-still"


@pytest.fixture(scope="module")
def made(module_database: Database) -> Iterator[Town]:
    """Besides the town's: an agreement that ended with a breach, one with a breach, one that the school shall sign."""
    with town(module_database) as made:
        due = TODAY - timedelta(days=20)
        hours = Obligation((GUIDANCE,), ByDate(due), Quantity("40", "hours"))
        for thing in (ENDED, LATE):

            def order(*commands: Command, day: date = due - timedelta(days=9), thing: str = thing) -> None:
                made.store.execute(QINGLAN, agreements, thing, *commands, at=noon(day), now=noon(day))

            order(Draft("Loan of a test bench", (SCHOOL, DRIVES)), AddClause("c", SCHOOL.id, "It is checked.", hours))
            order(Propose())
            digest = digest_of(made.store, thing)
            order(Sign(SCHOOL.id, digest), Sign(DRIVES.id, digest))
            order(PassDueDates(), day=due + timedelta(days=1))
            if thing == ENDED:
                order(
                    Terminate(SCHOOL.id, "The bench was bought.", due + timedelta(days=3)), day=due + timedelta(days=3)
                )
        right = AddClause("room", SCHOOL.id, "They may use the laboratory.")
        made.store.execute(QINGLAN, agreements, OURS, Draft("Ours", (SCHOOL, CASTINGS)), right, Propose())
        made.fold()
        yield made


def queue(reader: Reader) -> list[str]:
    return texts(reader.page("/t/qinglan/"), "#queue tbody tr")


class TestSignatures:
    def test_the_staff_are_asked_for_the_school_s_own_alone(self, made: Town) -> None:
        asked = [row for row in queue(made.reader()) if row.startswith("To sign")]

        assert len(asked) == 1
        assert "Sign Ours" in asked[0]
        assert "Qinglan University" in asked[0]

    def test_an_enterprise_is_asked_for_its_own(self, made: Town) -> None:
        asked = [row for row in queue(made.reader(Role.ENTERPRISE, own="heyuan")) if row.startswith("To sign")]

        assert len(asked) == 2
        assert any(row.endswith("Sign") and "1 of 2 parties have signed the text" in row for row in asked)

    @pytest.mark.parametrize("role", [Role.MENTOR, Role.REGULATOR])
    def test_whoever_may_not_sign_is_not_asked_to(self, made: Town, role: Role) -> None:
        assert not [row for row in queue(made.reader(role, own="gao")) if row.startswith("To sign")]

    def test_a_partner_s_is_recorded_on_its_behalf(self, made: Town) -> None:
        reader = made.reader()

        assert "Record a partner's signature" in texts(reader.page(f"/t/qinglan/agreements/{TO_SIGN}"), "#head .acts a")
        form = reader.page(f"/t/qinglan/agreements/{TO_SIGN}/sign")
        assert texts(form, "[name='/party'] option")[1:] == ["Heyuan Castings, on its behalf"]
        assert not form.select("[name='/party'] option[selected]")
        assert "on its behalf" in texts(form, "#hf-party")[0]

    def test_the_school_s_own_is_what_the_staff_s_form_begins_with(self, made: Town) -> None:
        reader = made.reader()

        assert "Sign the agreement" in texts(reader.page(f"/t/qinglan/agreements/{OURS}"), "#head .acts a")
        form = reader.page(f"/t/qinglan/agreements/{OURS}/sign")
        assert texts(form, "[name='/party'] option[selected]") == ["Qinglan University"]


class TestWhatIsOwed:
    def test_an_enterprise_is_told_nothing_untrue_of_the_other_side_s_duties(self, made: Town) -> None:
        page = made.reader(Role.ENTERPRISE, own=YUNCHUAN).page(f"/t/qinglan/agreements/{IN_FORCE}")

        states = dict(
            zip(texts(page, "#kept .rows tr[id] td:first-child"), texts(page, "#kept .rows .badge"), strict=True)
        )
        theirs = "The other side's to follow"
        assert (states["1"], states["3"], states["4"]) == (theirs, theirs, theirs)
        assert (states["2"], states["5"]) == ("Breached", "Right")
        assert "none yet" not in texts(page, "#c-dispatch .end")
        lines = made.reader(Role.ENTERPRISE, own=YUNCHUAN).get(f"/t/qinglan/tables/clauses.csv?agreement={IN_FORCE}")
        assert "Not yet due" not in lines.text

    def test_what_is_late_above_is_late_below(self, made: Town) -> None:
        page = made.reader().page("/t/qinglan/")

        above = texts(page, "#tally .late b")
        below = [int(one) for one in texts(page, "#kept td[data-h=Late]")]
        assert above == [str(sum(below))] == ["2"], "what an ended agreement left can be mended by nobody"

    def test_the_reason_names_the_agreement_and_what_is_to_be_done(self, made: Town) -> None:
        (row,) = [one for one in queue(made.reader()) if "It is checked." in one]

        assert "Clause 1 of “Loan of a test bench”: Guidance given, 40 hours" in row

    def test_an_amount_is_said_in_the_reader_s_language(self, made: Town) -> None:
        reader = made.reader()
        reader.get("/language/zh-CN")

        assert "40 小时" in reader.page(f"/t/qinglan/agreements/{LATE}").get_text()

    def test_a_draft_does_not_come_from_a_signature(self, made: Town) -> None:
        head = texts(made.reader().page(f"/t/qinglan/agreements/{DRAFTED}"), "#head .soft")[-1]

        assert head == "takes effect with the last signature"


def test_a_day_of_another_year_carries_its_year(made: Town) -> None:
    with made.app.test_request_context("/"):
        made.app.preprocess_request()
        this, other = date(TODAY.year, 1, 31), date(TODAY.year + 1, 1, 31)
        assert languages.short_day(this) == "31 Jan"
        assert languages.short_day(other) == f"31 Jan {other.year}"
        assert languages.clock(noon(date(2019, 5, 1))) == "1 May 2019 12:00"


class TestMentors:
    def test_a_mentor_is_led_to_their_own_apprentices_alone(self, made: Town) -> None:
        reader = made.reader(Role.MENTOR, own="gao")

        links = [str(one["href"]) for one in reader.page("/t/qinglan/mentors").select("td.act a")]

        assert links == ["/t/qinglan/apprentices?mentor=gao"]
        assert reader.get(links[0]).status_code == 200

    def test_the_staff_are_led_to_everybody_s(self, made: Town) -> None:
        links = made.reader().page("/t/qinglan/mentors").select("td.act a[href*='mentor=']")

        assert len(links) == 4

    def test_who_is_full_needs_nobody_who_can_change_nothing_about_it(self, made: Town) -> None:
        assert any("is at capacity" in row for row in queue(made.reader()))
        assert not any("is at capacity" in row for row in queue(made.reader(Role.MENTOR, own="gao")))

    def test_is_found_by_their_name(self, made: Town) -> None:
        page = made.reader().page("/t/qinglan/find?q=mingze")

        (link,) = page.select("#main li a")
        assert link.text == "Gao Mingze"
        assert texts(made.reader().page(str(link["href"])), "#all tbody .side") == ["Gao Mingze"]


class TestForms:
    def test_one_kind_of_mentor_is_chosen_among_its_own(self, made: Town) -> None:
        reader = made.reader()

        for path in (
            "ren/mentors",
            "ren/mentors?kind=enterprise_master",
            "shen/mentors/reassign?kind=enterprise_master",
        ):
            form = reader.page(f"/t/qinglan/apprentices/{path}")
            offered = texts(form, "[name='/mentor'] option")[1:]
            assert offered, path
            assert all("Enterprise master" in one for one in offered), path
            assert [one["value"] for one in form.select("[name='/kind']")] == ["enterprise_master"]

    def test_where_the_kind_is_open_it_is_asked_for(self, made: Town) -> None:
        form = made.reader().page("/t/qinglan/apprentices/shen/mentors/reassign")

        assert len(form.select("select[name='/kind']")) == 1
        assert len(texts(form, "[name='/mentor'] option")) > 4

    def test_an_apprentice_is_enrolled_under_an_agreement_in_force_that_is_told_apart(self, made: Town) -> None:
        form = made.reader().page("/t/qinglan/apprentices/new")

        offered = texts(form, "[name='/agreement'] option")[1:]
        assert f"Loan of a test bench · {LATE}" in offered
        assert not [one for one in offered if one.endswith((TO_SIGN, DRAFTED, ENDED, OURS))]
        assert texts(form, "[name='/enterprise'] option")[1:] == ["Yunchuan Drives"]

    def test_a_clause_is_offered_what_somebody_may_do_for_it(self, made: Town) -> None:
        path = f"/t/qinglan/agreements/{DRAFTED}/clauses"
        offered = set(texts(made.reader().page(path), "[name='/obligation/fulfilled_by/0'] option"))

        assert {"Guidance given", "Joint review held", "Inspection completed", "Resource contributed"} <= offered
        assert not {one for one in offered if re.search("API key|University registered|released$|detected|breach", one)}
        assert not {"Logbook opened", "Agreement signed", "Grievance raised", "Dual certification achieved"} & offered
        assert "Apprentice received" not in offered, "it follows from the enrolment, which is offered"
        assert "Apprentice enrolled" in offered


def test_no_page_but_the_history_promises_to_stay_as_it_is(made: Town) -> None:
    reader = made.reader()

    for path in ("", "agreements", f"agreements/{IN_FORCE}", "apprentices", "apprentices/shen", "mentors"):
        assert not reader.page(f"/t/qinglan/{path}").select(".asof a:not(.ev)"), path
    assert reader.page("/t/qinglan/history").select(".asof a:not(.ev)")


def test_an_address_without_a_page_is_not_taken_for_a_name(made: Town) -> None:
    said = texts(made.reader().page("/nope", 404), "[role=alert] p")[0]
    assert said == "There is no page at this address."
    said = texts(made.reader().page("/t/qinglan/agreements/none", 404), "[role=alert] p")[0]
    assert said.startswith("Nothing of this name is in the history of Qinglan University")
