"""CASE packages: both published ones import; what the standard does not know is reported; a broken one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from baseplus.assessment.standards import standards
from baseplus.kernel.refusals import Invalid, Rejected
from baseplus.kernel.vocabulary import TenantId
from infra.imports.case import KNOWN, read_package
from infra.imports.standards import criteria_of, import_standard
from infra.postgres.store import Store

MACHINISTS = TenantId("machinists")

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def published(shared: Path) -> Path:
    """The folder of the published packages and their schema."""
    return shared / "conformance/case-1.1"


def item(identifier: str, **more: Any) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "uri": f"https://example.org/{identifier}",
        "fullStatement": f"Can do {identifier}",
        "lastChangeDateTime": "2026-03-02T12:00:00Z",
        **more,
    }


def below(child: str, parent: str, **more: Any) -> dict[str, Any]:
    def node(one: str) -> dict[str, str]:
        return {"title": one, "identifier": one, "uri": f"https://example.org/{one}"}

    return {
        "identifier": f"{child}-{parent}",
        "uri": "https://example.org/a",
        "associationType": "isChildOf",
        "originNodeURI": node(child),
        "destinationNodeURI": node(parent),
        "lastChangeDateTime": "2026-03-02T12:00:00Z",
        **more,
    }


def package() -> dict[str, Any]:
    """A framework of turning, with three skills, and safety."""
    return {
        "CFDocument": {
            "identifier": "doc",
            "uri": "https://example.org/doc",
            "creator": "Machinists",
            "title": "Machining",
            "lastChangeDateTime": "2026-03-02T12:00:00Z",
        },
        "CFItems": [
            item("turning", CFItemType="Field"),
            item("shaft", CFItemType="Skill", humanCodingScheme="T.1", abbreviatedStatement="Turns a shaft"),
            item("thread", CFItemType="Skill", humanCodingScheme="T.2", notes="Metric ones"),
            item("bore", CFItemType="Skill", humanCodingScheme="T.2"),
            item("safety", CFItemType="Field"),
        ],
        "CFAssociations": [
            below("turning", "doc"),
            below("thread", "turning", sequenceNumber=2),
            below("shaft", "turning", sequenceNumber=1),
            below("bore", "turning"),
        ],
    }


def read(given: dict[str, Any]) -> Any:
    return read_package(json.dumps(given).encode())


def test_the_lowest_statements_become_criteria_of_equal_weight_in_the_order_of_the_framework() -> None:
    criteria = criteria_of(read(package()))
    assert [(one.id, one.title, one.weight) for one in criteria] == [
        ("t-1", "Turns a shaft", 25),
        ("thread", "Can do thread", 25),  # two items have the code T.2, so that it names neither
        ("bore", "Can do bore", 25),
        ("safety", "Can do safety", 25),
    ]
    assert [one.description for one in criteria] == ["Can do shaft", "Metric ones", None, None]


def test_weights_sum_to_100_whatever_their_number() -> None:
    given = package()
    for number in range(1, 97):
        criteria = criteria_of(read(given))
        assert sum(one.weight for one in criteria) == 100
        assert max(one.weight for one in criteria) - min(one.weight for one in criteria) <= 1
        given["CFItems"].append(item(f"more-{number}"))
    given["CFItems"].append(item("too-many"))
    with pytest.raises(Invalid) as refused:
        criteria_of(read(given))
    assert refused.value.facts["where"] == "/CFItems"


def test_items_of_one_type_may_be_asked_for() -> None:
    assert [one.id for one in criteria_of(read(package()), "Field")] == ["turning", "safety"]
    with pytest.raises(Invalid) as refused:
        criteria_of(read(package()), "Module")
    assert refused.value.facts == {"where": "/CFItems", "reason": "has no item of type Module, but Field, Skill"}


def test_a_long_statement_is_cut_in_the_title_and_whole_in_the_description() -> None:
    given = package()
    given["CFItems"] = [item("long", fullStatement="turns " * 60)]
    given["CFAssociations"] = []
    (criterion,) = criteria_of(read(given))
    assert len(criterion.title) <= 200
    assert criterion.title.endswith("…")
    assert criterion.description == ("turns " * 60).strip()


def test_what_the_standard_does_not_know_is_reported() -> None:
    given = package()
    given["colour"] = given["CFDocument"]["colour"] = given["CFItems"][0]["colour"] = "green"
    given["CFItems"][1]["colour"] = given["CFAssociations"][0]["originNodeURI"]["colour"] = "red"
    given["CFDefinitions"] = {"CFColours": []}
    given["CFAssociations"].append(below("shaft", "elsewhere", associationType="exactMatchOf"))
    framework = read(given)
    assert framework.unknown == {
        "CFPackage.colour": 1,
        "CFDocument.colour": 1,
        "CFItem.colour": 2,
        "node.colour": 1,
        "CFDefinitions.CFColours": 1,
    }
    assert framework.unused == {"CFAssociations: exactMatchOf": 1}


def without(*path: str | int) -> Change:
    def change(given: Any) -> None:
        for step in path[:-1]:
            given = given[step]
        del given[path[-1]]

    return change


def put(value: object, *path: str | int) -> Change:
    def change(given: Any) -> None:
        for step in path[:-1]:
            given = given[step]
        given[path[-1]] = value

    return change


BROKEN: tuple[tuple[Change, str, str], ...] = (
    (without("CFDocument"), "/CFDocument", "is missing"),
    (without("CFDocument", "title"), "/CFDocument/title", "is missing"),
    (without("CFDocument", "creator"), "/CFDocument/creator", "is missing"),
    (put([], "CFDocument"), "/CFDocument", "must be an object"),
    (put({}, "CFItems"), "/CFItems", "holds no item: there is nothing to assess by"),
    (put("…", "CFItems"), "/CFItems", "must be a list"),
    (put(7, "CFItems", 2), "/CFItems/2", "must be an object"),
    (without("CFItems", 3, "fullStatement"), "/CFItems/3/fullStatement", "is missing"),
    (put(" ", "CFItems", 3, "fullStatement"), "/CFItems/3/fullStatement", "must not be empty"),
    (put(["…"], "CFItems", 3, "fullStatement"), "/CFItems/3/fullStatement", "must be text"),
    (put("a\x00b", "CFItems", 3, "notes"), "/CFItems/3/notes", "holds a character that no text has"),
    (put("shaft", "CFItems", 3, "identifier"), "/CFItems/3/identifier", "is that of /CFItems/1, too"),
    (put("one", "CFAssociations", 1, "sequenceNumber"), "/CFAssociations/1/sequenceNumber", "must be a whole number"),
    (without("CFAssociations", 1, "associationType"), "/CFAssociations/1/associationType", "is missing"),
    (without("CFAssociations", 1, "originNodeURI"), "/CFAssociations/1/originNodeURI", "is missing"),
    (
        put("nobody", "CFAssociations", 1, "originNodeURI", "identifier"),
        "/CFAssociations/1/originNodeURI/identifier",
        "names no item of this package",
    ),
    (
        put("nobody", "CFAssociations", 1, "destinationNodeURI", "identifier"),
        "/CFAssociations/1/destinationNodeURI/identifier",
        "names no item of this package",
    ),
    (
        put("thread", "CFAssociations", 2, "originNodeURI", "identifier"),
        "/CFAssociations/2/originNodeURI/identifier",
        "is below another item already",
    ),
    (put("shaft", "CFAssociations", 0, "destinationNodeURI", "identifier"), "/CFItems/0", "is below itself"),
)


@pytest.mark.parametrize(
    ("change", "where", "reason"), BROKEN, ids=[f"{where} {reason}" for _, where, reason in BROKEN]
)
def test_a_broken_package_is_refused_with_the_path_of_the_fault(change: Change, where: str, reason: str) -> None:
    given = package()
    change(given)
    with pytest.raises(Invalid) as refused:
        read(given)
    assert refused.value.facts == {"where": where, "reason": reason}


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{"CFDocument": {', "line 1, column 17"),
        (b"\xff", "byte 0"),
        (b"[" * 100_000, ""),
        (b'{"CFItems": [], "CFItems": []}', ""),
        (b"[]", ""),
    ],
)
def test_what_is_no_json_object_is_refused(data: bytes, where: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_package(data)
    assert refused.value.facts["where"] == where


def test_a_package_is_published_once_and_revised_where_it_says_something_else(store: Store) -> None:
    store.register(MACHINISTS)

    def imported(given: dict[str, Any], occupation: str = "cnc-machinist") -> Any:
        return import_standard(store, MACHINISTS, "cnc", occupation, read(given))

    first = imported(package())
    assert (first.version, first.criteria, first.unchanged) == (1, 4, False)
    again = imported(package())
    assert (again.version, again.digest, again.unchanged) == (1, first.digest, True)
    changed = package()
    changed["CFItems"].append(item("measuring"))
    assert (imported(changed).version, imported(changed).unchanged) == (2, True)
    state, version = store.load(MACHINISTS, standards, "cnc")
    assert (dict(state.superseded), version) == ({1: 2}, 3)
    with pytest.raises(Rejected) as refused:
        imported(package(), "welder")
    assert refused.value.code == "standard_of_another_occupation"


def test_of_a_broken_package_nothing_is_written(store: Store) -> None:
    store.register(MACHINISTS)
    given = package()
    given["CFItems"][4]["identifier"] = "not an id"
    with pytest.raises(Invalid) as refused:
        import_standard(store, MACHINISTS, "cnc", "cnc-machinist", read(given))
    assert refused.value.facts["where"] == "/CFItems/4/identifier"
    with pytest.raises(Invalid):
        import_standard(store, MACHINISTS, "cnc", "Not An Id", read(package()))
    assert store.load(MACHINISTS, standards, "cnc")[1] == 0


@pytest.mark.parametrize(("file", "criteria"), [("opensalt-framework.json", 12), ("opensalt-ordering.json", 24)])
def test_both_published_packages_import(store: Store, published: Path, file: str, criteria: int) -> None:
    store.register(MACHINISTS)
    framework = read_package((published / file).read_bytes())
    done = import_standard(store, MACHINISTS, "cnc", "mathematics", framework)
    assert (done.version, done.criteria) == (1, criteria)
    latest = store.load(MACHINISTS, standards, "cnc")[0].latest
    assert latest is not None
    assert (latest.digest, sum(one.weight for one in latest.criteria)) == (done.digest, 100)


@pytest.mark.parametrize("file", ["opensalt-framework.json", "opensalt-ordering.json"])
def test_what_is_reported_as_unknown_is_what_the_published_schema_does_not_allow(published: Path, file: str) -> None:
    schema = json.loads((published / "case-v1p1-cfpackage.schema.json").read_text("utf-8"))
    given = json.loads((published / file).read_text("utf-8"))
    kinds = {"CFDocument": "CFDocument", "CFItems": "CFItem", "CFAssociations": "CFAssociation"}
    found: dict[str, int] = {}
    for error in jsonschema.Draft201909Validator(schema).iter_errors(given):
        if error.validator == "additionalProperties" and error.path and error.path[0] in kinds:
            kind = kinds[str(error.path[0])]
            for name in set(error.instance) - set(error.schema["properties"]):
                if len(error.path) <= 2:
                    found[f"{kind}.{name}"] = found.get(f"{kind}.{name}", 0) + 1
    assert read_package((published / file).read_bytes()).unknown == found


def test_the_properties_that_we_know_are_those_of_the_published_schema(published: Path) -> None:
    schema = json.loads((published / "case-v1p1-cfpackage.schema.json").read_text("utf-8"))
    named = {
        "CFDocument": "CFPckgDocument",
        "CFItem": "CFPckgItem",
        "CFAssociation": "CFPckgAssociation",
        "CFDefinitions": "CFDefinition",
        "link": "LinkURI",
        "node": "LinkGenURI",
    }
    allowed = {ours: set(schema["$defs"][theirs]["properties"]) for ours, theirs in named.items()}
    assert allowed | {"CFPackage": set(schema["properties"])} == KNOWN
