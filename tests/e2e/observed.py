"""Every process as people start it, on a database and a topic of the test's own, and what they say about themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from bs4 import BeautifulSoup

from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.service import free_ports
from tests.access.issuing import UNI_A, issue, register
from tests.cli.program import Started, started
from tests.observability.collector import Collector, collecting
from tests.stream.listening import SECRET, Live, bearer, live_process


@dataclass(frozen=True)
class Observed:
    """What runs. token: of the staff of UNI_A. metrics: process -> where it counts."""

    database: Database
    store: Store
    bootstrap: str
    topic: str
    collector: Collector
    token: str
    address: str
    live: Live
    programs: dict[str, Started]
    metrics: dict[str, str]

    def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """A request by the staff of UNI_A."""
        headers = {**bearer(self.token), **(headers or {})}
        return httpx.request(method, f"{self.address}{path}", headers=headers, timeout=60, **more)

    @contextmanager
    def reader(self) -> Iterator[httpx.Client]:
        """A browser in which somebody of the staff has signed in to the pages."""
        with httpx.Client(base_url=self.address, timeout=60, follow_redirects=True) as browser:
            let_in = browser.post("/sign-in", data={"csrf_token": hidden(browser.get("/").text), "key": self.token})
            assert (let_in.status_code, let_in.url.path) == (200, f"/t/{UNI_A}/"), let_in.text
            yield browser

    @property
    def logged(self) -> list[str]:
        """Everything that all processes have written so far."""
        return [line for program in self.programs.values() for line in list(program.said)]


def hidden(page: str) -> str:
    """The token in a page's form that shows that the form is ours."""
    found = BeautifulSoup(page, "html.parser").select_one("input[name=csrf_token]")
    assert found is not None
    return str(found["value"])


@contextmanager
def observing(database: Database, store: Store, bootstrap: str, topic: str, data: Path) -> Iterator[Observed]:
    """All of it, for as long as this lasts."""
    register(store, UNI_A)
    token = str(issue(store, UNI_A, "k-1"))
    api, relay, project = free_ports(3)
    with ExitStack() as stack:
        collector = stack.enter_context(collecting())
        given = {
            "DATABASE_URL": database.url,
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
            "BASEPLUS_TOPIC": topic,
            "BASEPLUS_REPLICAS": "1",
            **collector.settings(),
        }
        address = f"http://127.0.0.1:{api}"
        live = stack.enter_context(
            live_process(database, data, BASEPLUS_PAGES_ORIGIN=address, **collector.settings()),
        )
        programs = {"stream": live.program}
        for words, own, *command in (
            ("Relaying to", {"BASEPLUS_METRICS_PORT": str(relay)}, "relay"),
            ("Projecting from Kafka", {"BASEPLUS_METRICS_PORT": str(project)}, "project"),
            ("Serving", {"BASEPLUS_STREAM_URL": live.address, "BASEPLUS_SECRET": SECRET}, "serve", "--port", str(api)),
        ):
            program = stack.enter_context(started(data, *command, **given, **own))
            program.until(words)
            programs[command[0]] = program
        metrics = {
            "serve": f"{address}/metrics",
            "stream": f"{live.address}/metrics",
            "relay": f"http://127.0.0.1:{relay}/metrics",
            "project": f"http://127.0.0.1:{project}/metrics",
        }
        yield Observed(database, store, bootstrap, topic, collector, token, address, live, programs, metrics)
