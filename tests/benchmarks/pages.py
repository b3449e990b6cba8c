"""What a page weighs and how soon it is painted, in a real Chromium that keeps nothing of it.

A new window of Chromium loads its own address bar, some 80 scripts in a process beside, for about a second; on two
cores a page opened meanwhile is painted 100 ms later than the same page in the same window afterwards. So the window
is opened first and left to come to rest, and its cache is emptied before each page.
"""

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
TURNS = 10
HEAVIEST, LONGEST = 40_000, 300  # bytes, milliseconds
AT_REST_MS, PAUSE_MS = 2000, 300
BLANK = "about:blank"

_TIMES = """() => new Promise(found => {
  const look = () => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    paint ? found(paint.startTime) : requestAnimationFrame(look);
  };
  look();
})"""


def page_weight(environment: Environment) -> Sequence[Figure]:
    """The heaviest of the pages with all that it loads, packed, against what it may be; the first paint of the slowest
    page (median of its turns) against what it may take, and that of all against a page with nothing on it, in turns."""
    bring_up_to_date(environment.database)
    weights: list[int] = []
    paints: dict[str, list[float]] = {path: [] for path in PAGES}
    empty: list[float] = []
    with (
        place(environment.database, environment.folder / "pages") as served,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        context = browser.new_context()
        context.add_cookies(_session(browser, served))
        page = context.new_page()
        page.wait_for_timeout(AT_REST_MS)
        for _ in range(TURNS):
            for path in PAGES:
                paints[path].append(_first_paint(page, served.address + path))
                weights.append(_weight(page))
                empty.append(_first_paint(page, served.address + EMPTY))
        context.close()
    heaviest, slowest = max(weights), max(statistics.median(turns) for turns in paints.values())
    all_paints = [paint for turns in paints.values() for paint in turns]
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
            value=round(slowest * 1000),
            unit="ms",
            against=f"{LONGEST} ms; of {len(PAGES)} pages the one with the greatest median",
            ratio=round(slowest * 1000 / LONGEST, 3),
            p50_ms=percentile(all_paints, 0.5),
            p99_ms=percentile(all_paints, 0.99),
        ),
        Figure(
            figure="page_first_paint",
            value=round(statistics.median(all_paints) * 1000),
            unit="ms",
            against=f"a word of plain text, p50 {percentile(empty, 0.5)} ms, p99 {percentile(empty, 0.99)} ms",
            ratio=round(statistics.median(all_paints) / statistics.median(empty), 3),
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


def _first_paint(page: Page, address: str) -> float:
    """Seconds until something is painted, with nothing kept from before."""
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    session.detach()
    page.goto(BLANK)
    page.wait_for_timeout(PAUSE_MS)
    page.goto(address)
    return float(page.evaluate(_TIMES)) / 1000


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
