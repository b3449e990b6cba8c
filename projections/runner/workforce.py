"""Work spread over processes that report what they did as they go."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

Report = Callable[[Any], None]
Task = Callable[[int, Report], None]
"""(number of the process, report): does its share, and reports anything that can be pickled."""


def spread(task: Task, processes: int, *, without: Sequence[int] = ()) -> Iterator[Any]:
    """Run `task` in so many forked processes and give what they report. One that is killed just reports no more.

    A task must open its own connections; `without`: file descriptors that the processes must not keep open. Processes
    end early once nobody listens. Raises what a task raised first.
    """
    context = multiprocessing.get_context("fork")  # views and event types need not be picklable
    pipes = []
    children = []
    for number in range(processes):
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=_run, args=(task, number, theirs, without), daemon=True)
        child.start()
        theirs.close()
        pipes.append(ours)
        children.append(child)
    try:
        while pipes:
            for ready in connection.wait(pipes):
                assert isinstance(ready, Connection)
                try:
                    said = ready.recv()
                except EOFError:
                    pipes.remove(ready)
                    continue
                if isinstance(said, Exception):
                    raise said
                yield said
    finally:
        for pipe in pipes:
            pipe.close()
        for child in children:
            if pipes:
                child.terminate()
            child.join()


def _run(task: Task, number: int, pipe: Connection, without: Sequence[int]) -> None:
    # Who has had enough of us says so by SIGTERM: we end without a word, whatever the parent does at that signal.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = os.getppid()
    for descriptor in without:
        os.close(descriptor)

    def report(what: Any) -> None:
        if os.getppid() != parent:
            raise SystemExit(1)  # an orphan has nobody to work for
        pipe.send(what)

    try:
        task(number, report)
    except BrokenPipeError:
        raise SystemExit(1) from None
    except Exception as error:
        with suppress(BrokenPipeError):
            pipe.send(_portable(error))
        raise SystemExit(1) from None


def _portable(error: Exception) -> Exception:
    """The error itself, or its words where it cannot travel between processes."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, a moment old
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
