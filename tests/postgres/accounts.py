"""A small capability for the store's tests: an account that is opened once and then holds an amount."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

import msgspec

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.store import NewEvent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NORTH, SOUTH = TenantId("north"), TenantId("south")


class Opened(Event):
    TYPE: ClassVar[str] = "accounts.opened.v1"
    owner: str


class Deposited(Event):
    TYPE: ClassVar[str] = "accounts.deposited.v1"
    amount: int


class Account(msgspec.Struct, frozen=True):
    owner: str = ""
    amount: int = 0


class Open(Command):
    """Open the account; nothing happens where it is the owner's already."""

    owner: str


class Deposit(Command):
    """Add to the account."""

    amount: int


AccountEvent = Opened | Deposited
AccountCommand = Open | Deposit


def decide(command: AccountCommand, account: Account, now: datetime) -> Iterator[AccountEvent]:
    match command:
        case Open(owner):
            if account.owner and account.owner != owner:
                raise Rejected("opened_already", owner=account.owner)
            if not account.owner:
                yield Opened(owner=owner)
        case Deposit(amount):
            if not account.owner:
                raise Rejected("not_opened")
            yield Deposited(amount=amount)


def evolve(account: Account, event: AccountEvent) -> Account:
    match event:
        case Opened(owner):
            return msgspec.structs.replace(account, owner=owner)
        case Deposited(amount):
            return msgspec.structs.replace(account, amount=account.amount + amount)


accounts: Decider[AccountCommand, Account, AccountEvent] = Decider("accounts", Account, decide, evolve)
TYPES = EventTypes(AccountEvent)


def deposited(thing: str, version: int, amount: int = 1) -> NewEvent:
    """An event to append, at noon."""
    return NewEvent(StreamId(f"accounts/{thing}"), version, Deposited(amount=amount), NOON)
