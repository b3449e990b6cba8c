"""Commands against a given database: what they write, print and refuse."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from baseplus.kernel.refusals import Unavailable
from infra.cli.main import cli
from infra.cli.output import text_of
from infra.postgres.database import Database
from infra.postgres.store import Store
from tests.cli.answers import Run, csv_rows, project, refused, told

DRAFT = (
    *("agreement", "draft", "a-1", "--tenant", "uni-a", "--title", "A base"),
    *("--parties", 'id=uni-a,kind=school,name="University A, Ltd"'),
    *("--parties", '{"id": "firm-b", "kind": "enterprise", "name": "Firm B"}'),
)


def test_an_agreement_is_drafted_signed_and_shown_by_words_alone(uni_a: Run, database: Database) -> None:
    drafted = told(uni_a(*DRAFT, "--json"))
    assert drafted["events"] == ["agreements.agreement_drafted.v1"]
    assert drafted["key"].startswith("cli-")
    clause = '{"fulfilled_by": ["mentoring.guidance_given.v1"], "due": {"rule": "by_date", "due": "2040-01-31"}}'
    told(uni_a("agreement", "add-clause", "a-1", "--tenant", "uni-a", "--clause", "c-1", "--party", "firm-b",
               "--text", "Guides.", "--obligation", clause, "--json"))  # fmt: skip
    proposed = told(uni_a("agreement", "propose", "a-1", "--tenant", "uni-a", "--json"))
    project(database, "uni-a", proposed["position"])
    shown = told(uni_a("agreement", "show", "a-1", "--tenant", "uni-a", "--json"))
    assert shown["parties"][0]["name"] == "University A, Ltd"
    for party in ("uni-a", "firm-b"):
        signed = told(uni_a("agreement", "sign", "a-1", "--tenant", "uni-a", "--party", party,
                            "--digest", shown["digest"], "--json"))  # fmt: skip
    assert "agreements.agreement_took_effect.v1" in signed["events"]
    project(database, "uni-a", signed["position"])
    (row,) = csv_rows(uni_a("agreement", "list", "--tenant", "uni-a", "--state", "in_force", "--csv"))
    assert (row["id"], row["obligations_open"]) == ("a-1", "1")
    listed = uni_a("agreement", "list", "--tenant", "uni-a").stdout
    assert "Missing signatures" in listed, "people see the columns that were chosen for them"
    assert "Digest" not in listed
    record = uni_a("agreement", "show", "a-1", "--tenant", "uni-a").stdout
    assert "id uni-a, kind school, name University A, Ltd, signed at " in record
    assert "vocational" not in record, "and what is said about a thing, without what is not"
    (owed,) = csv_rows(uni_a("agreement", "obligations", "--tenant", "uni-a", "--csv"))
    assert (owed["clause"], owed["due"]) == ("c-1", "2040-01-31")


def test_a_record_is_shown_as_it_was_on_a_day(uni_a: Run, database: Database) -> None:
    enrolled = told(uni_a("apprenticeship", "enrol", "ap-1", "--tenant", "uni-a", "--apprentice", "p-1",
                          "--name", "Shen", "--base", "drives", "--enterprise", "firm-b", "--occupation", "cnc",
                          "--agreement", "a-1", "--on", "2026-02-02", "--json"))  # fmt: skip
    project(database, "uni-a", enrolled["position"])
    show = ("apprenticeship", "show", "ap-1", "--tenant", "uni-a", "--json")
    assert told(uni_a(*show, "--was-on", "2026-02-02"))["enrolled_on"] == "2026-02-02"
    refused(uni_a(*show, "--was-on", "2026-02-01"), 1, "refused: not found")
    logbooks = ("logbook", "list", "--tenant", "uni-a", "--csv")
    asked = {flag: len(csv_rows(uni_a(*logbooks, *flag))) for flag in ((), ("--in-training",), ("--no-in-training",))}
    assert asked == {(): 1, ("--in-training",): 1, ("--no-in-training",): 0}


def test_the_same_key_does_it_once_and_a_changed_command_is_refused(uni_a: Run) -> None:
    first = told(uni_a(*DRAFT, "--key", "k-1", "--json"))
    again = told(uni_a(*DRAFT, "--key", "k-1", "--json"))
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["position"] == first["position"]
    other = uni_a(*DRAFT, "--vocational", "--key", "k-1")
    refused(other, 1, "refused: idempotency key reused", "use a new key")


def test_an_unknown_outcome_names_the_key_to_repeat_with(uni_a: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise Unavailable(what="the event store", reason="away")

    monkeypatch.setattr(Store, "execute", away)
    refused(uni_a(*DRAFT, "--key", "k-9"), 3, "unavailable: the event store: away", "--key k-9")
    refused(uni_a(*DRAFT), 3, "unavailable", "--key cli-")


def test_the_rules_and_the_form_refuse_in_one_line(uni_a: Run) -> None:
    told(uni_a(*DRAFT, "--json"))
    refused(uni_a(*DRAFT), 1, "refused: ")
    refused(
        uni_a("agreement", "propose", "a-1", "--tenant", "uni-a", "--expected", "7"), 1, "refused: version conflict"
    )
    sign = ("agreement", "sign", "a-1", "--tenant", "uni-a", "--party", "uni-a", "--digest")
    refused(uni_a(*sign, "abc"), 2, "usage: --digest: must be a SHA-256")
    refused(uni_a(*sign, "0" * 64), 1, "refused: ")
    refused(
        uni_a("agreement", "draft", "a-2", "--tenant", "uni-a", "--title", "x", "--parties", "nonsense"), 2, "usage: "
    )
    wrong = uni_a("agreement", "draft", "a-2", "--tenant", "uni-a", "--title", "x", "--parties", "id=A b,kind=school",
                  "--parties", "id=b,kind=enterprise")  # fmt: skip
    refused(wrong, 2, "usage: --parties (0 id)")
    refused(uni_a(*DRAFT, "--tenant", "nobody"), 1, "refused: unknown tenant", "baseplus tenant add")
    absent = uni_a("agreement", "show", "a-9", "--tenant", "uni-a")
    assert absent.exit_code == 1
    assert absent.stderr.splitlines()[-1].startswith("refused: not found")  # after a word on views that are behind


def test_a_file_of_returns_is_filed_once_and_bad_rows_are_told(uni_a: Run, tmp_path: Path) -> None:
    file = tmp_path / "outcomes.csv"
    header = "ukprn,provider,category,year,completions,sustained_positive_rate"
    file.write_text(f"{header}\n10000001,First,Access,2013/14,30,80\n10000001,First,Access,2013/14x,30,80\n")
    nothing = uni_a("import", "outcomes", str(file), "--all-or-nothing", "--json")
    assert nothing.exit_code == 1
    assert json.loads(nothing.stdout)["kept_none"]
    report = uni_a("import", "outcomes", str(file), "--json")
    assert report.exit_code == 1
    found = json.loads(report.stdout)
    assert (found["filed"], [(row["line"], row["column"]) for row in found["refused"]]) == (1, [(3, "year")])
    file.write_text(f"{header}\n10000001,First,Access,2013/14,30,80\n")
    assert told(uni_a("import", "outcomes", str(file), "--json"))["filed"] == 0
    refused(uni_a("import", "outcomes", str(tmp_path / "none.csv")), 2, "invalid: ", "none.csv")


def test_a_benchmark_is_computed_recorded_and_shown(uni_a: Run, database: Database, tmp_path: Path) -> None:
    lines = [f"100000{n:02},Provider {n},Access,2013/14,{n * 10},{60 + n}" for n in range(10, 25)]
    file = tmp_path / "outcomes.csv"
    file.write_text("\n".join(["ukprn,provider,category,year,completions,sustained_positive_rate", *lines]))
    told(uni_a("import", "outcomes", str(file), "--json"))
    told(uni_a("tenant", "add", "assoc", "--kind", "association", "--name", "Association", "--json"))
    project(database, "ukprn-10000024", 2)
    (group,) = csv_rows(uni_a("release", "compute", "--period", "2013-14", "--csv"))
    assert group["category"] == "Access"
    made = told(uni_a("release", "record", "first", "--tenant", "assoc", "--period", "2013-14", "--json"))
    assert made["events"] == ["benchmarks.benchmark_released.v1"]
    frozen = told(uni_a("release", "show", "first", "--tenant", "assoc", "--json"))
    assert str(frozen["groups"][0]["p20"]) == group["p20"]
    assert "positions" not in frozen
    project(database, "assoc", made["position"])
    (line,) = told(uni_a("release", "list", "--tenant", "assoc", "--json"))
    assert (line["release"], line["groups"]) == ("first", 1)
    refused(uni_a("release", "show", "second", "--tenant", "assoc"), 1, "refused: not found")


def test_a_changed_row_is_found_and_a_rebuild_mends_it(uni_a: Run, database: Database) -> None:
    position = told(uni_a(*DRAFT, "--json"))["position"]
    project(database, "uni-a", position)
    assert told(uni_a("verify", "views", "--json"))["differences"] == []
    with database.connect("worker") as connection:
        connection.execute("UPDATE views.agreements__1 SET title = 'forged'")
    found = uni_a("verify", "views", "--json")
    assert found.exit_code == 4
    assert json.loads(found.stdout)["differences"][0]["fields"] == ["title"]
    (built,) = told(uni_a("rebuild", "agreements", "--processes", "1", "--json"))
    assert (built["live"], built["different"]) == (True, 1)
    assert uni_a("verify", "views").exit_code == 0
    refused(uni_a("rebuild"), 2, "usage: ", "--all")
    refused(uni_a("resume", "agreements", "uni-a"), 1, "refused: not found")


def test_people_are_told_zero_and_not_what_is_left_out() -> None:
    class Mark(msgspec.Struct):
        criterion: str
        points: int
        share: Decimal
        absent: bool = False
        said: str | None = None

    marks = [Mark("weld", 0, Decimal("0.00")), Mark("plan", 1, Decimal("0.50"), absent=True, said="late")]
    assert text_of(marks) == (
        "criterion weld, points 0, share 0.00\ncriterion plan, points 1, share 0.50, absent yes, said late"
    )


def test_tenants_are_listed_for_people_and_programs(uni_a: Run) -> None:
    assert "University A" in uni_a("tenant", "list").stdout
    (row,) = csv_rows(uni_a("tenant", "list", "--csv"))
    assert row["tenant"] == "uni-a"
    assert told(uni_a("tenant", "list", "--json"))[0]["kind"] == "university"
    refused(uni_a("tenant", "add", "uni-a", "--name", "Again"), 1, "refused: ")


def test_a_database_without_our_schema_says_how_to_get_it(empty_database: Database, tmp_path: Path) -> None:
    env = {"DATABASE_URL": empty_database.url, "BASEPLUS_DATA": str(tmp_path / "data")}
    refused(CliRunner().invoke(cli, ["tenant", "list"], env=env), 3, "unavailable: ", "run: baseplus migrate")
    assert told(CliRunner().invoke(cli, ["migrate", "--pending", "--json"], env=env))["pending"]
    assert told(CliRunner().invoke(cli, ["migrate", "--json"], env=env))["ran"]
    assert CliRunner().invoke(cli, ["migrate"], env=env).stdout.startswith("Nothing to do")
    assert CliRunner().invoke(cli, ["tenant", "list"], env=env).exit_code == 0


def test_doctor_says_what_is_behind(uni_a: Run) -> None:
    found = {one["what"]: one for one in told(uni_a("doctor", "--json"))}
    assert found["PostgreSQL"]["state"] == "ok"
    assert found["Kafka"]["state"] == "warn"
    assert found["workers"]["mend"] == "run: baseplus project"
    assert found["projection"]["found"].startswith("not in the views: 1 event")
