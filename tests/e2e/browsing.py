"""The pages as people meet them: real processes, real Chromium, and people who read, fill in, choose and press."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

from baseplus.apprenticeships.events import MentorKind
from baseplus.apprenticeships.model import AssignMentor, Enrol, Start, apprenticeships
from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import TenantId
from baseplus.mentoring.model import Register, mentoring
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.service import free_ports
from infra.wiring import EVENT_TYPES, FOLLOWERS
from projections.runner.reader import Reader
from tenants.keys.model import IssueKey, in_its_tenant, keys
from tenants.keys.token import Token, new_token
from tests.cli.program import started
from tests.pages.town import ASSOCIATION, IN_FORCE, QINGLAN, YUNCHUAN, tell_everything

PATIENCE_MS = 120_000
"""Milliseconds after which something is taken to hang. No test measures time by it."""

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=en-US",
)  # fmt: skip
# without htmx, which changes the page in place
_LEADS_ON = """one => one.matches("a[href]:not([href^='#']), button:not([type=button], [popovertarget], [hx-post])")"""
_SECRET = "a secret of the tests"
PERSONAS = (
    ("tao", "Tao Jianing", "runs the joint base of Qinglan University", Role.STAFF, None),
    ("zhuang", "Zhuang Keyi", "plant director of Yunchuan Drives", Role.ENTERPRISE, YUNCHUAN),
)


@dataclass
class Place:
    """Qinglan University, served."""

    address: str
    store: Store
    reader: Reader
    _numbers: Iterator[int] = field(default_factory=count)

    def key(self, role: Role = Role.STAFF, own: str | None = None, tenant: TenantId = QINGLAN) -> Token:
        """A new key."""
        return issue(self.store, tenant, f"e2e-{next(self._numbers)}", role, own)

    def apprentice(self, name: str, *, trained: bool = False) -> str:
        """Somebody newly enrolled, with a campus tutor; trained: with a master of their own, and in training."""
        thing = f"new-{next(self._numbers)}"
        master = Register(f"m-{thing}", f"Master of {name}", MentorKind.ENTERPRISE_MASTER, YUNCHUAN)
        orders: list[Any] = [Enrol(f"p-{thing}", name, "drive-base", YUNCHUAN, "cnc-4", IN_FORCE)]
        orders.append(AssignMentor(MentorKind.CAMPUS_TUTOR, "bell"))
        if trained:
            self.store.execute(QINGLAN, mentoring, f"m-{thing}", master)
            orders += [AssignMentor(MentorKind.ENTERPRISE_MASTER, f"m-{thing}"), Start()]
        self.store.execute(QINGLAN, apprenticeships, thing, *orders)
        self.is_shown()
        return thing

    def is_shown(self, *tenants: TenantId) -> None:
        """All that has happened is folded: whoever opens a page from now on sees it."""
        for tenant in tenants or (QINGLAN,):
            shown = self.reader.wait(tenant, self.store.position(tenant), PATIENCE_MS / 1000)
            assert shown, f"the read models stand still at {self.reader.position(tenant)}"


def issue(store: Store, tenant: TenantId, name: str, role: Role, own: str | None) -> Token:
    token = new_token(tenant, name)
    store.execute(tenant, keys, name, IssueKey(role, "for a test", token.digest, own), resolve=in_its_tenant)
    return token


@contextmanager
def place(database: Database, data: Path) -> Iterator[Place]:
    """The server, the worker and the stream of live events as processes of their own, over a university's story."""
    pages, live = free_ports(2)
    data.mkdir(exist_ok=True)
    with (
        closing(Store(database, EVENT_TYPES, followers=FOLLOWERS)) as store,
        closing(Reader(database.dsn("app"), size=1)) as reader,
        ExitStack() as stack,
    ):
        tell_everything(store, datetime.now(UTC).date())
        many = Register("p-bell", "Bell Tower", MentorKind.CAMPUS_TUTOR, QINGLAN, 100)
        store.execute(QINGLAN, mentoring, "bell", many)
        people = []
        for name, called, about, role, own in PERSONAS:
            issue(store, QINGLAN, f"k-{name}", role, own)
            people.append({"id": name, "name": called, "about": about, "tenant": QINGLAN, "key": f"k-{name}"})
        personas = data / "personas.json"
        personas.write_text(json.dumps(people))
        env = {
            "DATABASE_URL": database.url,
            "BASEPLUS_SECRET": _SECRET,
            "BASEPLUS_PERSONAS": str(personas),
            "BASEPLUS_STREAM_URL": f"http://127.0.0.1:{live}",
            "BASEPLUS_PAGES_ORIGIN": f"http://127.0.0.1:{pages}",
            "BASEPLUS_RATE_LIMIT": "100000",
        }
        folder = data / "data"
        stack.enter_context(started(folder, "project", "--no-kafka", **env)).until("Projecting from")
        stack.enter_context(started(folder, "stream", "--port", str(live), **env)).until("Live updates at")
        served = stack.enter_context(started(folder, "serve", "--port", str(pages), "--workers", "1", **env))
        served.until("Serving http")
        told = Place(f"http://127.0.0.1:{pages}", store, reader)
        told.is_shown(QINGLAN, TenantId(ASSOCIATION.id))
        yield told


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium, without a window: BASEPLUS_TEST_CHROMIUM, else the first that the PATH has."""
    found = os.environ.get("BASEPLUS_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail("needs Chromium, which is missing: `apt-get install chromium fonts-noto-cjk`, or say where one is"
                    " in BASEPLUS_TEST_CHROMIUM", pytrace=False)  # fmt: skip
    with closing(playwright.chromium.launch(executable_path=found, args=list(_QUIET), timeout=PATIENCE_MS)) as browser:
        yield browser


class Person:
    """Somebody at a browser. Everything is found by what it is called, as people and screen readers do."""

    def __init__(self, context: BrowserContext, place: Place) -> None:
        self.place, self.context = place, context
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        self.mistakes: list[str] = getattr(self, "mistakes", [])
        page.on("console", lambda said: self.mistakes.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        return page

    def open(self, path: str) -> None:
        """Go to an address."""
        self.page.goto(self.place.address + path)

    def sign_in(self, token: Token) -> None:
        self.open("/")
        self.fill("Key", str(token))
        self.press("Sign in")
        expect(self.page.get_by_role("banner").get_by_role("link", name=token.key)).to_be_visible()

    def go(self, name: str) -> None:
        """Follow an entry of the menu, which has to be opened where there is little room."""
        opener = self.page.get_by_role("button", name="Menu")
        if opener.is_visible():
            self.act(opener)
        self.act(self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True))

    def fill(self, label: str, text: str) -> None:
        self.write(self.field(label), text)

    def write(self, where: Locator, text: str) -> None:
        """Fill in a field."""
        where.fill(text)

    def choose(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def tick(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()

    def press(self, name: str) -> None:
        self.act(self.page.get_by_role("main").get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self.act(self.page.get_by_role("main").get_by_role("link", name=name, exact=True).first)

    def act(self, what: Locator) -> None:
        """Press a button or follow a link; where it leads to another page, that one is there."""
        if what.evaluate(_LEADS_ON):
            with self.page.expect_navigation():
                self.use(what)
        else:
            self.use(what)

    def use(self, what: Locator) -> None:
        what.click()

    def field(self, label: str) -> Locator:
        """The field that is called so, whatever else stands in its label."""
        return self.page.locator("main :is(input, select, textarea)").and_(self.page.get_by_label(label)).first

    def is_at(self, heading: str) -> None:
        """The page that is headed so is there."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def path(self) -> str:
        return urlsplit(self.page.url).path


class Typist(Person):
    """Somebody without a mouse: what they use they reach by the Tab key, and see the focus on."""

    def reach(self, what: Locator) -> None:
        """Tab until it has the focus; ringed by an outline, so that it can be seen."""
        what.wait_for()
        for _ in range(300):
            if what.evaluate("one => one === document.activeElement"):
                ring = what.evaluate("one => getComputedStyle(one).outlineStyle")
                assert ring != "none", "nobody sees where the focus is"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("the Tab key does not reach it")

    def use(self, what: Locator) -> None:
        self.reach(what)
        self.page.keyboard.press("Enter")

    def write(self, where: Locator, text: str) -> None:
        self.reach(where)
        if where.get_attribute("type") == "date":
            year, month, day = text.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")  # as Chromium's own language has it
            assert where.input_value() == text
            return
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def choose(self, label: str, option: str) -> None:
        one = self.field(label)
        self.reach(one)
        self.page.keyboard.press("Home")
        options: Sequence[str] = one.locator("option").all_inner_texts()
        for _ in range(options.index(option) - one.evaluate("one => one.selectedIndex")):
            self.page.keyboard.press("ArrowDown")
        assert one.evaluate("one => one.selectedOptions[0].text") == option

    def tick(self, label: str) -> None:
        self.reach(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("Space")
