"""`baseplus serve`: the API and the pages."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from infra.cli.output import say
from infra.cli.stopping import stop_event
from infra.environment import announcing, open_database
from infra.observability.logging import log_json_lines
from infra.service import ServiceFailed, asked, end, launch, require_port
from infra.settings import read_settings

_WHAT = "The API"
_LOOK = 0.1  # seconds between two looks at the server


@click.command(
    epilog="""\b
Examples:
  baseplus serve
  baseplus serve --host 0.0.0.0 --port 80 --workers 4
\b
It speaks HTTP/1.1 without TLS: in production put a proxy in front, say how many there are in BASEPLUS_PROXIES,
and let it pass on neither /metrics nor /readyz."""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="How many processes answer.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Requests at once in each.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Answer HTTP, until Ctrl-C: the API under /v1, its OpenAPI document, and the pages.

    Logs are JSON lines on standard error, one for each request. SIGTERM lets requests under way end.
    """
    from infra.http.server import GRACE, TOLD, Serving  # Flask and gunicorn take half a second to import

    settings = read_settings()
    log_json_lines(settings.log_level)
    require_port(port, _WHAT, host)
    with stop_event() as stop, open_database(settings) as database, _counters() as counters:
        told = Serving(host, port, workers, threads, database.url, database.direct, database.urls)
        env = {
            **os.environ,
            TOLD: msgspec.json.encode(told).decode(),
            "PROMETHEUS_MULTIPROC_DIR": str(counters),
        }
        command = [sys.executable, "-m", "infra.http.server"]
        server = launch(command, log=None, death_signal=signal.SIGTERM, env=env)
        try:
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            _await(server, f"{address}/healthz", stop)
            say(f"Serving {address}/v1 with {workers} processes of {threads} threads. Ctrl-C stops.")
            with announcing(settings, "serve", address):
                while not stop.wait(_LOOK):
                    _require_alive(server)
        finally:
            end(server, (signal.SIGTERM, GRACE + 5))


def _await(server: subprocess.Popen[bytes], health: str, stop: threading.Event) -> None:
    """Until a worker answers: the port is open before one has begun, and stays so where none can."""
    while asked(health) is None and not stop.wait(_LOOK):
        _require_alive(server)


def _require_alive(server: subprocess.Popen[bytes]) -> None:
    if (code := server.poll()) is not None:
        raise ServiceFailed(what=_WHAT, reason=f"its server ended with {code}", log="the lines above")


@contextmanager
def _counters() -> Iterator[Path]:
    """A folder where the processes count together."""
    folder = Path(tempfile.mkdtemp(prefix=f"baseplus-serve-{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
