"""Mutants of a capability's rules: its code with one place changed, as cosmic-ray changes it.

Left out is only what is no rule:

- `|` between types, in a union that has a name. No import survives what is put in its place, so that hundreds of
  mutants would be killed by no test.
- `frozen=True` in the head of a class: without it the same orders lead to the same facts.
- what is no Python any more: the tool takes the stars of `{**known}` for a power, and the `|` of a pattern for one of
  numbers.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

RULES = Path("platform")
_DECLARATIONS = {"__init__", "api", "events"}

Position = tuple[int, int]


class Mutant(NamedTuple):
    """The code of a module with one place changed."""

    file: Path
    line: int
    code: str
    change: str
    """The lines before and after."""

    @property
    def module(self) -> str:
        """The name by which it is imported."""
        return ".".join(self.file.relative_to(RULES).with_suffix("").parts)


def rules(capability: str) -> list[Path]:
    """The files with a capability's rules: all but its events and its commands' declaration."""
    files = sorted((RULES / "baseplus" / capability).glob("*.py"))
    return [file for file in files if file.stem not in _DECLARATIONS]


def mutants(file: Path) -> Iterator[Mutant]:
    """All mutants of a file, one after the other."""
    source = file.read_text()
    nodes, told, operators = [*ast_nodes(get_ast(source))], _Told(source), OperatorProvider()
    for name in operators:
        if operators[name].arguments():
            continue  # it wants to be told a variable, and puts a random number in its place
        operator = operators[name]()
        places = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, (start, _) in enumerate(places):
            if start in told.frozen or (name.startswith("ReplaceBinaryOperator_") and not told.calculated(start)):
                continue
            code = mutate_code(source, operator, occurrence)
            if code is not None and _is_python(code):
                yield Mutant(file, start[0], code, _change(source, code))


class _Told:
    """What Python itself knows of the code, and the tool does not."""

    def __init__(self, source: str) -> None:
        nodes = [*ast.walk(ast.parse(source))]
        self.frozen: set[Position] = {
            (keyword.value.lineno, keyword.value.col_offset)
            for node in nodes
            if isinstance(node, ast.ClassDef)
            for keyword in node.keywords
            if keyword.arg == "frozen"
        }
        self._operations = [node for node in nodes if isinstance(node, ast.BinOp)]
        self._bodies = [
            (node.body[0].lineno, node.end_lineno or 0) for node in nodes if isinstance(node, ast.FunctionDef)
        ]

    def calculated(self, place: Position) -> bool:
        """Whether an operator stands there, and not between types of a union."""
        for one in self._operations:
            if (one.left.end_lineno, one.left.end_col_offset) <= place < (one.right.lineno, one.right.col_offset):
                return not isinstance(one.op, ast.BitOr) or self._in_a_function(place)
        return False

    def _in_a_function(self, place: Position) -> bool:
        return any(first <= place[0] <= last for first, last in self._bodies)


def _is_python(code: str) -> bool:
    with warnings.catch_warnings(action="ignore"):  # `is` beside a number
        try:
            compile(code, "mutant", "exec")
        except SyntaxError:
            return False
    return True


def _change(source: str, code: str) -> str:
    lines = unified_diff(source.splitlines(), code.splitlines(), n=0, lineterm="")
    return " → ".join(line[1:].strip() for line in lines if not line.startswith(("---", "+++", "@@")))
