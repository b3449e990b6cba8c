"""One page for each capability: every command and query with its fields, who may, how it is said, what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import click

from baseplus.kernel.access import Grant
from baseplus.kernel.routes import CommandRoute, QueryRoute, Route
from infra.cli.capability import capabilities
from infra.http.catalogue import Code, catalogue
from infra.http.examples import example_of
from infra.http.openapi.document import described
from infra.reference.fields import field_lines
from infra.reference.paths import method_and_path

_WITHOUT_VERBS = ("keys", "events", "bulk")
_MADE = "Made by `make reference` from the declarations; `docs/reference/policy.md` has who may do all of it."


def api_pages(routes: Iterable[Route]) -> dict[str, str]:
    """The pages by the name of their capability, in Markdown."""
    ordered = sorted(routes, key=lambda route: route.capability)
    return {name: _page(name, list(own)) for name, own in groupby(ordered, key=lambda route: route.capability)}


def _page(capability: str, routes: Sequence[Route]) -> str:
    said = capability.replace("_", " ").capitalize()
    parts = [f"# {said}", described(routes[0]), _MADE]
    parts += [part for route in routes for part in _route(route)]
    if refusals := list(_refusals(routes)):
        parts += [
            "## What the rules refuse",
            "All of it is answered with 409. Nothing is recorded.",
            "\n".join(refusals),
        ]
    return "\n\n".join(parts) + "\n"


def _route(route: Route) -> Iterator[str]:
    yield f"## {route.summary}"
    if route.description:
        yield route.description
    yield f"`{method_and_path(route)}`"
    yield f"Who may: {', '.join(map(_may, route.may))}."
    if isinstance(route, CommandRoute) and route.creates:
        yield "It makes a new thing: its id may be given as `id`, else one is made."
    if isinstance(route, CommandRoute) and route.needs_version:
        yield "It needs `If-Match`, the version that the sender has seen."
    if route.fields:
        yield "\n".join(field_lines(route.fields))
    if isinstance(route, QueryRoute):
        kind = "a page of rows" if route.paged else "one row"
        yield f"It gives {kind}: {', '.join(f'`{name}`' for name in route.row.__struct_fields__)}."
    if isinstance(route, CommandRoute):
        yield f"```json\n{json.dumps(example_of(route.input), ensure_ascii=False, indent=2)}\n```"
    if (line := _line(route)) is not None:
        yield f"```sh\n{line}\n```"


def _line(route: Route) -> str | None:
    """How it is said on the command line; None for keys, which have commands of their own."""
    if route.capability in _WITHOUT_VERBS:
        return None
    ((group),) = capabilities([route]).values()
    (verb,) = group.commands.values()
    assert isinstance(verb, click.Command)
    return next(line.strip() for line in (verb.epilog or "").splitlines() if line.strip().startswith("baseplus"))


def _may(grant: Grant) -> str:
    return f"{grant.role} (own `{grant.own}`)" if grant.own else grant.role.value


def _refusals(routes: Sequence[Route]) -> Iterator[str]:
    """The codes of the package that decides."""
    packages = {route.input.__module__.split(".")[1] for route in routes if isinstance(route, CommandRoute)}
    own: Mapping[str, Code] = {name: code for name, code in catalogue().items() if packages & {*code.capabilities}}
    if own:
        yield "| code | what is told with it |"
        yield "|---|---|"
    for name, code in own.items():
        yield f"| `{name}` | {', '.join(f'`{fact}`' for fact in code.facts) or '–'} |"
