"""The policy table: every action and who may do it. Whatever is not in it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from baseplus.kernel.access import Grant, Role
from baseplus.kernel.routes import Route
from infra.http.own import BULK
from infra.reference.paths import method_and_path

_HEAD = """\
# Who may do what

Made by `make reference` from what stands beside each command and query. A caller acts within the one tenant that its
key belongs to: with another tenant's key every action is refused with 403 `not_your_tenant`. Without a key that opens
anything the answer is 401, whatever is asked for. What is empty here is refused with 403 `not_permitted`.

`yes`: without conditions. `own party`: where the field `party` holds the id that the key speaks for; in a question the
field may be left out and is that id then. Anything else in it is refused with 403 `not_your_own`.

"""


def policy_page(routes: Iterable[Route]) -> str:
    """The whole page, in Markdown."""
    return _HEAD + "\n".join(_rows(routes)) + "\n"


def _rows(routes: Iterable[Route]) -> Iterator[str]:
    yield _row("action", "over HTTP", *(role.value for role in Role))
    yield _row(*("---" for _ in range(len(Role) + 2)))
    for route in routes:
        granted = {grant.role: _said(grant) for grant in route.may}
        cells = (granted.get(role, "") for role in Role)
        note = " *" if route is BULK else ""
        yield _row(f"`{route.action}`{note}", f"`{method_and_path(route)}`", *cells)
    yield ""
    yield "\\* Each of the commands that are sent together is put to its own row."


def _said(grant: Grant) -> str:
    return f"own `{grant.own}`" if grant.own else "yes"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
