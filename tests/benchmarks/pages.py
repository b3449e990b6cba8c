"""What a page weighs and how soon it is painted, in a real Chromium that has seen nothing of it before."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from infra.schema import bring_up_to_date
from tests.benchmarks.figure import Environment, Figure, percentile
from tests.e2e.browsing import Person, Place, chromium, place
from tests.pages.town import IN_FORCE

EMPTY = "/healthz"  # a word of plain text from the same server: what the browser itself takes
PAGES = ("/t/qinglan/", f"/t/qinglan/agreements/{IN_FORCE}", "/t/qinglan/history", "/benchmarks")
TURNS = 5
HEAVIEST, SLOWEST = 40_000, 300  # bytes, milliseconds

_TIMES = """() => new Promise(found => {
  const look = () => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    paint ? found(paint.startTime) : requestAnimationFrame(look);
  };
  look();
})"""


def page_weight(environment: Environment) -> Sequence[Figure]:
    """The heaviest of the pages with all that it loads, packed, against what it may be; the first paint against what it
    may take, and against that of a page with nothing on it, in turns."""
    bring_up_to_date(environment.database)
    weights, paints, empty = [], [], []
    with (
        place(environment.database, environment.folder / "pages") as served,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        session = _session(browser, served)
        for path in PAGES:
            for _ in range(TURNS):
                weight, paint = _fresh(browser, served.address + path, session)
                weights.append(weight)
                paints.append(paint / 1000)
                empty.append(_fresh(browser, served.address + EMPTY, session)[1] / 1000)
    heaviest, slowest = max(weights), percentile(paints, 1)
    return [
        Figure(
            figure="page_weight",
            value=heaviest,
            unit="bytes",
            against=f"{HEAVIEST} bytes",
            ratio=round(heaviest / HEAVIEST, 3),
        ),
        Figure(
            figure="page_first_paint",
            value=round(statistics.median(paints) * 1000),
            unit="ms",
            against=f"{SLOWEST} ms for the slowest",
            ratio=round(slowest / SLOWEST, 3),
            p50_ms=percentile(paints, 0.5),
            p99_ms=slowest,
        ),
        Figure(
            figure="page_first_paint",
            value=round(statistics.median(paints) * 1000),
            unit="ms",
            against=f"a word of plain text, p50 {percentile(empty, 0.5)} ms, slowest {percentile(empty, 1)} ms",
            ratio=round(statistics.median(paints) / statistics.median(empty), 3),
        ),
    ]


def _session(browser: Browser, served: Place) -> list[Any]:
    """The cookies of somebody who has signed in."""
    context = browser.new_context()
    person = Person(context, served)
    person.sign_in(served.key())
    person.is_at("Qinglan University")
    cookies: list[Any] = context.cookies()
    context.close()
    return cookies


def _fresh(browser: Browser, address: str, session: list[Any]) -> tuple[int, float]:
    """Bytes, packed as they would go over a wire, and milliseconds until something is painted; nothing is kept."""
    context = browser.new_context()
    context.add_cookies(session)
    page = context.new_page()
    page.goto(address)
    paint = float(page.evaluate(_TIMES))
    weight = _weight(page)
    context.close()
    return weight, paint


def _weight(page: Page) -> int:
    sizes: list[int] = page.evaluate(
        """performance.getEntriesByType("resource")
             .filter(one => !one.name.includes("/live")).map(one => one.encodedBodySize)"""
    )
    packed: int = page.evaluate(
        """async () => {
          const whole = document.documentElement.outerHTML;
          const stream = new Blob([whole]).stream().pipeThrough(new CompressionStream("gzip"));
          return (await new Response(stream).arrayBuffer()).byteLength;
        }"""
    )
    return sum(sizes) + packed


FIGURES = {"page_weight": page_weight}
