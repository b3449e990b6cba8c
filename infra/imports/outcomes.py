"""Importing outcome returns: every provider a tenant, every row an event of its history.

A provider's rows go in as one append under a key made of what they say. So an import that was killed is finished by
running it again: providers that are in are answered as the first time, the others follow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from baseplus.kernel.decisions import Decider, Metadata
from baseplus.kernel.events import Event
from baseplus.kernel.refusals import Rejected, VersionConflict
from baseplus.kernel.vocabulary import TenantId
from baseplus.outcomes.model import outcomes
from infra.imports.outcome_file import OutcomeRow, RefusedRow, read_outcome_file
from infra.postgres.store import NewEvent, Store
from tenants.model import RegisterTenant, TenantKind, tenancy

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""

_ATTEMPTS = 5


@dataclass(frozen=True)
class Report:
    """What became of a file's rows: filed now, unchanged (filed before), or refused, in the order of their lines.

    registered: tenants that are new. kept_none: rows were refused, and so none was filed, as ordered.
    """

    rows: int
    filed: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    providers: int
    registered: int
    kept_none: bool = False


def import_outcomes(
    store: Store,
    path: Path,
    *,
    all_or_nothing: bool = False,
    on_progress: Progress | None = None,
    threads: int = 4,
) -> Report:
    """File the returns in the file at `path`; `outcome_file` says what it looks like.

    all_or_nothing: one bad row, or one that contradicts what was filed before, and nothing is written. Raises Invalid
    for a file that cannot be read as a whole, Unavailable where the store stops answering: run it again then.
    """
    file = read_outcome_file(path)
    return file_returns(
        store, file.good, refused=file.refused, all_or_nothing=all_or_nothing, on_progress=on_progress, threads=threads
    )


def file_returns(
    store: Store,
    rows: Sequence[OutcomeRow],
    *,
    refused: Sequence[RefusedRow] = (),
    all_or_nothing: bool = False,
    on_progress: Progress | None = None,
    threads: int = 4,
) -> Report:
    """File good rows; see `import_outcomes`. refused: bad ones that were found already, for the report."""
    providers: dict[TenantId, list[OutcomeRow]] = {}
    for row in rows:
        providers.setdefault(row.provider, []).append(row)
    total, now = len(rows) + len(refused), datetime.now(UTC)
    if all_or_nothing:
        found = [*refused, *_objections(store, providers, now, threads)]
        if found:
            return Report(total, 0, 0, _in_order(found), len(providers), 0, kept_none=True)
    registered = store.register(*providers)
    filed, done, objections = 0, len(refused), list(refused)
    with ThreadPoolExecutor(threads) as pool:
        waiting = [pool.submit(_file, store, tenant, own, now) for tenant, own in providers.items()]
        try:
            for finished in as_completed(waiting):
                result = finished.result()
                filed += result.filed
                objections += result.refused
                done += result.rows
                if on_progress is not None:
                    on_progress(done, total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    unchanged = total - filed - len(objections)
    return Report(total, filed, unchanged, _in_order(objections), len(providers), len(registered))


def _in_order(refused: Iterable[RefusedRow]) -> tuple[RefusedRow, ...]:
    return tuple(sorted(refused))


@dataclass(frozen=True)
class _Filed:
    rows: int
    filed: int
    refused: tuple[RefusedRow, ...]


class _History:
    """What a provider's rows add to its history: decided stream by stream, to be appended as one."""

    def __init__(self, load: Callable[[Decider[Any, Any, Any], str], tuple[Any, int]], now: datetime) -> None:
        self.load, self.now = load, now
        self.events: list[NewEvent] = []
        self.streams: dict[str, tuple[Any, int]] = {}

    def give(self, decider: Decider[Any, Any, Any], thing: str, command: Any) -> int:
        """Decide one command; returns how many events followed. Raises Rejected."""
        stream = decider.stream(thing)
        if stream not in self.streams:
            self.streams[stream] = self.load(decider, thing)
        state, version = self.streams[stream]
        decided: list[Event] = list(decider.decide(command, state, self.now))
        self.events += [NewEvent(stream, version + n, event, self.now) for n, event in enumerate(decided, 1)]
        self.streams[stream] = decider.fold(decided, state), version + len(decided)
        return len(decided)


def _file(store: Store, tenant: TenantId, rows: Sequence[OutcomeRow], now: datetime) -> _Filed:
    digest = _digest(rows)
    key = f"outcomes-{digest.hex()}"
    # Nearly all providers are new, or were imported from this very file. Neither needs a look at what they have.
    load: Callable[[Decider[Any, Any, Any], str], tuple[Any, int]] = _nothing_yet
    for _ in range(_ATTEMPTS):
        history = _History(load, now)
        filed, refused = _decide(history, tenant, rows)
        if not history.events:
            return _Filed(len(rows), 0, refused)
        try:
            appended = store.append(tenant, history.events, Metadata(key=key, digest=digest))
        except VersionConflict as conflict:
            lost = conflict
            # What was there has its say now, too, so the answer is not the file's alone: a key of this attempt's own.
            key = f"outcomes-{uuid4().hex}"

            def load(decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
                return store.load(tenant, decider, thing)

            continue
        return _Filed(len(rows), 0 if appended.replayed else filed, refused)
    raise lost


def _decide(history: _History, tenant: TenantId, rows: Sequence[OutcomeRow]) -> tuple[int, tuple[RefusedRow, ...]]:
    filed, refused = 0, []
    stream = tenancy.stream(tenant)
    if stream not in history.streams:
        history.streams[stream] = history.load(tenancy, tenant)
    if history.streams[stream][1] == 0:
        history.give(tenancy, tenant, RegisterTenant(kind=TenantKind.UNIVERSITY, name=rows[0].name))
    for row in rows:
        try:
            filed += history.give(outcomes, row.order.year, row.order)
        except Rejected as refusal:
            refused.append(RefusedRow(row.line, "", str(refusal)))
    return filed, tuple(refused)


def _nothing_yet(decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:  # noqa: ARG001 - loads nothing
    return decider.initial(), 0


def _objections(
    store: Store, providers: dict[TenantId, list[OutcomeRow]], now: datetime, threads: int
) -> list[RefusedRow]:
    """The rows that would be refused, without writing anything."""

    def of(tenant: TenantId, rows: Sequence[OutcomeRow]) -> tuple[RefusedRow, ...]:
        history = _History(lambda decider, thing: store.load(tenant, decider, thing), now)
        return _decide(history, tenant, rows)[1]

    with ThreadPoolExecutor(threads) as pool:
        return [row for found in pool.map(of, providers, providers.values()) for row in found]


def _digest(rows: Sequence[OutcomeRow]) -> bytes:
    """What a provider's rows say: equal for equal rows in the same order, wherever in a file they stand."""
    said = [(row.provider, row.name, row.order) for row in rows]
    return hashlib.sha256(msgspec.json.encode(said)).digest()
