"""`baseplus stream`: live updates, from a process of its own."""

from __future__ import annotations

from contextlib import closing

import click

from infra.cli.output import say
from infra.cli.processes import process
from infra.cli.stopping import stop_event
from infra.environment import announcing
from infra.session import Sessions, session_secret

PORT = 8001


@click.command(
    epilog="""\b
Examples:
  baseplus stream
  baseplus stream --host 0.0.0.0 --port 9000
  BASEPLUS_PAGES_ORIGIN=https://base.example.org baseplus stream
  curl -N -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8001/v1/uni-a/live
\b
Set BASEPLUS_STREAM_URL where the pages are served to the address that browsers reach this at."""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(1, 65_535), default=PORT, show_default=True, help="The port to listen on.")
def stream(host: str, port: int) -> None:
    """Tell pages and programs what happens, as soon as the read models show it, until Ctrl-C.

    GET /v1/TENANT/live answers with server-sent events; GET /healthz and /metrics are for whoever looks after it. One
    process is enough for some thousand listeners; any number may run. Logs are JSON lines on standard error.
    """
    from infra.stream.server import listen_at, serve  # starlette and uvicorn take a while to import

    with stop_event() as stop, process("stream") as (settings, database), closing(listen_at(host, port)) as listening:
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        sessions = Sessions(session_secret(settings))
        with announcing(settings, "stream", address):
            say(f"Live updates at {address}/v1/TENANT/live. Ctrl-C stops.")
            serve(database, sessions, listening, stop, origin=settings.pages_origin, proxies=settings.proxies)
