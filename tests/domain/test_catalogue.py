"""What the catalogue of the domain names is there: each event with all that belongs to it, each rule with its test."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseplus.kernel.routes import CommandRoute
from infra.reference.events import capability_of, made_by, sent_by
from infra.reference.pages import pages
from infra.wiring import EVENT_TYPES, ROUTES
from tests.contracts.contract import golden_file, schema_file
from tests.domain.catalogue import capabilities, event_names, name_of_test, reactions, read_catalogue, rules
from tests.domain.naming import files_of_tests, named_in_tests

TYPES = {event.__name__: event for event in EVENT_TYPES}
COMMANDS = [route for route in ROUTES if isinstance(route, CommandRoute)]
MAKERS = made_by(COMMANDS)
PAGES = pages()
ELEVEN = (
    "agreements",
    "apprenticeships",
    "assessment",
    "bases",
    "investment",
    "logbook",
    "mentoring",
    "oversight",
    "projects",
    "services",
    "training_plans",
)
TENANCY_SO_FAR = ["UniversityRegistered", "OrganisationRegistered", "ApiKeyIssued", "ApiKeyRevoked"]
"""Members, quotas, access for others, erasure and legal holds are still to come: this list only grows."""

OTHERWISE_NAMED = {
    "N parties": "test_an_agreement_is_drafted_between_a_school_an_enterprise_and_whoever_joins",
    "Attendance counts when two independent witnesses agree: GPS check-in is the known fraud in this market": (
        "test_attendance_counts_when_two_independent_witnesses_agree"
    ),
}
"""What is no sentence, or says more than the rule, and the test of the rule."""

REACTIONS = {
    "any event that a clause names": (
        "test_any_event_that_a_clause_names_fulfils_the_obligation_with_that_event_as_evidence",
    ),
    "the clock passes a due date": (
        "test_the_clock_passes_a_due_date_and_the_obligation_falls_due",
        "test_unfulfilled_it_is_breached_and_what_comes_late_cures_the_breach",
    ),
    "both certificates awarded": ("test_both_certificates_awarded_make_a_dual_certification",),
    "MentorAssigned / Relieved / exits": ("test_what_happens_to_an_apprenticeship_is_put_to_its_mentors",),
    "exit with reason poached": ("test_an_exit_with_reason_poached_opens_the_compensation_case",),
    "identical reflections, sign-off seconds after submission, attendance without output, classroom-only hours": (
        "test_identical_reflections_raise_the_risk_with_the_events_behind_it",
        "test_sign_off_seconds_after_submission_raises_the_risk",
        "test_attendance_without_output_raises_the_risk_when_the_month_is_complete",
        "test_classroom_hours_alone_raise_the_risk",
    ),
    "a post empty longer than its limit": ("test_a_post_empty_longer_than_its_limit_is_detected",),
    "enterprise duties done by the school above a threshold": (
        "test_enterprise_duties_done_by_the_school_above_the_threshold_are_detected",
    ),
}
"""What each line of the table of reactions is tested by: its first cell, and the tests."""


@pytest.fixture(scope="module")
def text(shared: Path) -> str:
    return read_catalogue(shared)


@pytest.mark.parametrize("capability", ELEVEN)
def test_every_event_that_the_catalogue_names_is_recorded_by_its_capability(text: str, capability: str) -> None:
    names = event_names(capabilities(text)[capability])
    assert len(names) >= 7
    assert [name for name in names if name not in TYPES] == []
    assert {capability_of(TYPES[name]) for name in names} == {capability}


def test_every_capability_of_the_catalogue_is_looked_at(text: str) -> None:
    assert sorted(capabilities(text)) == sorted([*ELEVEN, "tenancy"])
    named = event_names(capabilities(text)["tenancy"])
    assert [name for name in named if name in TYPES] == TENANCY_SO_FAR


@pytest.mark.parametrize("name", TYPES)
def test_an_event_type_has_a_schema_a_golden_event_a_page_a_command_that_makes_it_and_a_test(name: str) -> None:
    event = TYPES[name]
    assert schema_file(event.TYPE).exists(), "run: make contracts"
    assert golden_file(event.TYPE).exists(), "run: make contracts"
    page = PAGES[f"events/{capability_of(event).replace('_', '-')}.md"]
    assert f"\n## {name}\n" in page
    assert f"\n`{event.TYPE}`\n" in page
    assert MAKERS.get(event), "no command that the rules know leads to it"
    assert name in named_in_tests(), "no test speaks of it"


def test_the_day_on_which_an_event_happened_is_a_field_of_it() -> None:
    for event in EVENT_TYPES:
        assert event.HAPPENED in (None, "on", *event.__struct_fields__), event.TYPE


def test_a_command_that_nobody_orders_is_sent_by_what_follows_from_an_event_or_by_a_program() -> None:
    routed = {route.input for route in COMMANDS}
    others = {command for commands in MAKERS.values() for command in commands} - routed
    assert [command.__name__ for command in others if not sent_by(command)] == []
    assert len(others) > 10


def test_every_command_with_a_route_makes_an_event() -> None:
    making = {command for commands in MAKERS.values() for command in commands}
    assert [route.action for route in COMMANDS if route.input not in making] == []


@pytest.mark.parametrize("capability", ELEVEN)
def test_every_rule_of_the_catalogue_has_a_test_whose_name_is_that_sentence(text: str, capability: str) -> None:
    asked = rules(capabilities(text)[capability])
    names = [OTHERWISE_NAMED.get(rule, name_of_test(rule)) for rule in asked]
    assert [name for name in names if name not in files_of_tests()] == []


def test_every_line_of_the_table_of_reactions_has_its_tests(text: str) -> None:
    assert [line.partition(": ")[0] for line in reactions(text)] == list(REACTIONS)
    assert [name for names in REACTIONS.values() for name in names if name not in files_of_tests()] == []
