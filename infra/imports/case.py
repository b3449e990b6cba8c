"""Reading a CASE 1.1 package (1EdTech, Competencies and Academic Standards Exchange): a framework as a tree of items.

The package is checked as far as it is used: what is missing, of the wrong type or points nowhere is refused with a JSON
pointer to it. What the standard does not know is not refused, since publishers add to it, but it is reported. Links may
be plain URIs, as the packages of CASE 1.0 have them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from baseplus.kernel.refusals import Invalid

_LINK = frozenset({"title", "identifier", "uri"})
_COMMON = frozenset({"identifier", "uri", "lastChangeDateTime", "extensions"})
_NAMED = _COMMON | {"title", "description"}
KNOWN: Mapping[str, frozenset[str]] = {
    "CFPackage": frozenset({"CFDocument", "CFItems", "CFAssociations", "CFDefinitions", "CFRubrics", "extensions"}),
    "CFDocument": _NAMED
    | {"frameworkType", "caseVersion", "creator", "officialSourceURL", "publisher", "subject", "subjectURI", "language"}
    | {"version", "adoptionStatus", "statusStartDate", "statusEndDate", "licenseURI", "notes"},
    "CFItem": _COMMON
    | {"fullStatement", "alternativeLabel", "CFItemType", "CFItemTypeURI", "humanCodingScheme", "listEnumeration"}
    | {"abbreviatedStatement", "conceptKeywords", "conceptKeywordsURI", "notes", "subject", "subjectURI", "language"}
    | {"educationLevel", "licenseURI", "statusStartDate", "statusEndDate"},
    "CFAssociation": _COMMON
    | {"associationType", "sequenceNumber", "originNodeURI", "destinationNodeURI", "CFAssociationGroupingURI", "notes"},
    "CFDefinitions": frozenset(
        {"CFConcepts", "CFSubjects", "CFLicenses", "CFItemTypes", "CFAssociationGroupings", "extensions"}
    ),
    "link": _LINK,
    "node": _LINK | {"targetType"},
}
"""The properties that the standard knows, by class."""


@dataclass(frozen=True)
class Item:
    """A statement of the framework, with those below it in their order. at: a JSON pointer to it."""

    at: str
    identifier: str
    statement: str
    code: str | None
    short: str | None
    type: str | None
    notes: str | None
    below: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Framework:
    """A package as read.

    top: the items that stand below no other. unknown: properties that the standard does not know, as `CFItem.colour`,
    with how often each is there. unused: what is in it and has no place in a standard here, with how often.
    """

    title: str
    identifier: str
    top: tuple[Item, ...]
    unknown: Mapping[str, int]
    unused: Mapping[str, int]

    def items(self) -> Iterator[Item]:
        """Every item, each before those below it."""
        waiting = list(reversed(self.top))
        while waiting:
            item = waiting.pop()
            yield item
            waiting += reversed(item.below)


def read_package(data: bytes) -> Framework:
    """The framework in a package. Raises Invalid: `where` is a JSON pointer, or line and column of broken JSON."""
    package = _object(_parsed(data), "")
    unknown = _Unknown()
    unknown.look(package, "CFPackage")
    document = _object(_member(package, "CFDocument", ""), "/CFDocument")
    unknown.look(document, "CFDocument")
    identifier = _text(document, "identifier", "/CFDocument")
    _text(document, "creator", "/CFDocument")
    items = _items(package, unknown)
    unused = Counter[str]()
    top = _tree(package, items, identifier, unknown, unused)
    unknown.look(_object(package.get("CFDefinitions") or {}, "/CFDefinitions"), "CFDefinitions")
    for name in ("CFRubrics", "extensions"):
        if package.get(name):
            unused[name] += len(package[name])
    return Framework(_text(document, "title", "/CFDocument"), identifier, top, unknown.found, unused)


class _Unknown:
    """Counts the properties that the standard does not know."""

    def __init__(self) -> None:
        self.found = Counter[str]()

    def look(self, given: Mapping[str, Any], kind: str) -> None:
        self.found.update(f"{kind}.{name}" for name in given if name not in KNOWN[kind])


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_each_once)
    except UnicodeDecodeError as error:
        raise Invalid(where=f"byte {error.start}", reason="is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Invalid(where=f"line {error.lineno}, column {error.colno}", reason=f"is no JSON: {error.msg}") from None
    except RecursionError:
        raise Invalid(where="", reason="is nested too deep") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = sorted(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise Invalid(where="", reason=f"says {twice[0]} twice in one object")
    return made


def _items(package: Mapping[str, Any], unknown: _Unknown) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for number, value in enumerate(_list(package, "CFItems")):
        at = f"/CFItems/{number}"
        given = _object(value, at)
        unknown.look(given, "CFItem")
        _linked(given, "CFItemTypeURI", "link", unknown)
        identifier = _text(given, "identifier", at)
        if identifier in found:
            raise Invalid(where=f"{at}/identifier", reason=f"is that of {found[identifier].at}, too")
        found[identifier] = Item(
            at,
            identifier,
            _text(given, "fullStatement", at),
            _perhaps(given, "humanCodingScheme", at),
            _perhaps(given, "abbreviatedStatement", at),
            _perhaps(given, "CFItemType", at),
            _perhaps(given, "notes", at),
        )
    if not found:
        raise Invalid(where="/CFItems", reason="holds no item: there is nothing to assess by")
    return found


def _tree(
    package: Mapping[str, Any],
    items: Mapping[str, Item],
    document: str,
    unknown: _Unknown,
    unused: Counter[str],
) -> tuple[Item, ...]:
    """Puts each item below its parent. Those at the top, in their order."""
    places: dict[str, tuple[str, float]] = {}
    for number, value in enumerate(_list(package, "CFAssociations")):
        at = f"/CFAssociations/{number}"
        given = _object(value, at)
        unknown.look(given, "CFAssociation")
        kind = _text(given, "associationType", at)
        ends = [_node(given, name, at, unknown) for name in ("originNodeURI", "destinationNodeURI")]
        if kind != "isChildOf":
            unused[f"CFAssociations: {kind}"] += 1
            continue
        child, parent = ends
        if child not in items:
            raise Invalid(where=f"{at}/originNodeURI/identifier", reason="names no item of this package")
        if parent not in items and parent != document:
            raise Invalid(where=f"{at}/destinationNodeURI/identifier", reason="names no item of this package")
        if child in places:
            raise Invalid(where=f"{at}/originNodeURI/identifier", reason="is below another item already")
        places[child] = (parent, _number(given, "sequenceNumber", at))
    _check_no_circle(places, items)
    order = sorted(items, key=lambda one: places[one][1] if one in places else float("inf"))  # a stable sort
    for one in order:
        if one in places and places[one][0] in items:
            items[places[one][0]].below.append(items[one])
    return tuple(items[one] for one in order if one not in places or places[one][0] == document)


def _check_no_circle(places: Mapping[str, tuple[str, float]], items: Mapping[str, Item]) -> None:
    for one in items:
        seen, at = {one}, one
        while at in places:
            at = places[at][0]
            if at in seen:
                raise Invalid(where=items[one].at, reason="is below itself")
            seen.add(at)


def _node(given: Mapping[str, Any], name: str, at: str, unknown: _Unknown) -> str:
    node = _object(_member(given, name, at), f"{at}/{name}")
    unknown.look(node, "node")
    return _text(node, "identifier", f"{at}/{name}")


def _linked(given: Mapping[str, Any], name: str, kind: str, unknown: _Unknown) -> None:
    if isinstance(given.get(name), dict):
        unknown.look(given[name], kind)


def _member(given: Mapping[str, Any], name: str, at: str) -> Any:
    if given.get(name) is None:
        raise Invalid(where=f"{at}/{name}", reason="is missing")
    return given[name]


def _object(value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid(where=at, reason="must be an object")
    return value


def _list(given: Mapping[str, Any], name: str) -> Iterable[Any]:
    value = given.get(name) or ()
    if not isinstance(value, list | tuple):
        raise Invalid(where=f"/{name}", reason="must be a list")
    return value


def _text(given: Mapping[str, Any], name: str, at: str) -> str:
    value = _perhaps({name: _member(given, name, at)}, name, at)
    if not value:
        raise Invalid(where=f"{at}/{name}", reason="must not be empty")
    return value


def _perhaps(given: Mapping[str, Any], name: str, at: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Invalid(where=f"{at}/{name}", reason="must be text")
    if "\x00" in value:
        raise Invalid(where=f"{at}/{name}", reason="holds a character that no text has")
    return value.strip() or None


def _number(given: Mapping[str, Any], name: str, at: str) -> float:
    value = given.get(name)
    if value is None:
        return float("inf")
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):  # as some publish it
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(where=f"{at}/{name}", reason="must be a whole number")
    return value
