"""`baseplus serve` as a process, and raw connections to it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.postgres.database import Database
from infra.service import free_ports
from tests.cli.program import HANG, Started, started


@dataclass
class Served:
    """A server, and what it says."""

    program: Started
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """A client with connections of its own."""
        return httpx.Client(base_url=self.address, headers=headers, timeout=HANG)

    def raw(self, *pieces: bytes, finished: bool = True) -> bytes:
        """Send bytes as they are; what comes back until the server closes. finished: nothing more will be sent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=HANG) as connection:
            for piece in pieces:
                connection.sendall(piece)
            if finished:
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return answer

    def lines(self) -> Iterator[dict[str, Any]]:
        """What it logged so far."""
        for line in self.program.said:
            if line.startswith("{"):
                yield json.loads(line)


@contextmanager
def serve(database: Database, data: Path, *arguments: str, **more: str) -> Iterator[Served]:
    """A server of our own over this database, until the end of the block."""
    (port,) = free_ports(1)
    env = {"DATABASE_URL": database.url, **more}
    with started(data, "serve", "--port", str(port), *arguments, **env) as program:
        program.until("Serving http")
        yield Served(program, port)
