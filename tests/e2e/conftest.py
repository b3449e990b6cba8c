from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from infra.postgres.database import Database
from tests.e2e.browsing import PATIENCE_MS, Person, Place, Typist, chromium, place

Visit = Callable[..., Person]


@pytest.fixture(scope="session")
def qinglan(session_database: Database, scratch: Path) -> Iterator[Place]:
    """Qinglan University, served by processes of its own: one for all tests, each of which makes what it changes."""
    with place(session_database, scratch / "qinglan") as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module's tests; each has contexts of its own. Not for longer: as long as Playwright is there,
    nothing else in this thread can run an event loop."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, qinglan: Place) -> Iterator[Visit]:
    """Gives a person with a browser of their own; `more` is how the browser is. None may see an error of ours."""
    people: list[Person] = []

    def come(kind: type[Person] = Person, **more: Any) -> Person:
        context = browser.new_context(locale="en-GB", reduced_motion="reduce", **more)
        context.set_default_timeout(PATIENCE_MS)
        person = kind(context, qinglan)
        people.append(person)
        return person

    yield come
    for person in people:
        person.context.close()
    said = [words for person in people for words in person.mistakes]
    # a refusal is an error to the browser's console, and none to us
    assert [words for words in said if "Failed to load resource" not in words] == []


WAYS: dict[str, tuple[type[Person], dict[str, Any]]] = {
    "with scripts": (Person, {}),
    "without scripts": (Person, {"java_script_enabled": False}),
    "at 390 px": (Person, {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}),
    "by keyboard alone": (Typist, {}),
}
"""How people use pages."""


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest, visit: Visit) -> Visit:
    """`visit`, in each of the ways."""
    kind, how = WAYS[request.param]
    return lambda: visit(kind, **how)
