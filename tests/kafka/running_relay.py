"""A relay to test: in a thread of this process, or in a process of its own that may be killed.

python -m tests.kafka.running_relay URL DIRECT BOOTSTRAP TOPIC
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from infra.kafka.relay import Relay
from infra.postgres.database import Database


@contextmanager
def relaying(database: Database, bootstrap: str, topic: str) -> Iterator[None]:
    """A relay in a thread."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            Relay(database, bootstrap, topic).run(stop)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not failed, failed


def start_relay(database: Database, bootstrap: str, topic: str) -> subprocess.Popen[bytes]:
    """A relay in a process; the caller ends it."""
    command = [sys.executable, "-m", "tests.kafka.running_relay", database.url, str(int(database.direct))]
    return subprocess.Popen([*command, bootstrap, topic], stderr=subprocess.DEVNULL)


def main() -> None:
    """Until SIGTERM."""
    url, direct, bootstrap, topic = sys.argv[1:]
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Relay(Database(url, direct=bool(int(direct))), bootstrap, topic).run(stop)


if __name__ == "__main__":
    main()
