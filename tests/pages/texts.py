"""Every text that the pages may show, collected from where it stands: templates, modules, and the declarations that
forms and event lists are made from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from msgspec import inspect

from baseplus.kernel import vocabulary
from baseplus.kernel.access import Role
from baseplus.kernel.forms import Field, fields_of
from infra.pages import events
from infra.pages.forms.controls import words_of
from infra.pages.forms.refusals import plain_form
from infra.pages.site import FORMS
from infra.wiring import EVENT_TYPES

PAGES = Path(events.__file__).parent
Text: TypeAlias = str | tuple[str, ...]
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}


def every_text() -> set[Text]:
    """All of them; a text with a plural is a pair."""
    return {*_in_templates(), *_in_modules(), *_of_forms(), *_of_events(), *(role.value.capitalize() for role in Role)}


def catalogue(texts: Iterable[Text]) -> Catalog:
    """They, in a catalogue without translations."""
    made = Catalog(project="Baseplus", charset="utf-8")
    for text in sorted(texts, key=str):
        made.add(text)
    return made


def _in_templates() -> Iterator[Text]:
    options = {"**.html": {"trimmed": "true", "silent": "false"}}
    for _, _, text, _, _ in extract_from_dir(PAGES, [("**.html", "jinja2")], options, _KEYWORDS):
        yield text


def _in_modules() -> Iterator[Text]:
    """What modules ask for by name, also inside f-strings, which Babel reads over before Python 3.12."""
    for file in sorted(PAGES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in _KEYWORDS:
                args = node.args[: 2 if _called(node) == "ngettext" else 1]
                texts = [one.value for one in args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                if len(texts) == len(args):
                    yield tuple(texts) if len(texts) > 1 else texts[0]


def _called(node: ast.Call) -> str | None:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def _of_forms() -> Iterator[str]:
    for form in FORMS:
        yield from _of_fields(fields_of(form.command))
    for kind in vars(vocabulary).values():
        for note in getattr(kind, "__metadata__", ()):
            if isinstance(note, msgspec.Meta) and (note.extra or {}).get("form"):
                yield plain_form(str((note.extra or {})["form"]))


def _of_fields(fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        yield words_of(field.name)
        yield from map(words_of, field.choices)
        yield from filter(None, (field.description, plain_form(field.form)))
        yield from _of_fields(field.parts)
        for tag, parts in field.variants.items():
            yield words_of(tag)
            yield from _of_fields(parts)


def _of_events() -> Iterator[str]:
    for event in EVENT_TYPES:
        yield events.title_text(event.TYPE)
        yield from _names_in(inspect.type_info(event))


def _names_in(kind: inspect.Type) -> Iterator[str]:
    match kind:
        case inspect.StructType(fields=fields):
            for field in fields:
                yield words_of(field.name)
                yield from _names_in(field.type)
        case inspect.VarTupleType(item_type=inner) | inspect.ListType(item_type=inner) | inspect.Metadata(type=inner):
            yield from _names_in(inner)
        case inspect.UnionType(types=types):
            for one in types:
                yield from _names_in(one)


def refusal_codes(*folders: Path) -> set[str]:
    """The codes that the rules in these folders refuse with: the first argument of each `Rejected(…)`."""
    found = set()
    for file in (file for folder in folders for file in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Rejected" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    found.add(str(code.value))
    return found


def choices_of(kind: type[StrEnum] | Any) -> list[str]:
    """The words of an enumeration."""
    return [words_of(one.value) for one in kind]
