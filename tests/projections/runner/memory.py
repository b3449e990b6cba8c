"""A log in memory that keeps the contract of a Source: a fake, and one that can be told to leave out and repeat."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from projections.runner.source import Delivered


class MemoryLog:
    """Shared by any number of sources and threads."""

    def __init__(self, partitions: int = 12) -> None:
        self.partitions: dict[int, list[Delivered]] = {partition: [] for partition in range(partitions)}
        self.news = threading.Condition()

    def add(self, partition: int, *events: Delivered) -> None:
        with self.news:
            self.partitions[partition].extend(events)
            self.news.notify_all()


class MemorySource:
    """See projections.runner.source.Source."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._next: dict[int, int] = {}

    def assign(self, partitions: Mapping[int, int], positions: Mapping[str, int]) -> None:
        held = self._log.partitions
        self._next = {
            partition: offset if 0 <= offset <= len(held[partition]) else 0 for partition, offset in partitions.items()
        }

    def poll(self, timeout: float, limit: int) -> Mapping[int, tuple[Sequence[Delivered], int]]:
        with self._log.news:
            if not (found := self._read(limit)):
                self._log.news.wait(timeout)
                found = self._read(limit)
        return found

    def ends(self) -> Mapping[int, int]:
        return {partition: len(self._log.partitions[partition]) for partition in self._next}

    def close(self) -> None:
        self._next = {}

    def _read(self, limit: int) -> dict[int, tuple[Sequence[Delivered], int]]:
        found: dict[int, tuple[Sequence[Delivered], int]] = {}
        for partition, start in self._next.items():
            events = self._log.partitions[partition][start : start + limit]
            if events:
                limit -= len(events)
                self._next[partition] = start + len(events)
                found[partition] = (events, start + len(events))
            if not limit:
                break
        return found
