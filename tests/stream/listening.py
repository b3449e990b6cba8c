"""A process of live updates to test, and clients that listen to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.postgres.database import Database
from infra.service import free_ports
from infra.session import Sessions
from tests.cli.program import Started, started

SECRET = "of the test's own cookies"
PAGES = "http://pages.example"
SESSIONS = Sessions(SECRET)


@dataclass(frozen=True)
class Live:
    """A running process."""

    address: str
    program: Started

    def url(self, tenant: str) -> str:
        return f"{self.address}/v1/{tenant}/live"

    def get(self, tenant: str, token: str | None = None, **more: Any) -> httpx.Response:
        """Ask for the stream; for what is refused."""
        return httpx.get(self.url(tenant), headers={**bearer(token), **more.pop("headers", {})}, timeout=30, **more)

    @contextmanager
    def listen(self, tenant: str, token: str | None = None, **more: Any) -> Iterator[Stream]:
        """Listen; nobody is left behind."""
        headers = {**bearer(token), **more.pop("headers", {})}
        url = more.pop("url", self.url(tenant))
        with httpx.stream("GET", url, headers=headers, timeout=30, **more) as response:
            assert response.status_code == 200, response.read()
            assert response.headers["Content-Type"].startswith("text/event-stream")
            yield Stream(response)


class Stream:
    """What a client hears, as the protocol has it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()
        self.begins = self._fields()

    def next(self) -> dict[str, Any]:
        """The next event's data, with the protocol's `event` where it has a name. Raises EOFError at the end."""
        fields = self._fields()
        data: dict[str, Any] = json.loads(fields["data"])
        assert int(fields["id"]) == data["position"]
        return {**data, **({"event": fields["event"]} if "event" in fields else {})}

    def ends(self) -> bool:
        """Whether nothing follows but the end."""
        try:
            self._fields()
        except EOFError:
            return True
        return False

    def _fields(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                return fields
        raise EOFError


def bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


@contextmanager
def live_process(database: Database, data: Path, **more: str) -> Iterator[Live]:
    """`baseplus stream` on the test's own database."""
    (port,) = free_ports(1)
    given = {"DATABASE_URL": database.url, "BASEPLUS_SECRET": SECRET, "BASEPLUS_PAGES_ORIGIN": PAGES, **more}
    with started(data, "stream", "--port", str(port), **given) as program:
        program.until("Live updates at")
        live = Live(f"http://127.0.0.1:{port}", program)
        assert httpx.get(f"{live.address}/healthz", timeout=30).json() == {"alive": True}
        yield live


@contextmanager
def projecting(database: Database, data: Path) -> Iterator[None]:
    """`baseplus project` on the test's own database, without Kafka."""
    with started(data, "project", "--no-kafka", DATABASE_URL=database.url) as program:
        program.until("Projecting from")
        yield
