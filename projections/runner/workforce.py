"""Work spread over processes that report what they did as they go."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

Report = Callable[[Any], None]
Task = Callable[[int, Report], None]
"""(number of the process, report): does its share, and reports anything that can be pickled."""


def spread(task: Task, processes: int, *, without: Sequence[int] = ()) -> Iterator[Any]:
    """Run `task` in so many forked processes and give what they report. One that dies just reports no more.

    A task must open its own connections; `without`: file descriptors that the processes must not keep open. Processes
    end early once nobody listens.
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
                    yield ready.recv()
                except EOFError:
                    pipes.remove(ready)
    finally:
        for pipe in pipes:
            pipe.close()
        for child in children:
            if pipes:
                child.terminate()
            child.join()


def _run(task: Task, number: int, pipe: Connection, without: Sequence[int]) -> None:
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
