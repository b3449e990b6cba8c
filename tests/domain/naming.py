"""Which tests there are, and what each of them names: read off their sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import REPOSITORY

TESTS = REPOSITORY / "tests"
_OF_EVERY_TYPE = ("benchmarks", "contracts", "domain")
"""Folders whose tests go through all types, or measure: a type that only they know of is tested by nobody."""


@cache
def files_of_tests() -> dict[str, Path]:
    """Every test by name, and its file."""
    return {name: file for file in _files() for name in _functions(file) if name.startswith("test_")}


@cache
def named_in_tests() -> frozenset[str]:
    """Every name that a test speaks of, by itself or through what its module or the story that it tells defines."""
    found: set[str] = set()
    for file in _files():
        if file.relative_to(TESTS).parts[0] not in _OF_EVERY_TYPE:
            for name, body in _functions(file).items():
                if name.startswith("test_"):
                    found |= _spoken_of(file, body)
    return frozenset(found)


def _spoken_of(file: Path, body: ast.AST) -> set[str]:
    found: set[str] = set()
    waiting = [(file, name) for name in _names(body)]
    while waiting:
        where, name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        source = _imported(where).get(name, where)
        waiting += [(source, inner) for inner in _names(_defined(source).get(name, ast.Module([], [])))]
    return found


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _files() -> Iterator[Path]:
    yield from sorted(TESTS.rglob("test_*.py"))


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@cache
def _functions(file: Path) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in _parsed(file).body if isinstance(node, ast.FunctionDef)}


@cache
def _defined(file: Path) -> dict[str, ast.AST]:
    """What a module of the tests defines at its top, by name."""
    found: dict[str, ast.AST] = dict(_functions(file))
    for node in _parsed(file).body:
        match node:
            case ast.Assign(targets=targets):
                for target in targets:
                    found |= dict.fromkeys(_names(target), node.value)
            case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                found[name] = value
    return found


@cache
def _imported(file: Path) -> dict[str, Path]:
    """The names that a module has from other modules of the tests, and where those are."""
    found: dict[str, Path] = {}
    for node in _parsed(file).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            source = REPOSITORY / f"{(node.module or '').replace('.', '/')}.py"
            if source.is_file():
                found |= {alias.asname or alias.name: source for alias in node.names}
    return found
