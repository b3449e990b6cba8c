from __future__ import annotations

import hashlib

from baseplus.bases.events import RegulationAdopted, RegulationAmended, RegulationBreachRecorded, Severity
from baseplus.bases.regulations import AdoptRegulation, AmendRegulation, RecordBreach
from tests.bases.story import RULES, TEXT, TODAY, adopted, day, digest, founded, given

STRICTER = "Everybody signs in and out."
amended = RegulationAmended(
    "students", 2, STRICTER, digest(RULES, STRICTER), digest(RULES, TEXT), "People were missed", day(12)
)


def breach(on: int, name: str = "br-1") -> RecordBreach:
    return RecordBreach(name, "students", "p-shen", Severity.MINOR, "Left without signing out", day(on))


def recorded(version: int, text: str, on: int) -> RegulationBreachRecorded:
    return RegulationBreachRecorded(
        breach="br-1",
        regulation="students",
        version=version,
        digest=digest(RULES, text),
        person="p-shen",
        severity=Severity.MINOR,
        account="Left without signing out",
        on=day(on),
    )


def test_adopting_a_regulation_supersedes_the_one_before_it_and_keeps_both_texts_digests() -> None:
    given(*founded).when(AdoptRegulation("students", RULES, TEXT, day(5))).then(
        RegulationAdopted("students", 1, RULES, TEXT, digest(RULES, TEXT), day(5))
    )
    given(*adopted, amended).when(AdoptRegulation("students", "House rules", TEXT)).then(
        RegulationAdopted(
            "students", 3, "House rules", TEXT, digest("House rules", TEXT), TODAY, digest(RULES, STRICTER)
        )
    )


def test_anybody_can_recompute_a_texts_digest() -> None:
    said = '{"form":"regulation 1","text":{"text":"Everybody signs in.","title":"Student management"}}'
    assert digest(RULES, TEXT) == hashlib.sha256(said.encode()).hexdigest()


def test_a_regulation_is_amended_and_keeps_its_title() -> None:
    given(*adopted).when(AmendRegulation("students", STRICTER, "People were missed", day(12))).then(amended)
    given(*founded).when(AmendRegulation("students", STRICTER, "…")).then_rejected(
        "no_such_regulation", regulation="students"
    )


def test_the_same_text_again_changes_nothing_and_is_refused() -> None:
    same = {"regulation": "students", "digest": digest(RULES, TEXT)}
    given(*adopted).when(AdoptRegulation("students", RULES, TEXT)).then_rejected("regulation_unchanged", **same)
    given(*adopted).when(AmendRegulation("students", TEXT, "…")).then_rejected("regulation_unchanged", **same)


def test_texts_follow_each_other() -> None:
    given(*adopted).when(AmendRegulation("students", STRICTER, "…", day(4))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-04", last="2026-02-05"
    )
    given(*adopted).when(AdoptRegulation("students", RULES, STRICTER, day(4))).then_rejected(
        "earlier_than_the_last_change"
    )
    given(*founded).when(AdoptRegulation("students", RULES, TEXT, day(1))).then_rejected(
        "earlier_than_the_last_change", on="2026-02-01", last="2026-02-02"
    )


def test_a_breach_is_of_the_text_that_was_in_force_on_its_day() -> None:
    given(*adopted, amended).when(breach(11)).then(recorded(1, TEXT, 11))
    given(*adopted, amended).when(breach(12)).then(recorded(2, STRICTER, 12))
    given(*adopted).when(breach(4)).then_rejected("no_regulation_in_force", regulation="students", on="2026-02-04")
    given(*founded).when(breach(4)).then_rejected("no_regulation_in_force")


def test_a_breach_is_recorded_once() -> None:
    given(*adopted, recorded(1, TEXT, 6)).when(breach(7)).then_rejected("breach_recorded_already", breach="br-1")
