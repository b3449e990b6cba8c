"""Which commands make an event, read off the rules: where a `decide` says `yield AgreementSigned(…)`, and under which
commands it gets there.

It follows calls from each decider, narrowed as a reader would by `case`, `isinstance` and the types of parameters. What
the rules cannot reach has no maker, and a test finds it.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

from baseplus.kernel.decisions import Command, Decider
from baseplus.kernel.events import Event

Commands = frozenset[type[Command]]
Function = Callable[..., Any]
Made = dict[type[Event], Commands]
N = TypeVar("N")


def makers(deciders: Iterable[Decider[Any, Any, Any]]) -> Mapping[type[Event], tuple[type[Command], ...]]:
    """Event types, and the commands that make them, by name. What no command makes is missing."""
    deciders = list({id(one): one for one in deciders}.values())
    made: Made = {}
    for _ in range(2):  # the second time it is known what an `isinstance(event, …)` asks for
        again: Made = {}
        for decider in deciders:
            for event, command in _made(decider.decide, _taken(decider.decide), made):
                again[event] = again.get(event, Commands()) | {command}
        made = again
    return {event: tuple(sorted(made[event], key=lambda one: one.__name__)) for event in made}


def named_in(function: Any, kind: type[N]) -> frozenset[N]:
    """What a follower or a reaction speaks of: the deciders, the commands that it sends (`type`)."""
    module = sys.modules[function.__module__]
    found = (_named(node, module) for node in ast.walk(_parsed(function)))
    return frozenset(named for named in found if isinstance(named, kind))


def _made(start: Function, commands: Commands, known: Made) -> Iterator[tuple[type[Event], type[Command]]]:
    waiting, seen = [(start, commands)], set()
    while waiting:
        function, possible = waiting.pop()
        possible &= _taken(function) or possible
        if not possible or (function, possible) in seen:
            continue
        seen.add((function, possible))
        for named, under in _Walk(sys.modules[function.__module__], known).body(_parsed(function).body, possible):
            if _is(named, Event):
                yield from ((named, command) for command in under)
            elif inspect.isfunction(named) and named.__module__.partition(".")[0] == start.__module__.partition(".")[0]:
                waiting.append((named, under))


class _Walk:
    """What a function's body calls, each with the commands under which it gets there."""

    def __init__(self, module: ModuleType, known: Made) -> None:
        self._module, self._known = module, known

    def body(self, statements: Iterable[ast.stmt], possible: Commands) -> Iterator[tuple[Any, Commands]]:
        for statement in statements:
            match statement:
                case ast.If(test, body, orelse):
                    yield from self._called(test, possible)
                    held, failed = self._narrowed(test, possible)
                    yield from self.body(body, held)
                    yield from self.body(orelse, failed)
                    if isinstance(body[-1], ast.Return | ast.Raise):
                        possible = failed
                case ast.Match(subject, cases):
                    yield from self._called(subject, possible)
                    rest = possible
                    for case in cases:
                        asked = frozenset(self._asked(case.pattern))
                        yield from self.body(case.body, rest & asked if asked else rest)
                        if case.guard is None:
                            rest -= asked
                case ast.For(body=body) | ast.While(body=body) | ast.With(body=body):
                    yield from self._called(statement, possible, but=body)
                    yield from self.body(body, possible)
                case _:
                    yield from self._called(statement, possible)

    def _called(self, node: ast.AST, possible: Commands, but: Iterable[ast.AST] = ()) -> Iterator[tuple[Any, Commands]]:
        left_out = {id(part) for whole in but for part in ast.walk(whole)}
        for part in ast.walk(node):
            if id(part) not in left_out and isinstance(part, ast.Call):
                for named in (part.func, *part.args):
                    if (found := _named(named, self._module)) is not None:
                        yield found, possible

    def _narrowed(self, test: ast.expr, possible: Commands) -> tuple[Commands, Commands]:
        """The commands under which a condition may hold, and those under which it may fail."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                held, failed = self._narrowed(inner, possible)
                return failed, held
            case ast.BoolOp(op=ast.And(), values=values):
                held, failed = possible, Commands()
                for value in values:
                    held, sooner = self._narrowed(value, held)
                    failed |= sooner
                return held, failed
            case ast.Call(func=ast.Name("isinstance"), args=[_, classes]):
                named = _named(classes, self._module)
                if asked := frozenset(_members(named)):
                    return possible & asked, possible - asked
                if events := [one for one in _each(classes) if _is(_named(one, self._module), Event)]:
                    makers = [self._known.get(_named(one, self._module), possible) for one in events]
                    return possible & Commands().union(*makers), possible
        return possible, possible

    def _asked(self, pattern: ast.pattern) -> Iterator[type[Command]]:
        for part in ast.walk(pattern):
            if isinstance(part, ast.MatchClass):
                yield from _members(_named(part.cls, self._module))


@cache
def _taken(function: Any) -> Commands:
    """The commands that a function takes, or that a class has as fields, by their annotations."""
    hints = typing.get_type_hints(function)
    return frozenset(one for name, hint in hints.items() if name != "return" for one in _members(hint))


def _members(hint: Any) -> Iterator[type[Command]]:
    """The commands of a union. One that completes another, `RaiseFor(order, apprentice, …)`, stands for that one."""
    if _is(hint, Command):
        yield from _taken(hint) or (hint,)
    for member in typing.get_args(hint):
        yield from _members(member)


def _each(classes: ast.expr) -> Iterator[ast.expr]:
    match classes:
        case ast.BinOp(left, ast.BitOr(), right):
            yield from (*_each(left), *_each(right))
        case _:
            yield classes


def _is(named: Any, kind: type) -> bool:
    return isinstance(named, type) and issubclass(named, kind)


def _named(node: ast.AST, module: ModuleType) -> Any:
    """What a name stands for in its module: `Sign`, `career.decide`; None for anything else."""
    match node:
        case ast.Name(name):
            return getattr(module, name, None)
        case ast.Attribute(value=ast.Name(name), attr=attr) if isinstance(
            inner := getattr(module, name, None), ModuleType
        ):
            return getattr(inner, attr, None)
        case _:
            return None


@cache
def _parsed(function: Any) -> ast.FunctionDef | ast.ClassDef:
    (parsed,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(parsed, ast.FunctionDef | ast.ClassDef)
    return parsed
