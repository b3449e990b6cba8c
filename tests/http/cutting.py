"""A proxy that breaks connections off, at a random byte on the way there or back."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

_MOST = 900  # bytes: about what a request or an answer of these tests has


class CuttingProxy:
    """Listens on `port`. Each connection is for one exchange. share: how many of them are cut, 0 to 1."""

    def __init__(self, upstream: int, share: float, seed: int) -> None:
        self._upstream, self._share, self._chance = upstream, share, random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.cut = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                there = back = None
                if self._chance.random() < self._share:
                    self.cut += 1
                    there, back = (
                        (self._chance.randrange(_MOST), None)
                        if self._chance.random() < 0.5
                        else (None, self._chance.randrange(_MOST))
                    )
                threading.Thread(target=self._exchange, args=(client, there, back), daemon=True).start()

    def _exchange(self, client: socket.socket, there: int | None, back: int | None) -> None:
        """there, back: after how many bytes in this direction both ends are cut; None: never."""
        with closing(client), closing(socket.create_connection(("127.0.0.1", self._upstream))) as server:
            asking = threading.Thread(target=_pass_on, args=(client, server, there))
            asking.start()
            _pass_on(server, client, back)
            _cut(client)
            asking.join()


def _pass_on(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    passed = 0
    with suppress(OSError):
        while data := source.recv(64):
            if limit is not None and passed + len(data) > limit:
                target.sendall(data[: limit - passed])
                _cut(source)
                _cut(target)
                return
            target.sendall(data)
            passed += len(data)


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting(upstream: int, share: float, seed: int = 1) -> Iterator[CuttingProxy]:
    """A proxy in front of a port of 127.0.0.1, for as long as this lasts."""
    with closing(CuttingProxy(upstream, share, seed)) as proxy:
        yield proxy
