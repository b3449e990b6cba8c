"""How long-running commands are told to stop: by Ctrl-C, SIGTERM, or the end of the terminal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from infra.cli.errors import Ended, Exit

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Raised in the main thread by the first signal; the stopping that follows is left to finish."""


@contextmanager
def stop_event() -> Iterator[threading.Event]:
    """An event that the first signal sets. After Ctrl-C the command ends with 130, after the others with 0."""
    stop = threading.Event()
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        stop.set()

    with _handling(on_signal):
        yield stop
    if signal.SIGINT in received:
        raise Ended(Exit.INTERRUPTED)


@contextmanager
def stopping() -> Iterator[None]:
    """The first signal raises StopRequested within; the rest are ignored, so that cleaning up is not cut short.
    StopRequested ends here: with 130 after Ctrl-C, else in peace."""
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if len(received) == 1:
            raise StopRequested

    with _handling(on_signal):
        try:
            yield
        except StopRequested:
            if received[0] == signal.SIGINT:
                raise Ended(Exit.INTERRUPTED) from None


@contextmanager
def _handling(handler: signal.Handlers | object) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _SIGNALS}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
