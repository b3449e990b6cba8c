"""What msgspec has to know of a type before it reads values of it, learned by one thread at a time.

It notes what it knows of a struct in the struct's class before it knows all of it, so that a struct may contain
itself. A second thread that reads values of the class meanwhile takes half the knowledge for the whole: a crash.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_learning = threading.Lock()
_decoders: dict[object, msgspec.json.Decoder[Any]] = {}


def decoder_of(kind: type[T]) -> msgspec.json.Decoder[T]:
    """What reads JSON of this type: made once, and safe to be asked for by many threads. Raises TypeError for a type
    that JSON does not carry."""
    if kind not in _decoders:
        with _learning:
            _decoders[kind] = msgspec.json.Decoder(kind)
    return _decoders[kind]


def learned(kind: type[T]) -> type[T]:
    """The type itself, once msgspec knows it: for `msgspec.convert`, where threads run."""
    decoder_of(kind)
    return kind
