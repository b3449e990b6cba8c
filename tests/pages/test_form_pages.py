"""The forms of everyday commands over the real application: what is sent, what is refused and where it says so."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from baseplus.agreements.model import Stage, agreements
from baseplus.agreements.terms import ByDate
from baseplus.apprenticeships.events import MentorKind
from baseplus.apprenticeships.model import apprenticeships
from baseplus.assessment.assessments import assessments
from baseplus.assessment.criteria import Side
from baseplus.kernel.access import Role
from tests.pages.town import DRAFTED, QINGLAN, TO_SIGN, Reader, Town, filled_in, texts

NEW = "/t/qinglan/agreements/new"


def refused(answer: TestResponse, *summary: str) -> BeautifulSoup:
    """The form again, with this summary; every line of it leads to a field that says the same."""
    assert answer.status_code == 422, answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    assert tuple(texts(page, "[role=alert] li")) == summary
    for link in page.select("[role=alert] li a"):
        (field,) = page.select(str(link["href"]).replace("/", "\\/"))
        beside = page.select_one(f"#e{field['id']}")
        assert beside is not None, f"nothing stands beside {field['id']}"
        assert link.text == f"{link.text.partition(': ')[0]}: {beside.text}"
        if field.name in ("input", "select", "textarea"):
            assert field["aria-invalid"] == "true"
            assert beside["id"] in str(field["aria-describedby"]).split()
    return page


def led_to(answer: TestResponse, path: str) -> int:
    """The position that the next page waits for."""
    assert answer.status_code == 303, answer.text
    where, _, position = answer.location.partition("?at=")
    assert re.fullmatch(path, where), where
    return int(position)


class TestANewAgreement:
    def test_begins_with_oneself_and_an_enterprise(self, qinglan: Town) -> None:
        form = qinglan.reader().form(NEW)

        assert (form["/parties/0/id"], form["/parties/0/kind"], form["/parties/0/name"]) == (
            "qinglan",
            "school",
            "Qinglan University",
        )
        assert (form["/parties/1/id"], form["/parties/1/kind"]) == ("", "enterprise")

    def test_is_drafted_and_shown(self, working: Town) -> None:
        reader = working.reader()

        answer = reader.submit(NEW, title="A base", parties__1__id="heyuan", parties__1__name="Heyuan", _thing="a-7")

        position = led_to(answer, "/t/qinglan/agreements/a-7")
        page = reader.page(answer.location)
        assert texts(page, "h1") == ["A base"]
        assert texts(page, ".asof .ev") == [f"#{position}"]
        assert texts(page, "#head .acts a") == ["Add a clause"]

    def test_without_a_reference_gets_one(self, working: Town) -> None:
        answer = working.reader().submit(NEW, title="A base", parties__1__id="heyuan", parties__1__name="Heyuan")

        led_to(answer, "/t/qinglan/agreements/[0-9a-f]{12}")

    def test_says_all_that_is_wrong_at_once_and_keeps_the_answers(self, qinglan: Town) -> None:
        answer = qinglan.reader().submit(
            NEW, parties__1__id="No Id", parties__1__name="Heyuan", ends="2026-13-01", _thing="No Reference"
        )

        id_form = "an id: 1 to 64 lower-case letters, digits and hyphens, beginning with a letter or digit"
        page = refused(
            answer,
            f"Reference: It must be {id_form}.",
            "Title: Fill this in.",
            f"Id: It must be {id_form}.",
            "Ends: It must be a day, like 2026-03-01.",
        )
        assert texts(page, "[role=alert] h2") == ["4 answers need another look"]
        kept = filled_in(page)
        assert (kept["/parties/1/id"], kept["/parties/1/name"], kept["/_thing"]) == ("No Id", "Heyuan", "No Reference")

    def test_that_was_refused_still_begins_its_empty_rows_as_it_began(self, qinglan: Town) -> None:
        page = refused(qinglan.reader().submit(NEW, title="A base"), "Parties: Between 2 and 20 are needed.")

        assert texts(page, "[name='/parties/1/kind'] option[selected]") == ["Enterprise"]

    def test_is_refused_by_the_rules_beside_the_field_that_they_name(self, qinglan: Town) -> None:
        reader = qinglan.reader()
        parties = {"parties__1__id": "heyuan", "parties__1__name": "Heyuan"}

        late = reader.submit(NEW, title="A base", starts="2026-03-01", ends="2026-02-01", **parties)
        refused(late, "Ends: The last day lies before the first day, 2026-03-01.")
        twice = reader.submit(NEW, title="A base", parties__1__id="qinglan", parties__1__name="Twice")
        refused(twice, "Parties: A party is named twice.")
        alone = reader.submit(NEW, title="A base", **parties, parties__1__kind="association")
        refused(alone, "Parties: Somebody is missing among the parties: Enterprise.")
        taken = reader.submit(NEW, title="A base", **parties, _thing=DRAFTED)
        refused(taken, "Reference: An agreement of this id exists already: Measuring technology.")

    def test_that_is_sent_twice_is_drafted_once(self, working: Town) -> None:
        reader = working.reader()
        form = {**reader.form(NEW), "/title": "Twice", "/parties/1/id": "heyuan", "/parties/1/name": "Heyuan"}

        first, again = reader.post(NEW, form), reader.post(NEW, form)

        assert first.status_code == again.status_code == 303
        assert first.location == again.location

    def test_that_is_changed_and_sent_again_is_no_other_one(self, working: Town) -> None:
        reader = working.reader()
        form = {**reader.form(NEW), "/title": "Once", "/parties/1/id": "heyuan", "/parties/1/name": "Heyuan"}
        assert reader.post(NEW, form).status_code == 303

        answer = reader.post(NEW, {**form, "/title": "Something else"})

        said = "This form was sent before with other answers. Open it anew to send it again."
        refused(answer, said)

    def test_that_was_refused_may_be_sent_with_better_answers(self, working: Town) -> None:
        reader = working.reader()
        answer = reader.submit(NEW, parties__1__id="heyuan", parties__1__name="Heyuan")
        page = refused(answer, "Title: Fill this in.")

        led_to(reader.post(NEW, {**filled_in(page), "/title": "Now"}), "/t/qinglan/agreements/[0-9a-f]{12}")

    def test_may_have_more_parties(self, qinglan: Town) -> None:
        reader = qinglan.reader()

        answer = reader.post(NEW, {**reader.form(NEW), "/title": "Of three", "_more": "/parties"})

        assert answer.status_code == 200
        page = BeautifulSoup(answer.text, "html.parser")
        assert texts(page, ".row-of > legend") == ["Party 1", "Party 2", "Party 3"]
        assert filled_in(page)["/title"] == "Of three"
        assert page.select("[role=alert]") == []

    @pytest.mark.parametrize("place", ["/title", "/title/x", "/parties/0/x", "/parties/0", "/parties/9/id", "/", "x"])
    def test_has_no_more_of_what_is_no_list(self, qinglan: Town, place: str) -> None:
        reader = qinglan.reader()
        form = {**reader.form(NEW), "/title": "Of two"}

        answer = reader.post(NEW, {**form, "_more": place})

        assert answer.status_code == 200, answer.text
        shown = filled_in(BeautifulSoup(answer.text, "html.parser"))
        assert shown | {"csrf_token": form["csrf_token"]} == form, "whose token says when it was made"


class TestAClause:
    PATH = f"/t/qinglan/agreements/{DRAFTED}/clauses"

    def test_is_added_with_its_obligation(self, working: Town) -> None:
        reader = working.reader()
        form = {
            **reader.form(self.PATH),
            "/party": "mingzhou",
            "/text": "Lend a gauge.\r\nTwo, if need be.",
            "/obligation": "yes",
            "/obligation/fulfilled_by/0": "mentoring.mentor_qualified.v1",
            "/obligation/due/rule": "by_date",
            "/obligation/due/due": "2031-03-31",
        }

        led_to(reader.post(self.PATH, form), f"/t/qinglan/agreements/{DRAFTED}")

        (clause,) = working.store.load(QINGLAN, agreements, DRAFTED)[0].text.clauses
        assert (clause.id, clause.party, clause.text) == ("c1", "mingzhou", "Lend a gauge.\nTwo, if need be.")
        assert clause.obligation is not None
        assert clause.obligation.fulfilled_by == ("mentoring.mentor_qualified.v1",)
        assert isinstance(clause.obligation.due, ByDate)

    def test_that_lacks_what_an_obligation_needs_says_where(self, qinglan: Town) -> None:
        answer = qinglan.reader().submit(
            self.PATH, party="mingzhou", text="Lend a gauge.", obligation="yes", obligation__due__rule="by_date"
        )

        refused(answer, "Fulfilled by: Fill this in.", "Due: Fill this in.")

    def test_offers_the_mandatory_terms_only_where_the_law_asks_for_them(self, qinglan: Town) -> None:
        page = qinglan.reader().page(self.PATH)

        assert page.select("[name='/covers']") == []


class TestSigning:
    PATH = f"/t/qinglan/agreements/{TO_SIGN}/sign"

    def test_shows_the_text_that_is_signed(self, qinglan: Town) -> None:
        page = qinglan.reader().page(self.PATH)

        assert "Heyuan may use the metrology laboratory on weekdays." in texts(page, "tbody th")[0]
        (digest,) = page.select("[name='/digest']")
        assert (digest["type"], len(str(digest["value"]))) == ("hidden", 64)

    def test_by_the_last_party_brings_it_into_force(self, working: Town) -> None:
        reader = working.reader(Role.ENTERPRISE, own="heyuan")
        assert "/party" in reader.form(self.PATH)

        answer = reader.submit(self.PATH)

        led_to(answer, f"/t/qinglan/agreements/{TO_SIGN}")
        assert texts(reader.page(answer.location), "[role=status]") == ["In force"]
        assert working.store.load(QINGLAN, agreements, TO_SIGN)[0].stage is Stage.IN_FORCE

    def test_for_somebody_else_is_refused(self, qinglan: Town) -> None:
        reader = qinglan.reader(Role.ENTERPRISE, own="heyuan")

        answer = reader.submit(self.PATH, party="qinglan")

        assert answer.status_code == 403
        assert "not_your_own" in answer.text

    def test_a_text_that_was_changed_meanwhile_is_refused(self, qinglan: Town) -> None:
        answer = qinglan.reader().submit(self.PATH, party="heyuan", digest="0" * 64)

        refused(answer, "The text has changed since you read it. Read it again before you sign.")

    def test_what_is_not_on_the_table_offers_nobody_to_sign_for(self, qinglan: Town) -> None:
        page = qinglan.reader().page(f"/t/qinglan/agreements/{DRAFTED}/sign")

        assert texts(page, ".empty h2") == ["There is nothing for you to sign"]
        assert page.select("#form button.main") == []


class TestAMentor:
    PATH = "/t/qinglan/apprentices/ren/mentors"

    def test_at_capacity_is_refused_with_the_reason_beside_the_field(self, qinglan: Town) -> None:
        answer = qinglan.reader().submit(self.PATH, kind="enterprise_master", mentor="gao")

        full = "Gao Mingze · Enterprise master · 2 of 2, at capacity"
        reason = f"No room: {full}. Choose somebody else, or raise the capacity of 2."
        page = refused(answer, f"Mentor: {reason}")
        assert texts(page, "[name='/mentor'] option[selected]") == [full]
        assert texts(page, "#e" + "f-mentor") == [reason]

    def test_of_the_other_kind_is_refused(self, qinglan: Town) -> None:
        answer = qinglan.reader().submit(self.PATH, kind="enterprise_master", mentor="lu")

        refused(answer, "Mentor: Enterprise master is needed, and this is Campus tutor.")

    def test_with_room_is_assigned(self, working: Town) -> None:
        reader = working.reader()

        answer = reader.submit(self.PATH, mentor="xu")

        led_to(answer, "/t/qinglan/apprentices/ren")
        assert "Xu Anqi" in texts(reader.page(answer.location), "#mentors dd")
        state = working.store.load(QINGLAN, apprenticeships, "ren")[0]
        assert state.mentors[MentorKind.ENTERPRISE_MASTER] == "xu"

    def test_is_recorded_under_the_key_of_whoever_assigned_them(self, working: Town) -> None:
        reader = working.reader()

        position = led_to(reader.submit(self.PATH, mentor="xu"), "/t/qinglan/apprentices/ren")

        (event,) = working.store.history(QINGLAN, after=position - 1)
        assert event.actor is not None
        assert event.actor.startswith("k-")
        assert event.correlation, "the request cannot be found again"


class TestAnAssessment:
    PATH = "/t/qinglan/apprentices/fan/assess"

    def test_asks_for_points_for_every_criterion_of_the_adopted_standard(self, qinglan: Town) -> None:
        page = qinglan.reader().page(self.PATH)

        assert texts(page, ".rows-of label") == [
            "Read drawings and plan the work, weight 15 %",
            "Set up machine and tooling, weight 20 %",
            "Machine to tolerance, weight 40 %",
            "Maintain and work safely, weight 25 %",
        ]

    def test_is_recorded(self, working: Town) -> None:
        reader = working.reader()

        answer = reader.submit(self.PATH, **self.points(86, 78, 81, 74), side="school", assessor="he")

        led_to(answer, "/t/qinglan/apprentices/fan")
        assert texts(reader.page(answer.location), "#assessed h2") == ["CNC machinist, level 4, version 1: school 79.4"]

    @pytest.mark.parametrize(("points", "said"), [("", "Fill this in."), ("101", "0 to 100"), ("7.5", "0 to 100")])
    def test_needs_whole_points_for_each(self, qinglan: Town, points: str, said: str) -> None:
        scores = {**self.points(86, 78, 81, 74), "scores__2__points": points}

        answer = qinglan.reader().submit(self.PATH, **scores, side="school", assessor="he")

        assert answer.status_code == 422
        page = BeautifulSoup(answer.text, "html.parser")
        (line,) = texts(page, "[role=alert] li")
        assert line.startswith("Machine to tolerance, weight 40 %: ")
        assert said in line

    def test_of_the_other_side_shows_no_marks_of_the_first(self, working: Town) -> None:
        path = "/t/qinglan/assessments/bai-1/other-side"
        reader = working.reader(Role.MENTOR, own="gao")
        page = reader.page(path)
        assert not {"70", "72", "75", "80"} & set(re.findall(r"\d+", page.get_text())), "the tutor's marks are there"
        assert texts(page, "[name='/side'] option") == ["Enterprise"]

        answer = reader.submit(path, **self.points(90, 91, 92, 93))

        assert answer.status_code == 303, answer.text
        sides = working.store.load(QINGLAN, assessments, "bai-1")[0].sides
        assert sides[Side.ENTERPRISE].assessor == "gao", "a mentor speaks for themselves"

    @staticmethod
    def points(*given: int) -> dict[str, str]:
        return {f"scores__{row}__points": str(points) for row, points in enumerate(given)}


@pytest.mark.parametrize(
    "path",
    ["agreements/none/clauses", "agreements/none/sign", "apprentices/none/mentors", "assessments/none/other-side"],
)
def test_a_form_about_nothing_is_not_found(qinglan: Town, path: str) -> None:
    page = qinglan.reader().page(f"/t/qinglan/{path}", 404)

    assert texts(page, "h1") == ["Nothing is here"]


def test_whoever_may_not_give_an_order_sees_no_form(qinglan: Town) -> None:
    reader: Reader = qinglan.reader(Role.REGULATOR)

    for path in ("agreements/new", f"agreements/{DRAFTED}/clauses", "apprentices/ren/mentors", "mentors/new"):
        assert texts(reader.page(f"/t/qinglan/{path}", 403), "h1") == ["You may not see this"], path
