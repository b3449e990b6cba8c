"""One reader's visit: what they may ask and order, by the same policy as everybody.

A page asks through `visit.ask` and orders through `visit.order`; a question about "all" is, for whoever may see only
their own, a question about their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from baseplus.kernel.access import Caller, Forbidden, Grant, check_own, granted
from baseplus.kernel.decisions import Receipt
from baseplus.kernel.paging import MOST, ListQuery, Page, Query
from baseplus.kernel.routes import CommandRoute, QueryRoute
from baseplus.kernel.vocabulary import TenantId
from infra.http.commands import metadata
from infra.postgres.store import Store
from infra.wiring import ROUTES
from projections.runner.reader import Reader
from tenants.model import Tenant, tenancy

T = TypeVar("T")
R = TypeVar("R")

_READS: Mapping[Any, QueryRoute] = {route.read: route for route in ROUTES if isinstance(route, QueryRoute)}
_ORDERS: Mapping[Any, CommandRoute] = {route.input: route for route in ROUTES if isinstance(route, CommandRoute)}


@dataclass
class Visit:
    """A signed-in reader's request.

    who: what the reader is called. until: the position that what is shown must have come to; position: that it has come
    to, before anything was asked.
    """

    caller: Caller
    store: Store
    reader: Reader
    who: str = ""
    until: int | None = None
    position: int | None = None

    @property
    def tenant(self) -> TenantId:
        """Whose pages they are: a caller acts within one tenant."""
        return self.caller.tenant

    @cached_property
    def owner(self) -> Tenant:
        """The university or organisation whose pages they are."""
        return self.store.load(self.tenant, tenancy, self.tenant)[0]

    def may(self, what: Any) -> bool:
        """Whether the reader may ask this question, or give this order: a query's function, or a command's class."""
        route = _READS.get(what) or _ORDERS[what]
        return self._grant(route) is not None

    def ask(self, read: Callable[..., T], asked: Query) -> T:
        """What the query says. Raises Forbidden, NotYourOwn, and what the query raises."""
        route = _READS[read]
        grant = granted(self.caller, self.tenant, route.action, route.may)
        if grant.own is not None:
            if getattr(asked, grant.own) is None:
                asked = msgspec.structs.replace(asked, **{grant.own: self.caller.own})
            check_own(self.caller, grant, getattr(asked, grant.own))
        return read(self.reader, self.tenant, asked, until=self.until)

    def each(self, read: Callable[..., Page[R]], asked: ListQuery) -> Iterator[R]:
        """The rows of a list, all of them, read a page at a time. Raises as `ask` does."""
        asked = msgspec.structs.replace(asked, limit=MOST)
        while True:
            page = self.ask(read, asked)
            yield from page.rows
            if page.cursor is None:
                return
            asked = msgspec.structs.replace(asked, cursor=page.cursor)

    def every(self, read: Callable[..., Page[R]], asked: ListQuery) -> list[R]:
        """All rows of a list. Raises as `ask` does."""
        return list(self.each(read, asked))

    def order(self, thing: str, command: Any, *, key: str) -> Receipt:
        """Give an order to a thing; `key`: sent again, it is answered as the first time.

        Raises Forbidden, NotYourOwn, and what the store raises.
        """
        route = self.check(command)
        return self.store.execute(
            self.tenant,
            route.decider,
            thing,
            command,
            metadata=metadata(self.caller, f"{self.caller.id}/{key}"),  # each caller has keys of its own
            resolve=route.resolve,
        )

    def check(self, command: Any) -> CommandRoute:
        """The route of an order that the reader may give. Raises Forbidden, NotYourOwn."""
        route = _ORDERS[type(command)]
        grant = granted(self.caller, self.tenant, route.action, route.may)
        if grant.own is not None:
            check_own(self.caller, grant, getattr(command, grant.own))
        return route

    def grant(self, what: Any) -> Grant:
        """By which grant the reader may ask this question, or give this order. Raises Forbidden."""
        route = _READS.get(what) or _ORDERS[what]
        return granted(self.caller, self.tenant, route.action, route.may)

    def _grant(self, route: CommandRoute | QueryRoute) -> Grant | None:
        try:
            return granted(self.caller, self.tenant, route.action, route.may)
        except Forbidden:
            return None
