"""How a capability declares its commands, and a read model its queries: one line each, no framework in sight.

    routes = Routes("agreements", agreements)
    routes.command("POST /agreements/{agreement}/sign", Sign, may=(Role.STAFF, Role.ENTERPRISE.own("party")))

    routes = Routes("agreements")
    routes.query("GET /agreements", agreements, may=(Role.STAFF,), columns=("id", "title", "state"))

Whatever lets people or programs act (HTTP and its OpenAPI document, the command line, forms, the policy table, the
reference pages) is read off the route: its path, its fields, who may, and what its docstring says.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, TypeAlias

import msgspec

from baseplus.kernel.access import Grant, Role, grants
from baseplus.kernel.decisions import Command, Decider, Resolver
from baseplus.kernel.forms import Field, fields_of
from baseplus.kernel.paging import ListQuery, Page, Query

_ROUTE = re.compile(r"(GET|POST) (/[a-z_-]+)((/\{[a-z_]+\})?(/[a-z_-]+)*)")

Read: TypeAlias = Callable[..., Any]
"""A query: `read(reader, tenant, asked, *, until=None)` with `asked` a `Query`; gives a row or a `Page` of rows."""


@dataclass(frozen=True)
class Route:
    """What commands and queries have in common. `path` comes after the tenant's; name: the verb, as in `add_clause`."""

    capability: str
    name: str
    path: str
    input: type[msgspec.Struct]
    may: tuple[Grant, ...]
    docstring: str

    @property
    def action(self) -> str:
        """What the policy, traces and the OpenAPI document call it: `agreements.sign`."""
        return f"{self.capability}.{self.name}"

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the ids in the path."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def summary(self) -> str:
        """The first line of the docstring, without its full stop."""
        return self.docstring.partition("\n")[0].rstrip(".")

    @property
    def description(self) -> str:
        """The rest of the docstring, perhaps empty."""
        return self.docstring.partition("\n")[2].strip()

    @property
    def fields(self) -> tuple[Field, ...]:
        """What it takes besides the ids in its path."""
        return tuple(field for field in fields_of(self.input) if field.name not in self.ids)


@dataclass(frozen=True)
class CommandRoute(Route):
    """A command. needs_version: HTTP asks for `If-Match`. resolve: completes the command with what the tenant or
    another one has published, before it is decided."""

    decider: Decider[Any, Any, Any]
    needs_version: bool = False
    resolve: Resolver | None = None

    @property
    def creates(self) -> bool:
        """It opens a new thing, whose id is not in the path: whoever sends the command chooses one."""
        return not self.ids

    @property
    def command(self) -> type[Command]:
        """The command's class."""
        assert issubclass(self.input, Command)
        return self.input


@dataclass(frozen=True)
class QueryRoute(Route):
    """A query. row: what it gives, or gives a page of (`paged`). columns: fields of the row that a table shows."""

    read: Read
    row: type[msgspec.Struct]
    paged: bool
    columns: tuple[str, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its filters, and how many rows last."""
        return tuple(sorted(super().fields, key=lambda field: field.name in ListQuery.__struct_fields__))


class Routes:
    """The routes of one capability or read model, in the order of their declaration."""

    def __init__(self, capability: str, decider: Decider[Any, Any, Any] | None = None) -> None:
        self.capability, self.decider = capability, decider
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    @property
    def commands(self) -> tuple[CommandRoute, ...]:
        """The commands."""
        return tuple(route for route in self if isinstance(route, CommandRoute))

    @property
    def queries(self) -> tuple[QueryRoute, ...]:
        """The queries."""
        return tuple(route for route in self if isinstance(route, QueryRoute))

    def command(
        self,
        route: str,
        command: type[Command],
        *,
        may: Sequence[Role | Grant],
        needs_version: bool = False,
        resolve: Resolver | None = None,
    ) -> None:
        """Declare a command. Without an id in its path it opens a new stream. Raises TypeError for a wrong one."""
        if self.decider is None:
            raise TypeError(f"{self.capability} has no decider that {command.__name__} could be put to")
        path = self._path("POST", route, command)
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", command.__name__).lower()
        docstring = _said(command, command.__name__)
        self._add(
            CommandRoute(
                self.capability, name, path, command, grants(may), docstring, self.decider, needs_version, resolve
            )
        )

    def query(self, route: str, read: Read, *, may: Sequence[Role | Grant], columns: Sequence[str] = ()) -> None:
        """Declare a query; its filters and rows are read off the function's annotations. It is called `list` where it
        answers the capability itself, `show` where its path ends with an id, else by the path's last word."""
        hints = typing.get_type_hints(read, include_extras=True)
        asked, given = hints["asked"], hints["return"]
        paged = typing.get_origin(given) is Page
        row = typing.get_args(given)[0] if paged else given
        path = self._path("GET", route, asked)
        last = path.rpartition("/")[2]
        own = path == f"/{self.capability.replace('_', '-')}"
        name = "show" if last.startswith("{") else "list" if own else last.replace("-", "_")
        if strangers := set(columns) - set(row.__struct_fields__):
            raise TypeError(f"{row.__name__} has no {sorted(strangers)}")
        shown = tuple(columns) or row.__struct_fields__
        docstring = _said(read, read.__name__)
        self._add(
            QueryRoute(self.capability, name, path, asked, grants(may), docstring, read, row, paged, shown),
        )

    def _path(self, method: str, route: str, struct: type[msgspec.Struct]) -> str:
        if not _ROUTE.fullmatch(route) or not route.startswith(method):
            raise TypeError(f"{route!r} must look like '{method} /agreements/{{agreement}}'")
        path = route.removeprefix(f"{method} ")
        if method == "GET":
            if not issubclass(struct, Query):
                raise TypeError(f"{struct.__name__} is no Query")
            if missing := set(re.findall(r"\{(\w+)\}", path)) - set(struct.__struct_fields__):
                raise TypeError(f"{struct.__name__} lacks the path's {sorted(missing)}")
        return path

    def _add(self, route: Route) -> None:
        for other in self:
            same_place = type(other) is type(route) and other.path == route.path
            if same_place or other.name == route.name or (other.input is route.input and type(other) is CommandRoute):
                raise TypeError(f"{route.path} or {route.input.__name__} is declared twice")
        for grant in route.may:
            if grant.own is not None and grant.own not in route.input.__struct_fields__:
                raise TypeError(f"{route.input.__name__} has no field {grant.own!r} to be somebody's own")
        self._routes.append(route)


def _said(thing: Any, name: str) -> str:
    if not thing.__doc__:
        raise TypeError(f"{name} needs a docstring: it is what people read about it")
    return cleandoc(thing.__doc__)
