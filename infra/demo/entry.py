"""How those who take part come in: their tenants are registered and their keys issued, once.

That much is done with the database at hand, as `baseplus tenant add` and `baseplus key issue` do; the rest of the story
goes over HTTP. The tokens lie in the data folder, readable by its owner alone: only a demonstration keeps any.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from baseplus.kernel.decisions import Metadata
from infra.demo.cast import ASSOCIATION, ASSOCIATION_NAME, KEYS, PERSONAS, UNIVERSITIES, Key
from infra.environment import Folder
from infra.postgres.store import Store
from infra.service import writing_to
from tenants.keys.model import IssueKey, in_its_tenant, keys
from tenants.keys.token import Token, new_token, read_token
from tenants.model import RegisterTenant, TenantKind, tenancy

Tokens = dict[Key, Token]


def register(store: Store) -> None:
    """Register those who take part; who is registered stays so. Raises Unavailable."""
    for tenant, kind, name in (
        *((one.tenant, TenantKind.UNIVERSITY, one.name) for one in UNIVERSITIES),
        (ASSOCIATION, TenantKind.ASSOCIATION, ASSOCIATION_NAME),
    ):
        store.register(tenant)
        order = RegisterTenant(name=name, kind=kind)
        store.execute(tenant, tenancy, tenant, order, metadata=Metadata(key=f"demo-register-{tenant}"))


def keys_of(store: Store, folder: Folder) -> Tokens:
    """The tokens of everybody, from the folder or newly issued. Raises Unavailable, FolderUnwritable, DiskFull."""
    file = folder.path / "demo-keys.json"
    tokens = _read(file)
    for key in KEYS:
        if key not in tokens:
            tokens[key] = _issue(store, key)
    with writing_to(folder.path):
        _write(file, {_name(key): str(tokens[key]) for key in KEYS})
    return tokens


def name_personas(folder: Folder, tokens: Tokens) -> Path:
    """The file that tells the pages whom one may sign in as. Raises FolderUnwritable, DiskFull."""
    file = folder.path / "personas.json"
    personas = [
        {"id": one.id, "name": one.name, "about": one.about, "tenant": one.key.tenant, "key": tokens[one.key].key}
        for one in PERSONAS
    ]
    with writing_to(folder.path):
        _write(file, personas)
    return file


def _issue(store: Store, key: Key) -> Token:
    """A new key under its id; where another secret holds that one already, under the next."""
    number = 1
    while store.load(key.tenant, keys, _numbered(key, number))[1]:
        number += 1
    token = new_token(key.tenant, _numbered(key, number))
    order = IssueKey(key.role, "demonstration", token.digest, key.own)
    store.execute(key.tenant, keys, token.key, order, resolve=in_its_tenant)
    return token


def _numbered(key: Key, number: int) -> str:
    return key.id if number == 1 else f"{key.id}-{number}"


def _name(key: Key) -> str:
    return f"{key.tenant}/{key.id}"


def _read(file: Path) -> Tokens:
    try:
        kept = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}
    return {key: token for key in KEYS if (token := read_token(kept.get(_name(key), "")))}


def _write(file: Path, content: object) -> None:
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.touch(0o600)
    part.write_bytes(msgspec.json.encode(content))
    part.replace(file)
