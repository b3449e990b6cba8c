"""The published contract of each event type: its JSON Schema, and what a change of it may not do.

A stored event is read for ever and by programs that are not ours, so a type of the same name may only gain optional
fields. Anything else is a new version of the name and an upcast.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from baseplus.kernel.events import Event, personal_fields

Schema = dict[str, Any]
_LIMITS: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("minLength", "minItems", "minimum", "exclusiveMinimum"), operator.gt),
    **dict.fromkeys(("maxLength", "maxItems", "maximum", "exclusiveMaximum"), operator.lt),
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(event: type[Event]) -> Schema:
    """The JSON Schema of an event type's data. `x-personal` names personal fields and whose they are."""
    (body,), definitions = msgspec.json.schema_components([event], ref_template="#/$defs/{name}")
    main = definitions.pop(body["$ref"].rpartition("/")[2])
    schema: Schema = {"$schema": DIALECT, "$id": f"urn:baseplus:event:{event.TYPE}", **main}
    if personal := personal_fields(event):
        schema["x-personal"] = dict(personal)
    if definitions:
        schema["$defs"] = definitions
    return json.loads(json.dumps(schema))  # type: ignore[no-any-return]


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """Why readers or stored events of `old` would break under `new`; empty where nothing would."""
    return list(_broken(old, new, old, new, "", frozenset()))


def _broken(old: Any, new: Any, old_root: Schema, new_root: Schema, where: str, seen: frozenset[str]) -> Iterator[str]:
    reference = old.get("$ref", "") + new.get("$ref", "")
    if reference in seen:
        return
    if reference:
        seen = seen | {reference}
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    was, now = old.get("properties", {}), new.get("properties", {})
    for name in was.keys() - now.keys():
        yield f"{where}/{name} is gone"
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{where}/{name} is required now"
    for name in was.keys() & now.keys():
        yield from _broken(was[name], now[name], old_root, new_root, f"{where}/{name}", seen)
    for key in ("items", "additionalProperties"):
        if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
            yield from _broken(old[key], new[key], old_root, new_root, f"{where}/{key}", seen)
    if "anyOf" in old and len(old["anyOf"]) == len(new.get("anyOf", ())):
        for number, (one, other) in enumerate(zip(old["anyOf"], new["anyOf"], strict=True)):
            yield from _broken(one, other, old_root, new_root, f"{where}|{number}", seen)
        compared = ["type", "format", "const"]
    else:
        compared = ["type", "format", "const", "anyOf"]
    for key in compared:
        if old.get(key) != new.get(key):
            yield f"{where}: {key} was {old.get(key)!r} and is {new.get(key)!r}"
    yield from _narrowed(old, new, where)
    if lost := set(old.get("enum", ())) - set(new.get("enum", old.get("enum", ()))):
        yield f"{where}: no longer one of {sorted(lost)}"
    if (old.get("x-personal") or {}) != (new.get("x-personal") or {}) and not where:
        for name in set(old.get("x-personal") or {}) - set(new.get("x-personal") or {}):
            yield f"/{name} is no longer personal"


def _narrowed(old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[str]:
    """Limits that stored values may not meet any more, and defaults that would read them differently."""
    for key, tighter in _LIMITS.items():
        if key in new and (key not in old or tighter(new[key], old[key])):
            yield f"{where}: {key} was {old.get(key)!r} and is {new[key]!r}"
    if new.get("pattern", old.get("pattern")) != old.get("pattern"):
        yield f"{where}: pattern was {old.get('pattern')!r} and is {new['pattern']!r}"
    if "default" in old and new.get("default", old["default"]) != old["default"]:
        # What was stored without the field would come to mean something else.
        yield f"{where}: default was {old['default']!r} and is {new['default']!r}"
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield f"{where}: no further fields are allowed now"


def _resolve(schema: Mapping[str, Any], root: Schema) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return root["$defs"][reference.rpartition("/")[2]]  # type: ignore[no-any-return]
