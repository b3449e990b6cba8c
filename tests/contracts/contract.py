"""The published contract of an event type: its schema, and a golden stored event that every later version reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import msgspec

from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.schemas import Schema, incompatibilities, schema_of
from tests.contracts.examples import example

FOLDER = Path(__file__).parent


class Golden(msgspec.Struct):
    """A stored event: the name it was stored under and the bytes of its data."""

    type: str
    data: msgspec.Raw


def schema_file(name: str, folder: Path = FOLDER) -> Path:
    """Where the schema of the type `name` lies."""
    return folder / f"{name}.schema.json"


def golden_file(name: str, folder: Path = FOLDER) -> Path:
    """Where the golden event of the type `name` lies."""
    return folder / f"{name}.golden.json"


def published(folder: Path = FOLDER) -> list[str]:
    """The names of the types that have a contract."""
    return sorted(file.name.removesuffix(".schema.json") for file in folder.glob("*.schema.json"))


def read_schema(name: str, folder: Path = FOLDER) -> Schema:
    """The committed schema of a type."""
    schema: Schema = json.loads(schema_file(name, folder).read_text("utf-8"))
    return schema


def read_golden(name: str, folder: Path = FOLDER) -> Golden:
    """The golden event of a type."""
    return msgspec.json.decode(golden_file(name, folder).read_bytes(), type=Golden)


def publish(types: EventTypes, folder: Path = FOLDER) -> list[Path]:
    """Write what is missing and bring schemas up to date; golden events are never written again. What was written.

    Raises Invalid, and writes nothing, where a type's schema would break what was published of it.
    """
    for event in types:
        if schema_file(event.TYPE, folder).exists():
            problems = incompatibilities(read_schema(event.TYPE, folder), schema_of(event))
            if problems:
                raise Invalid(
                    where=event.TYPE, reason=f"a new version of the name and an upcast are needed: {problems}"
                )
    return [file for file, content in _contents(types, folder) if _write(file, content)]


def _contents(types: EventTypes, folder: Path) -> Iterable[tuple[Path, bytes]]:
    for event in types:
        schema = json.dumps(schema_of(event), indent=2, ensure_ascii=False).encode()
        yield schema_file(event.TYPE, folder), schema + b"\n"
        if not (golden := golden_file(event.TYPE, folder)).exists():
            data = msgspec.Raw(types.encode(example(event)))
            yield golden, msgspec.json.encode(Golden(event.TYPE, data)) + b"\n"


def _write(file: Path, content: bytes) -> bool:
    if file.exists() and file.read_bytes() == content:
        return False
    file.write_bytes(content)
    return True
