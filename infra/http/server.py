"""gunicorn, as this program runs it: threads in a few processes, what each needs made after the fork, problem documents
in place of its own pages, logs as JSON lines.

Started by `baseplus serve` as a process of its own: `python -m infra.http.server`, told what to do by its environment.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import msgspec
from flask import Flask
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from baseplus.kernel.refusals import Refusal
from infra.http import problems, refusals
from infra.http.app import create_app
from infra.http.around import UNKNOWN
from infra.http.parts import open_parts
from infra.observability.logging import log_json_lines
from infra.observability.tracing import tracing
from infra.pages.site import PAGES
from infra.postgres.database import Database
from infra.settings import read_settings

log = logging.getLogger(__name__)

TOLD = "BASEPLUS_SERVE"
"""The variable that says what to do, as JSON of `Serving`."""

GRACE = 20
"""Seconds for requests under way when the server is told to stop."""

_LONGEST_LINE = 8190  # bytes of the request line, and of each header


class Serving(msgspec.Struct, frozen=True):
    """What a server is told. The database is where the one who started it found it."""

    host: str
    port: int
    workers: int
    threads: int
    database_url: str
    database_direct: bool
    database_urls: Mapping[str, str]


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answers what is no HTTP with a problem document, where gunicorn would with HTML."""

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: BaseException) -> None:
        refusal = _refusal(exc)
        request = secrets.token_hex(12)
        refused = problems.answer(refusal, request=request)
        if isinstance(refusal, refusals.InternalError):
            log.error("a request broke the server", exc_info=exc, extra={"request": request})
        said = {"request": request, "route": UNKNOWN, "status": refused.problem.status, "code": refusal.code}
        log.info("request", extra=said)
        head = {
            "Connection": "close",
            "Content-Type": problems.MEDIA_TYPE,
            "Content-Length": str(len(refused.body)),
            "Cache-Control": "no-store",
            "X-Request-Id": request,
            **refused.headers,
        }
        lines = [f"HTTP/1.1 {refused.problem.status} {refused.problem.title}", *(f"{k}: {v}" for k, v in head.items())]
        try:
            util.write_nonblock(client, "\r\n".join([*lines, "", ""]).encode("latin-1") + refused.body)
        except OSError:
            log.debug("the client has gone")


def _refusal(error: BaseException) -> Refusal:
    match error:
        case errors.LimitRequestLine():
            return refusals.AddressTooLong()
        case errors.LimitRequestHeaders():
            return refusals.HeadersTooLarge()
        case errors.UnsupportedTransferCoding():
            return refusals.TransferCodingUnknown()
        case errors.ExpectationFailed():
            return refusals.ExpectationFailed()
        case errors.ParseException():
            # without what was sent: it may hold a key
            return refusals.MalformedRequest(reason=type(error).__name__)
        case _:
            return refusals.InternalError()


class _Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's words among ours, and none about each request, which has its own line."""

    def setup(self, cfg: Any) -> None:
        self.cfg, self.loglevel = cfg, logging.getLogger().level
        self.error_log.propagate = True
        # each start and end of a worker is for whoever looks closer
        self.error_log.setLevel(self.loglevel if self.loglevel <= logging.DEBUG else logging.WARNING)

    def access(self, *_request: Any) -> None:
        return

    def reopen_files(self) -> None:
        return


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The application in its processes."""

    def __init__(self, told: Serving) -> None:
        self._told = told
        self._open = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"{self._told.host}:{self._told.port}",
            "workers": self._told.workers,
            "threads": self._told.threads,
            "worker_class": Worker,
            "logger_class": _Log,
            "proc_name": "baseplus serve",
            "preload_app": False,
            "control_socket_disable": True,  # it would lie in somebody's home directory
            "graceful_timeout": GRACE,
            "limit_request_line": _LONGEST_LINE,
            "limit_request_field_size": _LONGEST_LINE,
            "limit_request_fields": 100,
            "child_exit": _forget,
            "worker_exit": self._close,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one process: called in it, after the fork."""
        settings, told = read_settings(), self._told
        database = Database(told.database_url, told.database_direct, told.database_urls)
        self._open.enter_context(tracing("serve"))
        made = open_parts(settings, database, processes=told.workers, threads=told.threads)
        return create_app(self._open.enter_context(made), site=PAGES)

    def _close(self, _arbiter: object, _worker: object) -> None:
        self._open.close()


def _forget(_arbiter: object, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def main() -> None:
    """Serve what the environment says, until SIGTERM."""
    log_json_lines(read_settings().log_level)
    Server(msgspec.json.decode(os.environ.pop(TOLD), type=Serving)).run()


if __name__ == "__main__":
    main()
