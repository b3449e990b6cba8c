from __future__ import annotations

from datetime import date

import hypothesis
import msgspec
import pytest
from hypothesis import settings

from baseplus.agreements.events import (
    AgreementDeclined,
    AgreementDrafted,
    AgreementEvent,
    AgreementExpired,
    AgreementProposed,
    AgreementResumed,
    AgreementSigned,
    AgreementSuspended,
    AgreementTerminated,
    AgreementTookEffect,
    AmendmentDeclined,
    AmendmentProposed,
    AmendmentSigned,
    AmendmentTookEffect,
    ApprenticeNamed,
    BreachCured,
    ClauseAdded,
    ClauseRemoved,
    ObligationBreached,
    ObligationFellDue,
    ObligationFulfilled,
    ObligationLapsed,
    ObligationPostponed,
    SignaturesVoided,
)
from baseplus.agreements.model import agreements
from baseplus.agreements.terms import Clause, ContractTerm, PartyKind
from projections.agreements.views import (
    AgreementRow,
    Agreements,
    ObligationRow,
    Obligations,
    PendingAmendment,
    Signatory,
)
from tests.agreements.story import (
    DIGEST,
    ENDS,
    ENTERPRISE,
    GUIDANCE,
    SCHOOL,
    STARTS,
    draft,
    drafted,
    found,
    guidance,
    guide,
    hire,
    in_force,
    proposed,
    signed_by_school,
)
from tests.agreements.test_any_order import History, histories
from tests.projections.agreements.rows import STREAM, agreement, obligations
from tests.projections.folding import fold, time

MARCH = date(2026, 3, 31)
N = len(in_force)
enough = (guidance(11, "10"), guidance(12, "6"))
fell_due = ObligationFellDue("guide", 1, MARCH)
breached = ObligationBreached("guide", 1, MARCH)


def test_a_draft_has_its_parties_its_clauses_and_no_digest() -> None:
    assert agreement(*draft) == AgreementRow(
        id="a-1",
        title="Joint training",
        state="draft",
        vocational=False,
        parties=[
            Signatory("qinglan", PartyKind.SCHOOL, "Qinglan University"),
            Signatory("yunchuan", PartyKind.ENTERPRISE, "Yunchuan Drives"),
        ],
        missing_signatures=[],
        clauses=[found, guide, hire],
        missing_terms=[],
        position=4,
        starts=STARTS,
        ends=ENDS,
        drafted_at=time(1),
    )


def test_a_proposed_agreement_misses_the_signatures_of_those_who_have_not_signed() -> None:
    row = agreement(*proposed)
    assert (row.state, row.digest, row.proposed_at) == ("proposed", DIGEST, time(5))
    assert row.missing_signatures == ["qinglan", "yunchuan"]
    row = agreement(*signed_by_school)
    assert row.missing_signatures == ["yunchuan"]
    assert [party.signed_at for party in row.parties] == [time(6), None]


def test_a_changed_draft_shows_no_signature_any_more() -> None:
    row = agreement(*signed_by_school, ClauseRemoved("hire"), SignaturesVoided(DIGEST, ("qinglan",)))
    assert (row.state, row.digest, row.proposed_at, row.missing_signatures) == ("draft", None, None, [])
    assert [party.signed_at for party in row.parties] == [None, None]
    assert row.clauses == [found, guide]


def test_a_declined_agreement_says_why_until_it_is_changed_or_proposed_again() -> None:
    declined = (*proposed, AgreementDeclined("yunchuan", "Too few hours"), SignaturesVoided(DIGEST))
    row = agreement(*declined)
    assert (row.state, row.reason, row.digest) == ("declined", "Too few hours", None)
    for event, state in ((ClauseRemoved("hire"), "draft"), (AgreementProposed(DIGEST), "proposed")):
        row = agreement(*declined, event)
        assert (row.state, row.reason) == (state, None)


def test_an_agreement_in_force_has_every_signature_and_what_is_owed() -> None:
    row = agreement(*in_force)
    assert (row.state, row.effective_on, row.digest) == ("in_force", date(2026, 3, 2), DIGEST)
    assert row.missing_signatures == []
    assert (row.obligations_open, row.obligations_late, row.obligations_fulfilled) == (2, 0, 0)


def test_a_suspended_agreement_says_why_until_it_is_resumed() -> None:
    resting = (*in_force, AgreementSuspended("qinglan", "Flood"))
    row = agreement(*resting)
    assert (row.state, row.reason) == ("suspended", "Flood")
    row = agreement(*resting, AgreementResumed("qinglan"), ObligationPostponed("guide", 1, date(2026, 5, 1)))
    assert (row.state, row.reason, row.obligations_open) == ("in_force", None, 2)


def test_a_terminated_agreement_says_when_and_why() -> None:
    lapsed = ObligationLapsed("found", 1), ObligationLapsed("guide", 1)
    row = agreement(*in_force, AgreementTerminated("yunchuan", "Plant closed", date(2026, 6, 1)), *lapsed)
    assert (row.state, row.reason, row.ended_on) == ("terminated", "Plant closed", date(2026, 6, 1))
    assert row.obligations_open == 0


def test_an_expired_agreement_says_when() -> None:
    row = agreement(*in_force, AgreementExpired(ENDS))
    assert (row.state, row.ended_on) == ("expired", ENDS)


def test_what_is_owed_is_counted() -> None:
    def counts(*events: AgreementEvent) -> tuple[int, int, int, int]:
        row = agreement(*in_force, *events)
        return row.obligations_open, row.obligations_late, row.obligations_fulfilled, row.obligations_cured

    assert counts(ObligationFulfilled("guide", 1, enough)) == (1, 0, 1, 0)
    assert counts(fell_due) == (2, 0, 0, 0)
    assert counts(fell_due, breached) == (1, 1, 0, 0)
    assert counts(fell_due, breached, BreachCured("guide", 1, enough)) == (1, 0, 0, 1)


lathe = Clause("lathe", "qinglan", "The school lends a lathe.")
amending = AmendmentProposed("am-1", "Experience", "e" * 64, (lathe,), ("hire",), date(2028, 2, 28))


def test_an_amendment_on_the_table_is_shown_with_who_signed_it() -> None:
    row = agreement(*in_force, amending, AmendmentSigned("am-1", "qinglan", "e" * 64))
    assert row.amendment == PendingAmendment(
        "am-1", "Experience", "e" * 64, time(N + 1), [lathe], ["hire"], date(2028, 2, 28), ["qinglan"]
    )
    assert (row.digest, row.clauses, row.ends) == (DIGEST, [found, guide, hire], ENDS)


def test_an_amendment_in_effect_is_in_the_text() -> None:
    row = agreement(*in_force, amending, AmendmentTookEffect("am-1", date(2026, 4, 1), "e" * 64))
    assert (row.digest, row.clauses, row.ends) == ("e" * 64, [found, guide, lathe], date(2028, 2, 28))
    assert (row.amendment, row.amendments) == (None, 1)
    kept = msgspec.structs.replace(amending, ends=None)
    assert agreement(*in_force, kept, AmendmentTookEffect("am-1", date(2026, 4, 1), "e" * 64)).ends == ENDS


def test_a_declined_amendment_leaves_no_trace_in_the_text() -> None:
    row = agreement(*in_force, amending, AmendmentDeclined("am-1", "yunchuan", "No"))
    assert (row.digest, row.clauses, row.amendment, row.amendments) == (DIGEST, [found, guide, hire], None, 0)


def test_a_vocational_draft_shows_the_mandatory_terms_that_it_lacks() -> None:
    contract = AgreementDrafted("Training", (SCHOOL, ENTERPRISE), STARTS, vocational=True)
    assert agreement(contract).missing_terms == list(ContractTerm)
    pay = ClauseAdded(Clause("pay", "yunchuan", "…", covers=(ContractTerm.PAY,)))
    assert agreement(contract, pay).missing_terms == [term for term in ContractTerm if term != ContractTerm.PAY]
    assert agreement(contract, pay, ClauseRemoved("pay")).missing_terms == list(ContractTerm)


def test_an_apprentices_name_is_in_no_row() -> None:
    named = drafted, ApprenticeNamed("person-17", "Lin Xiaoyu")
    assert b"Lin" not in msgspec.json.encode(agreement(*named))
    assert obligations(*named) == {}


def test_a_row_knows_the_position_of_the_last_event_that_it_shows() -> None:
    assert agreement(*in_force, breached).position == N + 1
    assert obligations(*in_force, fell_due)["a-1:guide:1"].position == N + 1
    assert obligations(*in_force, fell_due)["a-1:found:1"].position == N - 1


def test_what_is_owed_is_a_row_of_its_own_each_time() -> None:
    rows = obligations(*in_force)
    assert list(rows) == ["a-1:found:1", "a-1:guide:1"]
    assert rows["a-1:guide:1"] == ObligationRow(
        key="a-1:guide:1",
        agreement="a-1",
        clause="guide",
        occurrence=1,
        party="yunchuan",
        fulfilled_by=[GUIDANCE],
        amount="16",
        unit="hours",
        due=MARCH,
        state="open",
        position=N,
        evidence=[],
    )


def test_an_obligation_shows_what_fulfilled_it() -> None:
    row = obligations(*in_force, ObligationFulfilled("guide", 1, enough))["a-1:guide:1"]
    assert (row.state, row.evidence, row.fulfilled_at, row.fell_due) == ("fulfilled", list(enough), time(N + 1), False)


def test_an_obligation_shows_its_breach_and_what_cured_it() -> None:
    row = obligations(*in_force, fell_due, breached)["a-1:guide:1"]
    assert (row.state, row.fell_due, row.breached_at, row.cured_at) == ("breached", True, time(N + 2), None)
    row = obligations(*in_force, fell_due, breached, BreachCured("guide", 1, enough))["a-1:guide:1"]
    assert (row.state, row.evidence, row.breached_at, row.cured_at) == (
        "cured",
        list(enough),
        time(N + 2),
        time(N + 3),
    )


def test_an_obligation_may_be_postponed_and_may_lapse() -> None:
    later = ObligationPostponed("guide", 1, date(2026, 5, 1))
    assert obligations(*in_force, later)["a-1:guide:1"].due == date(2026, 5, 1)
    assert obligations(*in_force, ObligationLapsed("guide", 1))["a-1:guide:1"].state == "lapsed"


@pytest.mark.parametrize(
    "event",
    [
        ClauseAdded(found),
        AgreementSigned("qinglan", DIGEST),
        AgreementTookEffect(STARTS, DIGEST),
        AmendmentSigned("am-1", "qinglan", DIGEST),
        fell_due,
        ObligationLapsed("guide", 1),
    ],
)
def test_an_event_about_what_was_never_opened_makes_no_row(event: AgreementEvent) -> None:
    assert fold(Agreements(), STREAM, [event]) == {}
    assert fold(Obligations(), STREAM, [event]) == {}


def test_a_signature_of_an_amendment_that_is_not_on_the_table_changes_nothing_but_the_position() -> None:
    row = agreement(*in_force, AmendmentSigned("am-9", "qinglan", DIGEST))
    assert msgspec.structs.replace(row, position=N) == agreement(*in_force)


@settings(max_examples=100, deadline=None)
@hypothesis.given(histories())
def test_the_rows_say_what_the_rules_know(history: History) -> None:
    state = agreements.fold(history)
    row, owed = agreement(*history), obligations(*history)
    assert row.state == state.stage
    assert (row.digest, row.clauses, row.ends) == (state.digest, list(state.text.clauses), state.text.ends)
    assert set(row.missing_signatures) == state.awaiting
    # What is on the table at the end is not signed any more.
    pending = state.amendments.pending if row.ended_on is None else None
    assert (row.amendment and row.amendment.digest) == (pending and pending.digest)
    expected = {
        f"a-1:{clause}:{one.occurrence}": (one.outcome.value, one.due, one.fell_due)
        for clause, occurrences in state.ledger.items()
        for one in occurrences
    }
    assert {key: (one.state, one.due, one.fell_due) for key, one in owed.items()} == expected
    states = [one.state for one in owed.values()]
    assert row.obligations_open == states.count("open")
    assert row.obligations_late == states.count("breached")
    assert row.obligations_fulfilled == states.count("fulfilled")
    assert row.obligations_cured == states.count("cured")
