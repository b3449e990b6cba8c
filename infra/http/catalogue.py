"""Every code that a problem may have, and what it means.

HTTP's and the kernel's are those of their classes; the rules' are read off the capabilities, which raise them by name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from inspect import cleandoc
from pathlib import Path

import msgspec

from baseplus.kernel.refusals import Refusal, Rejected
from infra.http import refusals as http
from infra.http.problems import STATUSES, status_of, title_of
from projections.runner.reader import StandsStill

_PACKAGES = ("baseplus", "tenants")
_SUBCLASSES = (http.Busy, http.ViewsBehind, StandsStill)


class Code(msgspec.Struct, frozen=True):
    """What a code means. facts: the names of what is told with it. capabilities: whose rules refuse with it."""

    code: str
    status: int
    title: str
    meaning: str
    mend: str
    facts: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


@cache
def catalogue() -> Mapping[str, Code]:
    """Every code, those of HTTP by status first, then those of the rules by name."""
    known = [_of_class(kind) for kind in (*STATUSES, *_SUBCLASSES) if kind is not Rejected]
    raised: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for capability, code, facts in _raised():
        raised.setdefault(code, []).append((capability, facts))
    rules = {code: _of_rules(code, raised[code]) for code in sorted(raised)}
    return {code.code: code for code in sorted(known, key=lambda code: code.status)} | rules


def _of_class(kind: type[Refusal]) -> Code:
    meaning, _, facts = cleandoc(kind.__doc__ or "").replace("\n", " ").partition(" Facts: ")
    del facts  # said for programmers, and not always told
    return Code(kind.code, status_of(kind), title_of(kind.code), meaning, kind.mend)


def _of_rules(code: str, raised: list[tuple[str, tuple[str, ...]]]) -> Code:
    capabilities = tuple(sorted({capability for capability, _ in raised}))
    facts = tuple(dict.fromkeys(name for _, names in raised for name in names))
    meaning = f"A rule of {' and '.join(name.replace('_', ' ') for name in capabilities)} stands against it."
    mend = "change what stands against it, as the facts say, and send it again"
    return Code(code, STATUSES[Rejected], title_of(code), meaning, mend, facts, capabilities)


def _raised() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Where the rules say `Rejected("code", fact=…)`: the capability, the code, the names of the facts."""
    for package in _PACKAGES:
        folder = Path(str(import_module(package).__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            inside = file.relative_to(folder).parts
            capability = inside[0] if len(inside) > 1 else "tenancy"
            tree = ast.parse(file.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                match node:
                    case ast.Call(func=ast.Name("Rejected"), args=[said, *_], keywords=keywords):
                        facts = tuple(keyword.arg for keyword in keywords if keyword.arg)
                        yield from ((capability, code, facts) for code in codes_in(said, tree))


def codes_in(said: ast.expr, tree: ast.Module) -> Iterator[str]:
    """What is raised: a code, or one that a table of the module has. Raises TypeError for anything else, since a code
    that is put together would be missing here."""
    match said:
        case ast.Constant(str(code)):
            yield code
        case ast.Subscript(value=ast.Name(table)):
            for node in tree.body:
                match node:
                    case (
                        ast.Assign(targets=[ast.Name(name)], value=ast.Dict(values=values))
                        | ast.AnnAssign(target=ast.Name(name), value=ast.Dict(values=values))
                    ) if name == table:
                        for value in values:
                            yield from codes_in(value, tree)
        case _:
            raise TypeError(f"line {said.lineno} raises a code that is written nowhere")
