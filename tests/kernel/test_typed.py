"""Types that are first used by many threads at once."""

from __future__ import annotations

import subprocess
import sys

FIRST_USE = """
import sys, threading, msgspec
from baseplus.kernel.events import UnreadableEvent
from infra.wiring import EVENT_TYPES
sys.setswitchinterval(1e-6)
names = [event.TYPE for event in EVENT_TYPES]
barrier = threading.Barrier(8)
def read():
    for name in names:
        barrier.wait()
        for _ in range(3):
            try:
                EVENT_TYPES.decode(name, b'{"clause": {}, "parties": [{}], "obligation": {}, "base": "b"}')
            except UnreadableEvent:
                pass
threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_a_process_whose_threads_read_a_type_for_the_first_time_at_once_goes_on() -> None:
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", FIRST_USE], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr or done.returncode
