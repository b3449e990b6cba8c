"""Many commands in one request: `{"commands": [{"command": "agreements.sign", "id": "a-1", "party": …}, …]}`.

All of them or none; with `"partial": true` those that are not refused.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from flask import Response

from baseplus.kernel.access import Caller, Forbidden, NotYourOwn, granted
from baseplus.kernel.decisions import Refused, Step
from baseplus.kernel.refusals import NotFound, Refusal, Rejected
from baseplus.kernel.routes import CommandRoute
from baseplus.kernel.vocabulary import Id, TenantId
from infra.http.admission import count_more, permit, require_own
from infra.http.body import read_body
from infra.http.commands import metadata, read_order
from infra.http.headers import idempotency_key
from infra.http.own import BULK, MOST_COMMANDS
from infra.http.parts import parts
from infra.http.problems import Mistake
from infra.http.refusals import Mistaken, Wrong
from infra.http.schemas import judge

_JSON = msgspec.json.Encoder(decimal_format="string")


class Given(msgspec.Struct, frozen=True):
    """One of the commands, as it was given. id: of the thing."""

    command: str
    id: Id


class Happened(msgspec.Struct, frozen=True):
    """An event that followed: its place in the tenant's history and in its stream, and its type."""

    position: int
    stream: str
    version: int
    type: str


class NotRecorded(msgspec.Struct, frozen=True):
    """One of the commands that was refused while others were recorded. index: its place among them, from 0. code,
    facts: why. errors: its wrong values, where it has some."""

    index: int
    code: str
    detail: str
    facts: dict[str, Any] = {}
    errors: tuple[Mistake, ...] = ()


class Outcomes(msgspec.Struct, frozen=True):
    """What many commands led to. position: the history's length afterwards, as in the Consistency-Token. commands:
    those that were recorded, in their order; refused: those that were not."""

    position: int
    commands: tuple[Given, ...]
    events: tuple[Happened, ...]
    refused: tuple[NotRecorded, ...] = ()


class _Order(NamedTuple):
    """A command that can be read and may be given. place: in the request, from 0."""

    place: int
    action: str
    step: Step


def bulk_view(commands: Mapping[str, CommandRoute], tenant: str) -> Response:
    """Answer many commands. commands: by their action."""
    caller, _ = permit(BULK, tenant)
    key = idempotency_key(caller)
    body = read_body(parts().settings.body_limit)
    digest = hashlib.sha256(msgspec.json.encode(body, order="deterministic")).digest()
    given, partial = _given(body)
    count_more(len(given) - 1)
    orders, unfit = _orders(commands, caller, TenantId(tenant), given, key or secrets.token_hex(16))
    if unfit and not partial:
        raise _named(tenant, orders, unfit)
    made = msgspec.structs.replace(metadata(caller, key), digest=digest if partial else None)
    try:
        receipt = parts().store.execute_all(
            TenantId(tenant), [order.step for order in orders], metadata=made, partial=partial
        )
    except (Rejected, NotFound) as refusal:
        _place(refusal, orders)
        raise
    refused = [_not_recorded(index, refusal) for index, refusal in unfit.items()]
    refused += [NotRecorded(orders[one.command].place, one.code, _said(one), one.facts) for one in receipt.refused]
    missing = {one.index for one in refused}
    outcomes = Outcomes(
        receipt.position,
        tuple(Given(order.action, order.step.thing) for order in orders if order.place not in missing),
        tuple(Happened(one.position, one.stream, one.version, one.type) for one in receipt.events),
        tuple(sorted(refused, key=lambda one: one.index)),
    )
    headers = {"Consistency-Token": str(receipt.position)}
    return Response(_JSON.encode(outcomes), 200, headers, content_type="application/json")


def _not_recorded(index: int, refusal: Refusal) -> NotRecorded:
    """What is told of a command that cannot be read or may not be given."""
    if not isinstance(refusal, Mistaken):
        facts = {name: value for name, value in refusal.facts.items() if name != "command"}
        return NotRecorded(index, refusal.code, str(type(refusal)(**facts)), facts)
    errors = tuple(Mistake(reason, pointer=where) for where, reason in refusal.mistakes)
    return NotRecorded(index, refusal.code, "; ".join(f"{one.pointer} {one.detail}" for one in errors), {}, errors)


def _said(refused: Refused) -> str:
    return str(Rejected(refused.code, **refused.facts))


def _named(tenant: str, orders: Sequence[_Order], unfit: Mapping[int, Refusal]) -> Refusal:
    """What refuses a request with commands that cannot be read or may not be given. Those that are refused by the rules
    besides are named, too."""
    forbidden = next((refusal for refusal in unfit.values() if not isinstance(refusal, Mistaken)), None)
    if forbidden is not None:
        return forbidden
    mistaken = Mistaken(
        mistake for refusal in unfit.values() if isinstance(refusal, Mistaken) for mistake in refusal.mistakes
    )
    mistaken.among = tuple(parts().store.refusals(TenantId(tenant), [order.step for order in orders]))
    _place(mistaken, orders)
    return mistaken


def _place(refusal: Refusal, orders: Sequence[_Order]) -> None:
    """Name the refused commands by their places in the request, which commands that cannot be read have, too."""
    for one in {id(one): one for one in (refusal, *refusal.among)}.values():
        if "command" in one.facts:
            one.facts["command"] = orders[int(str(one.facts["command"]))].place


def _given(body: dict[str, Any]) -> tuple[list[Any], bool]:
    """The commands, and whether those are to be recorded that are not refused. Raises Mistaken."""
    if wrong := list(_wrong_outside(body)):
        raise Mistaken(wrong)
    return body["commands"], body.get("partial", False)


def _orders(
    commands: Mapping[str, CommandRoute], caller: Caller, tenant: TenantId, given: Sequence[Any], seed: str
) -> tuple[list[_Order], dict[int, Refusal]]:
    """The commands that can be read and may be given, and by their places what stands against the others: Mistaken,
    Forbidden, ForeignTenant, NotYourOwn."""
    orders: list[_Order] = []
    unfit: dict[int, Refusal] = {}
    for index, one in enumerate(given):
        try:
            orders.append(_Order(index, *_order(commands, caller, tenant, one, f"{seed}/{index}", index)))
        except (Mistaken, Forbidden, NotYourOwn) as refusal:
            unfit[index] = refusal
    return orders, unfit


def _wrong_outside(body: dict[str, Any]) -> Iterator[Wrong]:
    yield from (Wrong(f"/{name}", "no such field") for name in body if name not in ("commands", "partial"))
    if not isinstance(body.get("partial", False), bool):
        yield Wrong("/partial", "must be true or false")
    given = body.get("commands")
    if "commands" not in body:
        yield Wrong("/commands", "is missing")
    elif not isinstance(given, list):
        yield Wrong("/commands", "must be a list")
    elif not 1 <= len(given) <= MOST_COMMANDS:
        yield Wrong("/commands", f"must hold 1 to {MOST_COMMANDS} commands, not {len(given)}")


def _order(
    commands: Mapping[str, CommandRoute], caller: Caller, tenant: TenantId, given: object, seed: str, index: int
) -> tuple[str, Step]:
    below = f"/commands/{index}"
    if not isinstance(given, dict):
        raise Mistaken([Wrong(below, "must be an object")])
    action = given.pop("command", None)
    route = commands.get(action) if isinstance(action, str) else None
    if route is None:
        raise Mistaken([Wrong(f"{below}/command", "must be the name of a command, like agreements.sign")])
    try:
        grant = granted(caller, tenant, route.action, route.may)
        thing, order = _thing_and_order(route, given, seed, below)
        require_own(caller, grant, order)
    except (Forbidden, NotYourOwn) as refusal:
        raise type(refusal)(command=index, **refusal.facts) from None
    return route.action, Step(route.decider, thing, order, route.resolve)


def _thing_and_order(route: CommandRoute, given: dict[str, Any], seed: str, below: str) -> tuple[str, Any]:
    if route.needs_version:
        raise Mistaken([Wrong(f"{below}/command", "must come alone, since it needs If-Match")])
    if route.creates:
        return read_order(route, {}, given, seed, below=below)
    thing: Any = given.pop("id", None)
    wrong: Sequence[Wrong] = list(judge(Id, thing, f"{below}/id"))
    try:
        read = read_order(route, {route.ids[0]: thing}, given, seed, below=below)
    except Mistaken as refusal:
        raise Mistaken([*wrong, *refusal.mistakes]) from None
    if wrong:
        raise Mistaken(wrong)
    return read
