"""What people do on the pages every day, with scripts and without, on a phone, and without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from uuid import uuid4

import pytest
from playwright.sync_api import Route, expect

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.model import agreements
from baseplus.kernel.access import Role
from tests.e2e.browsing import Person, Place
from tests.e2e.conftest import Visit
from tests.pages.town import DRIVES, IN_FORCE, QINGLAN, SCHOOL, digest_of

pytestmark = pytest.mark.long

Way = Callable[[], Person]


def test_somebody_signs_in_with_a_key_and_out_again(way: Way, qinglan: Place) -> None:
    person = way()

    person.open("/t/qinglan/agreements?state=in_force")
    assert person.path() == "/"
    person.fill("Key", "bp_qinglan_nobody")
    person.press("Sign in")
    person.sees("You are not signed in")
    person.fill("Key", str(qinglan.key()))
    person.press("Sign in")

    # they are led where they wanted to go
    expect(person.page).to_have_url(f"{qinglan.address}/t/qinglan/agreements?state=in_force")
    person.go("Today")
    person.is_at("Qinglan University")
    person.act(person.page.get_by_role("link", name=re.compile("^Staff")))
    person.press("Sign out")
    person.is_at("Sign in")
    person.open("/t/qinglan/")
    assert person.path() == "/"


def test_an_agreement_is_drafted_and_in_force_when_both_parties_have_signed(way: Way, qinglan: Place) -> None:
    school, enterprise, title = way(), way(), f"Joint training {uuid4().hex[:6]}"
    school.sign_in(qinglan.key())
    enterprise.sign_in(qinglan.key(Role.ENTERPRISE, own="yunchuan"))

    school.go("Agreements")
    school.follow("New agreement")
    school.fill("Title", title)
    second = school.page.get_by_role("group", name="Party 2")
    assert second.get_by_label("Kind").evaluate("one => one.selectedOptions[0].text") == "Enterprise"
    fill_party(school, 2, "yunchuan", "Yunchuan Drives")
    school.press("Draft it")
    school.is_at(title)
    school.follow("Add a clause")
    school.choose("Whose right or duty", "Yunchuan Drives")
    school.fill("What is promised", "Guide each apprentice 16 hours a month.")
    school.tick("Yes, with obligation")
    school.choose("Fulfilled by 1", "Mentor qualified")
    fill_due(school)
    school.press("Add it")
    school.sees("Guide each apprentice 16 hours a month.")
    school.follow("Propose for signature")
    school.press("Propose it")
    expect(school.page.get_by_role("status")).to_contain_text("To be signed")
    school.follow("Sign the agreement")
    school.choose("You sign for", "Qinglan University")
    school.press("Sign it")
    school.sees("Still to sign: Yunchuan Drives")

    enterprise.go("Agreements")
    enterprise.follow(title)
    enterprise.follow("Sign the agreement")
    enterprise.sees("Guide each apprentice 16 hours a month.")
    enterprise.press("Sign it")

    expect(enterprise.page.get_by_role("status")).to_contain_text("In force")
    enterprise.sees("All 2 parties signed the same text")


def fill_party(person: Person, number: int, thing: str, name: str) -> None:
    """A party's row: its fields are called as those of the other rows."""
    row = person.page.get_by_role("group", name=f"Party {number}")
    for label, text in (("Id", thing), ("Name", name)):
        person.write(row.get_by_label(label), text)


def fill_due(person: Person) -> None:
    """Once, by a day."""
    person.write(person.page.locator('[name="/obligation/due/due"]'), "2031-03-31")


def test_whoever_looks_on_sees_it_in_force_without_reloading(visit: Visit, qinglan: Place) -> None:
    school, enterprise = visit(), visit()
    title, thing = "Live agreement", f"live-{uuid4().hex[:6]}"
    draft_and_sign(qinglan, thing, title)
    school.sign_in(qinglan.key())
    school.open(f"/t/qinglan/agreements/{thing}")
    expect(school.page.get_by_text("Live, at position")).to_be_visible()
    school.page.evaluate("window.stayed = true")
    enterprise.sign_in(qinglan.key(Role.ENTERPRISE, own="yunchuan"))
    enterprise.open(f"/t/qinglan/agreements/{thing}/sign")

    enterprise.press("Sign it")

    expect(school.page.get_by_role("status")).to_contain_text("In force")
    expect(school.page.locator("#signatures")).to_contain_text("All 2 parties signed the same text")
    expect(school.page.locator("#timeline")).to_contain_text("Agreement took effect")
    assert school.page.evaluate("window.stayed") is True, "the page was loaded anew"
    enterprise.sees("In force")


def test_what_could_not_be_fetched_when_it_happened_is_fetched_again(visit: Visit, qinglan: Place) -> None:
    person = visit()
    person.sign_in(qinglan.key())
    person.open("/t/qinglan/")
    expect(person.page.get_by_text("Live, at position")).to_be_visible()
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.fallback()
        else:
            refused.append(route.request.url)
            route.fulfill(status=503)

    person.page.route("**/t/qinglan/?at=*", refuse_once)
    title = f"Told once {uuid4().hex[:6]}"
    qinglan.store.execute(QINGLAN, agreements, f"once-{uuid4().hex[:6]}", Draft(title, (SCHOOL, DRIVES)))

    expect(person.page.locator("#feed .events")).to_contain_text(title)
    assert refused


def test_however_much_happens_a_page_rests_for_a_second_between_two_looks(visit: Visit, qinglan: Place) -> None:
    person = visit()
    person.sign_in(qinglan.key())
    person.open("/t/qinglan/")
    expect(person.page.get_by_text("Live, at position")).to_be_visible()

    for _burst in range(3):
        title = f"Told often {uuid4().hex[:6]}"
        for _more in range(5):
            qinglan.store.execute(QINGLAN, agreements, f"often-{uuid4().hex[:6]}", Draft(title, (SCHOOL, DRIVES)))
        expect(person.page.locator("#feed .events")).to_contain_text(title)

    looks = person.page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.name.includes('at=')).map(one => one.startTime)"
    )
    assert len(looks) >= 3
    assert min(after - before for before, after in pairwise(looks)) > 990  # ms


def test_whoever_has_paused_sees_it_when_they_go_on(visit: Visit, qinglan: Place) -> None:
    person = visit()
    person.sign_in(qinglan.key())
    person.follow("Pause")
    feed = person.page.locator("#feed .events")
    before = feed.inner_text()

    name = f"Wen {uuid4().hex[:6]}"
    qinglan.apprentice(name)
    person.follow("Go on")

    expect(feed).to_contain_text(name)
    assert before != feed.inner_text()


def test_a_mentor_at_capacity_is_refused_with_the_reason_beside_the_field(way: Way, qinglan: Place) -> None:
    person = way()
    name = f"Ren {uuid4().hex[:6]}"
    apprentice = qinglan.apprentice(name)
    person.sign_in(qinglan.key())

    person.open(f"/t/qinglan/apprentices/{apprentice}")
    person.follow("Assign a mentor")
    full = "Gao Mingze · Enterprise master · 2 of 2, at capacity"
    person.choose("Mentor", full)
    person.press("Assign")

    field = person.field("Mentor")
    expect(field).to_have_attribute("aria-invalid", "true")
    beside = person.page.locator("#e" + str(field.get_attribute("id")))
    reason = f"No room: {full}. Choose somebody else, or raise the capacity of 2."
    expect(beside).to_have_text(reason)
    assert str(beside.get_attribute("id")) in str(field.get_attribute("aria-describedby"))
    assert field.evaluate("one => one.selectedOptions[0].text") == full, "what was chosen is kept"
    alert = person.page.get_by_role("alert")
    expect(alert).to_contain_text("1 answer needs another look")
    person.act(alert.get_by_role("link", name=f"Mentor: {reason}"))
    assert field.evaluate("one => one === document.activeElement"), "the summary leads to the field"

    options = field.locator("option").all_inner_texts()
    person.choose("Mentor", next(one for one in options if one.startswith("Xu Anqi")))
    person.press("Assign")

    person.is_at(name)
    person.sees("Xu Anqi")


def test_an_assessment_is_recorded_and_one_that_lacks_points_is_not(way: Way, qinglan: Place) -> None:
    person = way()
    apprentice = qinglan.apprentice(f"Fan {uuid4().hex[:6]}", trained=True)
    person.sign_in(qinglan.key())

    person.open(f"/t/qinglan/apprentices/{apprentice}")
    person.follow("Record an assessment")
    person.choose("Side", "School")
    person.choose("Assessor", "He Ruolin · Campus tutor")
    points = {"Read drawings": "86", "Set up machine": "78", "Machine to tolerance": "81"}
    for criterion, given in points.items():
        person.fill(criterion, given)
    person.press("Record it")

    expect(person.field("Maintain and work safely")).to_have_attribute("aria-invalid", "true")
    person.sees("Fill this in.")
    person.fill("Maintain and work safely", "74")
    person.press("Record it")

    person.sees("CNC machinist, level 4, version 1: school 79.4")
    chart = person.page.get_by_role("img", name="Machine to tolerance: school 81, enterprise not yet assessed")
    expect(chart).to_be_visible()


def test_the_pages_speak_chinese_when_asked_to(way: Way, qinglan: Place) -> None:
    person = way()
    person.sign_in(qinglan.key())
    person.open(f"/t/qinglan/agreements/{IN_FORCE}")

    person.act(person.page.get_by_role("link", name="中文"))

    expect(person.page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert person.path() == f"/t/qinglan/agreements/{IN_FORCE}", "the same page"
    expect(person.page.get_by_role("status")).to_contain_text("生效")
    person.sees("条款及其履行事件")
    expect(person.page.get_by_role("img").first).to_have_attribute("aria-label", re.compile("按时"))
    person.act(person.page.get_by_role("link", name="English"))
    expect(person.page.locator("html")).to_have_attribute("lang", "en")


def test_a_form_that_is_sent_twice_happens_once(visit: Visit, qinglan: Place) -> None:
    person = visit()
    person.sign_in(qinglan.key())
    person.open("/t/qinglan/agreements/new")
    title = f"Twice {uuid4().hex[:6]}"
    person.fill("Title", title)
    fill_party(person, 2, "yunchuan", "Yunchuan Drives")

    person.page.get_by_role("button", name="Draft it").last.dblclick()

    person.is_at(title)
    person.go("Agreements")
    person.is_at("Agreements")
    assert person.page.get_by_role("link", name=title).count() == 1


def test_a_row_is_added_without_losing_what_was_filled_in(way: Way, qinglan: Place) -> None:
    person = way()
    person.sign_in(qinglan.key())
    person.open("/t/qinglan/agreements/new")
    person.fill("Title", "Of three")
    assert person.page.get_by_role("group", name="Party 3").count() == 0

    person.press("Add another")

    expect(person.page.get_by_role("group", name="Party 3")).to_be_visible()
    expect(person.field("Title")).to_have_value("Of three")


def draft_and_sign(qinglan: Place, thing: str, title: str) -> None:
    """An agreement that the school has signed and the enterprise has not."""
    order = qinglan.store.execute
    order(QINGLAN, agreements, thing, Draft(title, (SCHOOL, DRIVES)), AddClause("c1", SCHOOL.id, "A room."), Propose())
    order(QINGLAN, agreements, thing, Sign(SCHOOL.id, digest_of(qinglan.store, thing)))
    qinglan.is_shown()
