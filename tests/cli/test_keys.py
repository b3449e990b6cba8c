"""Keys by words alone: issued, shown once, listed, revoked; and how an installation gets its first one."""

from __future__ import annotations

import logging
from contextlib import closing

import pytest

from baseplus.kernel.access import Caller, Role
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.vocabulary import TenantId
from infra.access.keyring import KeyRevoked, Keyring
from infra.postgres.database import Database
from infra.postgres.store import Store
from tenants.keys.token import read_token
from tests.cli.answers import Run, csv_rows, project, refused, told

UNI_A = TenantId("uni-a")
STAFF = ("key", "issue", "--tenant", "uni-a", "--role", "staff", "--label", "Nightly import")


def test_the_first_key_of_an_installation_is_the_operators(baseplus: Run, store: Store) -> None:
    told(baseplus("tenant", "add", "operator", "--kind", "operator", "--name", "Platform operations", "--json"))
    issued = told(baseplus("key", "issue", "--tenant", "operator", "--role", "operator", "--label", "Us", "--json"))
    caller = Keyring(store).authenticate(issued["token"])
    assert caller == Caller(TenantId("operator"), Role.OPERATOR, issued["key"])


def test_the_operator_has_its_own_id_and_nobody_else_has_it(baseplus: Run) -> None:
    for tenant, kind in (("operator", "university"), ("uni-a", "operator")):
        refused(baseplus("tenant", "add", tenant, "--kind", kind, "--name", "X"), 1, "refused: operator has its own id")
    assert told(baseplus("tenant", "list", "--json")) == [], "nothing of a refused tenant is left"


def test_the_token_is_all_that_is_printed_and_it_lets_in(uni_a: Run, store: Store) -> None:
    issued = uni_a(*STAFF, "--id", "import-1", "--expires", "2999-12-31")
    assert issued.exit_code == 0
    assert issued.stdout == f"{issued.stdout.strip()}\n"
    assert "not shown again" in issued.stderr
    caller = Keyring(store).authenticate(issued.stdout.strip())
    assert caller == Caller(UNI_A, Role.STAFF, "import-1")


def test_a_key_without_an_id_gets_one_that_says_its_role(uni_a: Run) -> None:
    names = {told(uni_a(*STAFF, "--json"))["key"] for _ in range(2)}
    assert len(names) == 2
    assert all(name.startswith("staff-") for name in names)


def test_keys_are_listed_without_secret_or_hash(uni_a: Run, database: Database) -> None:
    assert "uni-a has none of these." in uni_a("key", "list", "--tenant", "uni-a").stderr
    first = told(uni_a(*STAFF, "--id", "import-1", "--json"))
    second = told(uni_a("key", "issue", "--tenant", "uni-a", "--role", "mentor", "--own", "person-7",
                        "--label", "Hall 3", "--expires", "2999-12-31", "--json"))  # fmt: skip
    told(uni_a("key", "revoke", "import-1", "--tenant", "uni-a", "--reason", "Its holder left", "--json"))
    project(database, "uni-a", second["position"] + 1)
    forms = [uni_a("key", "list", "--tenant", "uni-a", *form) for form in ((), ("--json",), ("--csv",))]
    assert all("import-1" in form.stdout and "revoked" in form.stdout for form in forms)
    for issued in (first, second):
        token = read_token(issued["token"])
        assert token is not None
        for form in forms:
            assert token.secret not in form.output
            assert token.digest not in form.output
    rows = {row["id"]: row for row in csv_rows(forms[2])}
    assert rows["import-1"] | {"issued_at": "", "revoked_at": ""} == {
        "id": "import-1", "role": "staff", "label": "Nightly import", "own": "", "state": "revoked", "issued_at": "",
        "expires": "", "revoked_at": "", "reason": "Its holder left",
    }  # fmt: skip
    assert (rows[second["key"]]["own"], rows[second["key"]]["expires"]) == ("person-7", "2999-12-31")
    (valid,) = told(uni_a("key", "list", "--tenant", "uni-a", "--state", "valid", "--json"))
    assert valid["id"] == second["key"]
    assert told(uni_a("key", "show", "import-1", "--tenant", "uni-a", "--json"))["reason"] == "Its holder left"
    refused(uni_a("key", "show", "nobody", "--tenant", "uni-a"), 1, "refused: not found: key nobody")


def test_a_revoked_key_opens_nothing_and_stays_revoked(uni_a: Run, store: Store) -> None:
    token = uni_a(*STAFF, "--id", "import-1").stdout.strip()
    assert told(uni_a("key", "revoke", "import-1", "--tenant", "uni-a", "--json"))["events"] == [
        "tenancy.api_key_revoked.v1"
    ]
    with pytest.raises(KeyRevoked):
        Keyring(store).authenticate(token)
    revoke = ("key", "revoke", "import-1", "--tenant", "uni-a")
    refused(uni_a(*revoke), 1, "refused: key revoked already")
    refused(uni_a(*STAFF, "--id", "import-1"), 1, "refused: key issued already")


def test_the_rules_and_the_form_refuse_in_one_line(uni_a: Run) -> None:
    issue = ("key", "issue", "--tenant", "uni-a", "--label", "A key", "--role")
    refused(uni_a(*issue, "operator"), 1, "refused: role not of this tenant")
    refused(uni_a(*issue, "mentor"), 1, "refused: own needed: role mentor")
    refused(uni_a(*issue, "staff", "--expires", "2020-01-31"), 1, "refused: expires in the past")
    refused(uni_a(*issue, "staff", "--expires", "soon"), 2, "usage: --expires: must be a day")
    refused(uni_a(*issue, "enterprise", "--own", "Firm B"), 2, "usage: --own: must be an id")
    refused(uni_a(*STAFF[:-1], "two\nlines"), 2, "usage: --label: must be 1 to 200 characters")
    refused(uni_a(*issue, "staff", "--id", "Not an id"), 2, "invalid: ")
    refused(uni_a(*issue, "chancellor"), 2, "usage: ")
    refused(uni_a(*STAFF, "--tenant", "nobody"), 1, "refused: unknown tenant", "baseplus tenant add")
    refused(uni_a("key", "revoke", "nobody", "--tenant", "uni-a"), 1, "refused: no such key")
    refused(uni_a("key", "revoke", "k", "--tenant", "uni-a", "--reason", ""), 2, "usage: --reason: must be")


def test_where_it_is_unknown_whether_a_key_was_issued_it_says_what_to_do(
    uni_a: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise Unavailable(what="the event store", reason="away")

    monkeypatch.setattr(Store, "execute", away)
    refused(uni_a(*STAFF, "--id", "import-1"), 3, "unavailable: the event store: away", "import-1", "issue another")


def test_what_is_stored_and_logged_has_no_secret(
    uni_a: Run, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    issued = told(uni_a(*STAFF, "--json"))
    token = read_token(issued["token"])
    assert token is not None
    told(uni_a("key", "revoke", issued["key"], "--tenant", "uni-a", "--json"))
    assert token.secret not in caplog.text
    assert token.digest not in caplog.text
    kept = whole(database)
    for form in (token.secret, token.secret.encode().hex()):  # as text, and within bytes
        assert form not in kept
    assert token.digest.encode().hex() in kept


def whole(database: Database) -> str:
    """Every row of every table of ours, bytes in hexadecimal digits."""
    with closing(database.connect("admin")) as admin:
        tables = admin.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('store', 'views')")
        found = [admin.execute(f"SELECT t::text FROM {schema}.{table} t").fetchall() for schema, table in tables]
    return str(found)
