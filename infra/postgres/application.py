"""One tenant's write side as an application of the `eventsourcing` library, over the shared store.

`Store.execute` is the lean way to the same tables (see docs/decisions/0001); whatever one of them writes the other
reads. An application costs microseconds to make: it copies no environment and opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, Recording
from eventsourcing.utils import Environment, EnvType

from baseplus.kernel.decisions import Command, Decider, Metadata
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.mapper import EventMapper, Happened
from infra.postgres.recorder import Factory
from infra.postgres.store import NO_METADATA, Store


class TenantApplication(Application[str]):
    """The library's mapper, repository, event store and notification log, for one tenant."""

    def __init__(self, store: Store, tenant: TenantId) -> None:
        self._store = store
        self.tenant = tenant
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Only what we need: the process's environment is not copied for each tenant."""
        return Environment(name, {"TENANT": self.tenant, **(env or {})})

    def construct_factory(self, env: Environment) -> Factory:
        """A factory on the shared store."""
        return Factory(env, self._store)

    def construct_mapper(self) -> Mapper[str]:
        """Permanent names instead of class paths."""
        return EventMapper(self._store.types)

    def fold(self, decider: Decider[Any, Any, Any], thing: str) -> tuple[Any, int]:
        """A thing's state and its stream's version."""
        state, version = decider.initial(), 0
        for happened in self.events.get(decider.stream(thing)):
            assert isinstance(happened, Happened)
            state, version = decider.evolve(state, happened.event), happened.originator_version
        return state, version

    def decide(
        self,
        decider: Decider[Any, Any, Any],
        thing: str,
        command: Command,
        *,
        metadata: Metadata = NO_METADATA,
        now: datetime | None = None,
    ) -> Sequence[Recording[str]]:
        """Decide one command and store what follows. Raises Rejected, and the library's errors: IntegrityError where
        somebody else wrote first, AlreadyRecorded for a known key."""
        now = now or datetime.now(UTC)
        stream: StreamId = decider.stream(thing)
        state, version = self.fold(decider, thing)
        happened: Iterable[DomainEventProtocol[str]] = [
            Happened(stream, place, event, now)
            for place, event in enumerate(decider.decide(command, state, now), version + 1)
        ]
        return self.events.put(list(happened), metadata=metadata)
