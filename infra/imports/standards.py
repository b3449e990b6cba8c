"""Publishing a skill standard from a CASE package: its statements become criteria of equal weight.

A standard here has criteria with weights that sum to 100, and CASE has a tree of statements without weights. So what
stands lowest in the tree is a criterion, unless a type of items is asked for, and all weigh the same as far as whole
percents allow. The association gives other weights by a revision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from baseplus.assessment.criteria import Criterion
from baseplus.assessment.standards import Publish, Revise, standards
from baseplus.kernel.decisions import Metadata
from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid, Rejected
from baseplus.kernel.vocabulary import TenantId
from infra.imports.case import Framework, Item
from infra.postgres.store import Store

MOST_CRITERIA = 100
_LONGEST_TITLE = 200
_LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class Imported:
    """What became of a package. version: of the standard; unchanged: it says what was published already."""

    standard: str
    version: int
    digest: str
    criteria: int
    unchanged: bool
    unknown: Mapping[str, int]
    unused: Mapping[str, int]


def import_standard(
    store: Store,
    association: TenantId,
    standard: str,
    occupation: str,
    framework: Framework,
    *,
    item_type: str | None = None,
    key: str | None = None,
) -> Imported:
    """Publish the framework as `standard`, or as its next version where it says something else than the latest.

    item_type: only items of this CFItemType become criteria. Raises Invalid with a JSON pointer, Rejected; nothing is
    written then.
    """
    title, criteria = _line(framework.title), criteria_of(framework, item_type)
    found, version = store.load(association, standards, standard)
    order: Publish | Revise
    if latest := found.latest:
        if latest.occupation != occupation:
            raise Rejected("standard_of_another_occupation", standard=standard, occupation=latest.occupation)
        order = Revise(title, criteria)
    else:
        order = Publish(occupation, title, criteria)
    # The border of every command: an id, a title or a weight that does not fit is refused here.
    read_struct(type(order), _plain(order))
    unchanged = latest is not None and (latest.title, latest.criteria) == (title, criteria)
    if not unchanged:
        store.execute(association, standards, standard, order, metadata=Metadata(key=key), expected=version)
    now = store.load(association, standards, standard)[0].latest
    assert now is not None, "what was published is there"
    return Imported(standard, now.version, now.digest, len(criteria), unchanged, framework.unknown, framework.unused)


def criteria_of(framework: Framework, item_type: str | None = None) -> tuple[Criterion, ...]:
    """The criteria that a framework's statements make, in its order. Raises Invalid with a JSON pointer."""
    items = [item for item in framework.items() if (item.type == item_type if item_type else not item.below)]
    if not items:
        types = sorted({item.type for item in framework.items() if item.type})
        raise Invalid(where="/CFItems", reason=f"has no item of type {item_type}, but {', '.join(types) or 'no types'}")
    if len(items) > MOST_CRITERIA:
        reason = f"makes {len(items)} criteria, and a standard has {MOST_CRITERIA} at most: name a type of items"
        raise Invalid(where="/CFItems", reason=reason)
    ids = _ids(items)
    share, more = divmod(100, len(items))
    return tuple(
        Criterion(ids[item.identifier], _line(_title(item)), share + (number < more), _description(item))
        for number, item in enumerate(items)
    )


def _ids(items: Sequence[Item]) -> Mapping[str, str]:
    """Each item's id here: its code in lower case where that is an id and nobody else's, else its identifier."""
    codes = {item.identifier: re.sub(r"[^a-z0-9]+", "-", (item.code or "").lower()).strip("-") for item in items}
    ids: dict[str, str] = {}
    for item in items:
        code = codes[item.identifier]
        alone = list(codes.values()).count(code) == 1
        ids[item.identifier] = code if code and len(code) <= 64 and alone else _own_id(item)
    return ids


def _own_id(item: Item) -> str:
    identifier = item.identifier.lower()
    if not re.fullmatch("[a-z0-9][a-z0-9-]{0,63}", identifier):
        raise Invalid(where=f"{item.at}/identifier", reason="must be a UUID")
    return identifier


def _title(item: Item) -> str:
    return item.short or item.statement


def _line(text: str) -> str:
    """The text on one line, cut where it is longer than a line may be: the whole is in the description."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}…"


def _description(item: Item) -> str | None:
    parts = [item.statement] if _line(_title(item)) != item.statement else []
    text = "\n\n".join([*parts, *([item.notes] if item.notes else [])])
    if len(text) > _LONGEST_TEXT:
        raise Invalid(where=f"{item.at}/fullStatement", reason=f"has more than {_LONGEST_TEXT:,} characters")
    return text or None


def _plain(order: Publish | Revise) -> dict[str, object]:
    plain = msgspec.to_builtins(order)
    assert isinstance(plain, dict)
    return plain
