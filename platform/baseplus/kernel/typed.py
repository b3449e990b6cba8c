"""What msgspec has to know of a type before it reads values of it, learned by one thread at a time.

It notes what it knows of a struct in the struct's class before it knows all of it, so that a struct may contain
itself. A second thread that reads values of the class meanwhile takes half the knowledge for the whole: a crash.
"""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec

T = TypeVar("T")

_learning = threading.Lock()
_learned: set[object] = set()


def learned(kind: type[T]) -> type[T]:
    """The type itself, once msgspec knows it: to be asked for wherever a type is first used while threads run."""
    if kind not in _learned:
        with _learning:
            msgspec.json.Decoder(kind)
            _learned.add(kind)
    return kind
