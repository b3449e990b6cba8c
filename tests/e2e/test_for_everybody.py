"""That everybody can use the pages: looked at by axe in light and dark, on the narrowest screens, without a mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import TenantId
from tests.e2e.browsing import PATIENCE_MS, Person, Place
from tests.e2e.conftest import Visit
from tests.pages.town import ASSOCIATION, DRAFTED, IN_FORCE, TO_SIGN

pytestmark = pytest.mark.long

STRANGER, STAFF, ENTERPRISE, ASSOCIATED = "nobody", "staff", "enterprise", "association"

PAGES = [
    (STRANGER, "/"),
    (STRANGER, "/api"),
    (STRANGER, "/nowhere"),
    (STAFF, "/t/qinglan/"),
    (STAFF, "/t/qinglan/agreements"),
    (STAFF, f"/t/qinglan/agreements/{IN_FORCE}"),
    (STAFF, f"/t/qinglan/agreements/{DRAFTED}"),
    (STAFF, f"/t/qinglan/agreements/{TO_SIGN}"),
    (STAFF, "/t/qinglan/agreements/new"),
    (STAFF, f"/t/qinglan/agreements/{DRAFTED}/clauses"),
    (STAFF, f"/t/qinglan/agreements/{DRAFTED}/propose"),
    (STAFF, f"/t/qinglan/agreements/{TO_SIGN}/sign"),
    (ENTERPRISE, f"/t/qinglan/agreements/{IN_FORCE}/sign"),  # there is nothing to sign
    (STAFF, "/t/qinglan/apprentices"),
    (STAFF, "/t/qinglan/apprentices/shen"),
    (STAFF, "/t/qinglan/apprentices/ren"),
    (STAFF, "/t/qinglan/apprentices/ren/mentors"),
    (STAFF, "/t/qinglan/apprentices/fan/assess"),
    (STAFF, "/t/qinglan/apprentices/new"),
    (STAFF, "/t/qinglan/apprentices/shen/mentors/reassign"),
    (STAFF, "/t/qinglan/apprentices/ren/start"),
    (STAFF, "/t/qinglan/assessments/bai-1/other-side"),
    (STAFF, "/t/qinglan/mentors"),
    (STAFF, "/t/qinglan/mentors/gao/capacity"),
    (STAFF, "/t/qinglan/mentors/new"),
    (STAFF, "/t/qinglan/history"),
    (STAFF, "/t/qinglan/history?at=12"),
    (STAFF, "/t/qinglan/find?q=joint"),
    (STAFF, "/benchmarks"),
    (STAFF, "/account"),
    # empty
    (STAFF, "/t/qinglan/agreements?state=expired"),
    (STAFF, "/t/qinglan/apprentices?search=nobody"),
    (STAFF, "/t/qinglan/find?q=nonsense"),
    (STAFF, "/t/qinglan/history?stream=none"),
    (ASSOCIATED, f"/t/{ASSOCIATION.id}/"),
    # refused
    (STAFF, "/t/mingzhou/"),
    (ENTERPRISE, "/t/qinglan/mentors/new"),
    (STAFF, "/t/qinglan/agreements/none"),
    (STAFF, "/t/qinglan/agreements?state=nonsense"),
    # catching up
    (STAFF, "/t/qinglan/?at=999999999"),
]
"""Every kind of page, and who looks at it."""

WIDTHS = (1280, 640, 390, 320)
"""Pixels. 640 is 1280 zoomed to 200 %."""

# what stands out at the right, and is not in a box that scrolls by itself
_CUT_OFF = """() => [...document.body.querySelectorAll("*")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1 || one.closest(".vh")) return false;
  for (let around = one; around !== document.documentElement; around = around.parentElement)
    if (getComputedStyle(around).overflowX !== "visible") return false;
  return true;
}).map((one) => one.outerHTML.slice(0, 160))"""


class Sight:
    """Pages as those who may see them see them: each signs in once."""

    def __init__(self, browser: Browser, qinglan: Place) -> None:
        self._browser, self._place = browser, qinglan
        self._people: dict[str, Person] = {}

    def of(self, who: str, path: str) -> Page:
        """A page of its own at this address."""
        person = self._people.get(who) or self._people.setdefault(who, self._come(who))
        page = person.new_page()
        page.route("**/*?at=999999999", _held_still)
        page.goto(self._place.address + path)
        return page

    def _come(self, who: str) -> Person:
        context = self._browser.new_context(locale="en-GB", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        person = Person(context, self._place)
        keys: dict[str, Callable[[], Any]] = {
            STAFF: self._place.key,
            ENTERPRISE: lambda: self._place.key(Role.ENTERPRISE, own="yunchuan"),
            ASSOCIATED: lambda: self._place.key(Role.ASSOCIATION, tenant=TenantId(ASSOCIATION.id)),
        }
        if who in keys:
            person.sign_in(keys[who]())
        return person

    def close(self) -> None:
        for person in self._people.values():
            person.context.close()


def _held_still(route: Route) -> None:
    """The page that loads itself anew, without that: it would be gone while it is looked at."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "refresh"}
    assert headers != answer.headers, "it loads itself anew"
    route.fulfill(response=answer, headers=headers)


@pytest.fixture(scope="module")
def sight(browser: Browser, qinglan: Place) -> Iterator[Sight]:
    sight = Sight(browser, qinglan)
    yield sight
    sight.close()


def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds, each with where it is."""
    found: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def look_at(page: Page) -> None:
    """Axe finds nothing, in light and dark, and nothing is cut off however little room there is."""
    page.emulate_media(color_scheme="light")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, runOnly=["color-contrast"]) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"the page scrolls at {width} px"
        assert page.evaluate(_CUT_OFF) == [], f"cut off at {width} px"


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_everybody_can_use_the_page(sight: Sight, who: str, path: str) -> None:
    page = sight.of(who, path)

    look_at(page)
    page.close()


@pytest.mark.parametrize("path", ["/t/qinglan/", f"/t/qinglan/agreements/{IN_FORCE}", "/t/qinglan/apprentices/shen"])
def test_everybody_can_use_the_page_in_chinese(sight: Sight, path: str) -> None:
    page = sight.of("reader of Chinese", f"/language/zh-CN?next={path}")
    page.goto("/".join(page.url.split("/")[:3]) + path)

    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    look_at(page)
    page.close()


def test_everybody_can_use_forms_with_errors(visit: Visit, qinglan: Place) -> None:
    person = visit()
    person.open("/")
    person.fill("Key", "nonsense")
    person.press("Sign in")
    person.sees("You are not signed in")
    look_at(person.page)
    person.sign_in(qinglan.key())
    person.open("/t/qinglan/agreements/new")
    person.press("Draft it")
    person.sees("answers need another look")
    look_at(person.page)
    person.context.clear_cookies(name="baseplus_form")
    person.press("Draft it")
    person.is_at("The form was opened too long ago")
    look_at(person.page)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/t/qinglan/", "Gao Mingze: 2 / 2, at capacity"),
        (
            f"/t/qinglan/agreements/{IN_FORCE}",
            "Guide each apprentice 16 hours a month.: 3 on time, 1 cured, 1 breached, 1 open",
        ),
        ("/t/qinglan/apprentices/shen", "Set up machine and tooling: school 78, enterprise 99, gap 21"),
        ("/t/qinglan/mentors", "He Ruolin: 4 / 8, room for 4"),
        ("/benchmarks", "Level 2: you 86 %, peers p20 79, p40 84, p60 88, p80 93"),
    ],
)
def test_every_chart_says_its_figures(sight: Sight, path: str, name: str) -> None:
    page = sight.of(STAFF, path)

    expect(page.get_by_role("img", name=name, exact=True)).to_have_count(1)
    nameless = page.locator("main svg:not([aria-hidden=true], [role=img][aria-label], svg svg)")
    expect(nameless).to_have_count(0)
    page.close()


def test_the_first_tab_leads_past_what_stands_around_the_page(visit: Visit, qinglan: Place) -> None:
    person = visit()
    person.sign_in(qinglan.key())
    person.open("/t/qinglan/agreements")

    person.page.keyboard.press("Tab")
    skip = person.page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    person.page.keyboard.press("Enter")
    person.page.keyboard.press("Tab")

    expect(person.page.get_by_role("main").locator(":focus")).to_have_text("New agreement")


def test_the_menu_of_a_narrow_screen_opens_and_closes_without_scripts(visit: Visit, qinglan: Place) -> None:
    person = visit(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    person.sign_in(qinglan.key())
    menu = person.page.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()

    person.page.get_by_role("button", name="Menu").click()
    expect(menu).to_be_visible()
    person.page.keyboard.press("Escape")

    expect(menu).to_be_hidden()


def test_whoever_chooses_dark_gets_it_whatever_their_system_says(visit: Visit, qinglan: Place) -> None:
    person = visit(color_scheme="light")
    person.sign_in(qinglan.key())
    person.open("/account")
    light = person.page.evaluate("getComputedStyle(document.body).backgroundColor")

    person.follow("Dark")

    expect(person.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert person.page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_a_page_prints_without_what_only_a_screen_needs(visit: Visit, qinglan: Place) -> None:
    person = visit()
    person.sign_in(qinglan.key())
    person.open(f"/t/qinglan/agreements/{IN_FORCE}")

    person.page.emulate_media(media="print")

    for name in (".bar", ".rail", ".take"):
        expect(person.page.locator(name).first).to_be_hidden()
    expect(person.page.get_by_role("heading", level=1)).to_be_visible()


def test_a_page_weighs_little_and_loads_nothing_from_afar(visit: Visit, qinglan: Place) -> None:
    person = visit()
    person.sign_in(qinglan.key())
    person.open("/t/qinglan/")
    resources: list[dict[str, Any]] = person.page.evaluate(
        "performance.getEntriesByType('resource').map(one => ({name: one.name, size: one.encodedBodySize}))"
    )

    assert sum(one["size"] for one in resources if "/live" not in one["name"]) < 30_000
    assert all(one["name"].startswith((qinglan.address, "http://127.0.0.1:")) for one in resources)
