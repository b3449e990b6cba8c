"""Our processes that answer HTTP, and what they send to: whether they are there, as far as anybody told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from infra.cli.finding import Finding
from infra.environment import Folder, answers
from infra.observability.tracing import ENDPOINTS
from infra.service import asked
from infra.settings import Settings


def reachable(settings: Settings) -> Iterator[Finding]:
    """The API, the live updates, and the collector of traces, as far as they are announced or configured."""
    folder = Folder(settings.data)
    yield _api(folder.announced("serve"))
    yield _stream(folder.announced("stream"), settings.stream_url)
    if endpoint := next((url for name in ENDPOINTS if (url := os.environ.get(name))), None):
        yield _collector(endpoint)


def _api(address: str | None) -> Finding:
    if address is None:
        return Finding("API", "warn", "not running on this data folder", "run: baseplus serve, or baseplus demo")
    told = asked(f"{_reached(address)}/readyz")
    if told is None:
        return Finding("API", "fail", f"does not answer at {address}", "read its log, or start it: baseplus serve")
    wrong = [f"{check['what']}: {check['found']}" for check in told.get("checks", ()) if check["state"] != "ok"]
    if not told.get("ready"):
        return Finding("API", "fail", f"at {address}, not ready: {'; '.join(wrong)}", "mend what it names")
    return Finding("API", "ok", f"answers at {address}" + (f" ({'; '.join(wrong)})" if wrong else ""))


def _stream(address: str | None, public: str | None) -> Finding:
    if address is None and public is None:
        return Finding(
            "live updates",
            "warn",
            "not running on this data folder: pages stay as they were loaded",
            "run: baseplus stream, or baseplus demo",
        )
    where = address or public or ""
    if asked(f"{_reached(where)}/healthz") is None:
        mend = "read its log, or start it: baseplus stream" if address else "start it, or mend BASEPLUS_STREAM_URL"
        return Finding("live updates", "fail", f"does not answer at {where}", mend)
    return Finding("live updates", "ok", f"answers at {where}")


def _collector(endpoint: str) -> Finding:
    parts = urlsplit(endpoint)
    try:
        where = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    except ValueError:
        where = ""
    if parts.scheme not in ("http", "https") or not parts.hostname or not where:
        return Finding("traces", "fail", "the endpoint is no address", f"mend {ENDPOINTS[0]}: http://collector:4318")
    if not answers(where):
        return Finding(
            "traces", "warn", f"no collector answers at {where}: spans are lost", f"start it, or mend {ENDPOINTS[0]}"
        )
    return Finding("traces", "ok", f"sent to {where}")


def _reached(address: str) -> str:
    """Where we reach what listens on all addresses."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
