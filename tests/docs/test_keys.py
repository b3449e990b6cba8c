"""Runs docs/how-to/keys.md from the top to the bottom, and looks whether it told the truth."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from baseplus.kernel.access import Caller, Role
from baseplus.kernel.vocabulary import TenantId
from infra.access.keyring import KeyRevoked, Keyring
from infra.postgres.database import Database
from infra.postgres.store import Store
from projections.keys.queries import ListKeys, key_list
from projections.runner.reader import Reader
from tenants.keys.model import IssueKey, in_its_tenant, keys
from tests.cli.answers import project

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "how-to" / "keys.md").read_text("utf-8")
UNI_A = TenantId("uni-a")


def test_what_the_page_says_can_be_done_can_be_done(database: Database, store: Store, tmp_path: Path) -> None:
    said = shell(database, tmp_path)
    keyring = Keyring(store)
    operators = re.findall(r"^bp_operator_.*$", said, re.MULTILINE)
    assert [keyring.authenticate(token).role for token in operators] == [Role.OPERATOR]
    registry = (tmp_path / "registry.token").read_text().strip()
    assert keyring.authenticate(registry) == Caller(UNI_A, Role.STAFF, "registry")
    (yunchuan,) = re.findall(r"^bp_uni-a_yunchuan-1_.*$", said, re.MULTILINE)
    with pytest.raises(KeyRevoked):
        keyring.authenticate(yunchuan)

    project(database, UNI_A, store.position(UNI_A))
    with Reader(database.dsn("app"), size=1) as reader:
        states = {row.id: row.state for row in key_list(reader, UNI_A, ListKeys()).rows}
    assert states == {"registry": "valid", "yunchuan-1": "revoked", "inspection-1": "valid"}

    body = json.loads((tmp_path / "key.json").read_text())
    order = msgspec.convert({name: value for name, value in body.items() if name != "id"}, IssueKey)
    store.execute(UNI_A, keys, body["id"], order, resolve=in_its_tenant)
    token = (tmp_path / "import.token").read_text().strip()
    assert keyring.authenticate(token) == Caller(UNI_A, Role.STAFF, "import-1")


def shell(database: Database, folder: Path) -> str:
    """What the page's commands print, one after the other, in a folder of their own."""
    script = "\n".join(["set -euo pipefail", *re.findall(r"^```sh\n([\s\S]*?)^```$", PAGE, re.MULTILINE)])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "DATABASE_URL": database.url, "BASEPLUS_DATA": str(folder / "data")}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
