"""Whether this process lives, whether it can work, and what it has counted. A proxy need not pass these on."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Literal

import msgspec
import prometheus_client
from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, multiprocess

from baseplus.kernel.refusals import Unavailable
from infra.environment import answers, find_kafka
from infra.http.parts import Parts, parts
from infra.postgres.overview import Behind, pipeline

_FRESH = 1.0  # seconds for which a look around holds, however many ask

State = Literal["ok", "warn", "fail"]


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at. Only what fails keeps the process from its work."""

    what: str
    state: State
    found: str


class Readiness(msgspec.Struct, frozen=True):
    """Whether requests can be answered, and why."""

    ready: bool
    checks: tuple[Check, ...]


class _Look:
    """The last look around. At most one request looks at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._found = Readiness(ready=False, checks=())
        self._schema_seen = False

    def around(self, now: Parts) -> Readiness:
        """What is found now, or was a moment ago."""
        with self._lock:
            if time.monotonic() >= self._until:
                checks = tuple(self._checks(now))
                self._found = Readiness(all(check.state != "fail" for check in checks), checks)
                self._until = time.monotonic() + _FRESH
            return self._found

    def _checks(self, now: Parts) -> Iterator[Check]:
        kafka = find_kafka(now.settings)
        try:
            schema = self._schema(now)
            yield schema
            if schema.state == "fail":
                return
            total = pipeline(now.database)
        except Unavailable as refusal:
            yield Check("database", "fail", str(refusal.facts.get("what", "it does not answer")))
            return
        yield Check("database", "ok", f"{total.tenants:,} tenants, {total.events:,} events")
        if kafka is not None:
            # what is stored stays and is relayed later: commands go on without it
            alive = answers(kafka)
            yield Check("kafka", "ok" if alive else "warn", "answers" if alive else "does not answer")
            yield _lag("relay", total.relay, "not on Kafka")
        yield _lag("projection", total.projection, "not in the views")

    def _schema(self, now: Parts) -> Check:
        if not self._schema_seen:
            from infra.postgres.migrate import pending  # SQLAlchemy takes most of a second to import

            if steps := pending(now.database):
                return Check("schema", "fail", f"lacks {', '.join(steps)}: run baseplus migrate")
            self._schema_seen = True
        return Check("schema", "ok", "up to date")


def _lag(what: str, behind: Behind, where: str) -> Check:
    return Check(what, "warn" if behind.much else "ok", f"{where}: {behind}")


def health() -> Blueprint:
    """The three paths, with a look around of their own."""
    made, look = Blueprint("health", __name__), _Look()
    made.add_url_rule("/healthz", "healthz", _healthz)
    made.add_url_rule("/readyz", "readyz", lambda: _readyz(look))
    made.add_url_rule("/metrics", "metrics", _metrics)
    return made


def _healthz() -> Response:
    return Response(b'{"alive":true}', content_type="application/json")


def _readyz(look: _Look) -> Response:
    """Ready: the database is there and has our schema. What is behind is told, and is no obstacle."""
    found = look.around(parts())
    return Response(msgspec.json.encode(found), 200 if found.ready else 503, content_type="application/json")


def _metrics() -> Response:
    """What all processes that answer requests have counted, together."""
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(prometheus_client.generate_latest(registry), content_type=prometheus_client.CONTENT_TYPE_LATEST)
