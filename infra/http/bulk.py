"""Many commands in one request: `{"commands": [{"command": "agreements.sign", "id": "a-1", "party": …}, …]}`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from flask import Response

from baseplus.kernel.access import Caller, Forbidden, NotYourOwn, granted
from baseplus.kernel.decisions import Step
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.routes import CommandRoute
from baseplus.kernel.vocabulary import Id, TenantId
from infra.http.admission import count_more, permit, require_own
from infra.http.body import read_body
from infra.http.commands import metadata, read_order
from infra.http.headers import idempotency_key
from infra.http.own import BULK, MOST_COMMANDS
from infra.http.parts import parts
from infra.http.refusals import Mistaken, StepRefused, Wrong
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


class Outcomes(msgspec.Struct, frozen=True):
    """What many commands led to. position: the history's length afterwards, as in the Consistency-Token."""

    position: int
    commands: tuple[Given, ...]
    events: tuple[Happened, ...]


def bulk_view(commands: Mapping[str, CommandRoute], tenant: str) -> Response:
    """Answer many commands. commands: by their action."""
    caller, _ = permit(BULK, tenant)
    key = idempotency_key(caller)
    body = read_body(parts().settings.body_limit)
    orders = _orders(commands, caller, TenantId(tenant), body, key or secrets.token_hex(16))
    steps = [step for _, step in orders]
    try:
        receipt = parts().store.execute_all(TenantId(tenant), steps, metadata=metadata(caller, key))
    except Rejected as refusal:
        raise StepRefused(refusal.code, **refusal.facts) from None
    outcomes = Outcomes(
        receipt.position,
        tuple(Given(action, step.thing) for action, step in orders),
        tuple(Happened(one.position, one.stream, one.version, one.type) for one in receipt.events),
    )
    headers = {"Consistency-Token": str(receipt.position)}
    return Response(_JSON.encode(outcomes), 200, headers, content_type="application/json")


def _orders(
    commands: Mapping[str, CommandRoute], caller: Caller, tenant: TenantId, body: dict[str, Any], seed: str
) -> list[tuple[str, Step]]:
    """The commands with their actions. Raises Mistaken with all mistakes of all of them, Forbidden, NotYourOwn."""
    wrong = list(_wrong_outside(body))
    orders: list[tuple[str, Step]] = []
    commands_given = body["commands"] if not wrong else ()
    count_more(len(commands_given) - 1)
    for index, given in enumerate(commands_given):
        try:
            orders.append(_order(commands, caller, tenant, given, f"{seed}/{index}", index))
        except Mistaken as refusal:
            wrong += refusal.mistakes
    if wrong:
        raise Mistaken(wrong)
    return orders


def _wrong_outside(body: dict[str, Any]) -> Iterator[Wrong]:
    yield from (Wrong(f"/{name}", "no such field") for name in body if name != "commands")
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
