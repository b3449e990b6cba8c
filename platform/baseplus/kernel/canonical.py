"""Texts that people sign or adopt: the same bytes for the same text, wherever they are made, and their digest."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec


def canonical(form: str, text: msgspec.Struct) -> bytes:
    """JSON in UTF-8 with sorted keys and no spaces, under the name of its form.

    What has its default is left out, so that a field that texts gain later changes no earlier digest.
    """
    return msgspec.json.encode({"form": form, "text": _said(text)}, order="sorted")


def sha256(data: bytes) -> str:
    """The digest that people compare: 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _said(value: Any) -> Any:
    """What is said in so many words: a struct's fields that differ from their defaults, by value.

    msgspec's `omit_defaults` will not do: it asks whether they are the same object.
    """
    if isinstance(value, tuple):
        return [_said(part) for part in value]
    if not isinstance(value, msgspec.Struct):
        return value
    named = {field.name: (getattr(value, field.name), field.default) for field in msgspec.structs.fields(value)}
    said = {name: _said(part) for name, (part, default) in named.items() if part != default}
    tag = value.__struct_config__.tag_field
    return {tag: value.__struct_config__.tag, **said} if tag else said
