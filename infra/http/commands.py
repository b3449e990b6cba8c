"""Commands over HTTP: one view for all of them."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any

import msgspec
from flask import Response, g, request

from baseplus.kernel.access import Caller
from baseplus.kernel.decisions import Command, Metadata
from baseplus.kernel.refusals import NotFound, Rejected
from baseplus.kernel.routes import CommandRoute
from baseplus.kernel.vocabulary import Id, TenantId
from infra.http.admission import permit, require_own
from infra.http.body import read_body
from infra.http.headers import expected_version, idempotency_key
from infra.http.parts import parts
from infra.http.refusals import Mistaken, Wrong
from infra.http.schemas import judge, load

_JSON = msgspec.json.Encoder(decimal_format="string")


class Outcome(msgspec.Struct, frozen=True):
    """What a command led to.

    id: of the thing. version: of its stream afterwards, as in the ETag. position: of the last event in the tenant's
    history, as in the Consistency-Token. events: the types of what happened to the thing; none where nothing changed.
    """

    id: Id
    stream: str
    version: int
    position: int
    events: tuple[str, ...]


def command_view(route: CommandRoute, tenant: str, **ids: str) -> Response:
    """Answer one command."""
    caller, grant = permit(route, tenant)
    key, expected = idempotency_key(caller), expected_version(needed=route.needs_version)
    thing, order = read_order(route, ids, read_body(parts().settings.body_limit), key or secrets.token_hex(16))
    require_own(caller, grant, order)
    try:
        receipt = parts().store.execute(
            TenantId(tenant),
            route.decider,
            thing,
            order,
            metadata=metadata(caller, key),
            expected=expected,
            resolve=route.resolve,
        )
    except Rejected as refusal:
        if route.ids and refusal.code == f"no_such_{route.ids[0]}" and not refusal.facts:
            raise NotFound(**{route.ids[0]: thing}) from None
        raise
    headers = {"ETag": f'"{receipt.version}"', "Consistency-Token": str(receipt.position)}
    if route.creates:
        headers["Location"] = f"{request.path}/{thing}"
    outcome = Outcome(thing, receipt.stream, receipt.version, receipt.position, receipt.events)
    return Response(_JSON.encode(outcome), 201 if route.creates else 200, headers, content_type="application/json")


def read_order(
    route: CommandRoute, ids: dict[str, str], given: dict[str, Any], seed: str, *, below: str = ""
) -> tuple[str, Command]:
    """The id of the thing, and the command. A new thing has the id that the body's `id` says, else one made from
    `seed`: the same for the same.

    below: a JSON pointer to where the values lie. Raises Mistaken.
    """
    wrong: list[Wrong] = []
    if route.creates:
        thing = given.pop("id") if "id" in given else _new_id(route, seed)
        wrong += judge(Id, thing, f"{below}/id")
    else:
        thing = ids[route.ids[0]]
    try:
        order = load(route.command, given, below=below)
    except Mistaken as refusal:
        raise Mistaken([*wrong, *refusal.mistakes]) from None
    if wrong:
        raise Mistaken(wrong)
    return thing, order


def metadata(caller: Caller, key: str | None) -> Metadata:
    """Who and why, for the events that follow."""
    return Metadata(actor=caller.id, correlation=g.request_id, key=key)


def _new_id(route: CommandRoute, seed: str) -> str:
    digest = hashlib.sha256(f"{route.action}\0{seed}".encode()).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()
