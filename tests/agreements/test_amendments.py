from __future__ import annotations

from datetime import date

import pytest

from baseplus.agreements.amendments import DeclineAmendment, ProposeAmendment, SignAmendment
from baseplus.agreements.events import (
    AgreementDrafted,
    AgreementEvent,
    AgreementProposed,
    AgreementSigned,
    AgreementSuspended,
    AgreementTookEffect,
    AmendmentDeclined,
    AmendmentProposed,
    AmendmentSigned,
    AmendmentTookEffect,
    ClauseAdded,
    ObligationLapsed,
    ObligationScheduled,
)
from baseplus.agreements.model import agreements
from baseplus.agreements.terms import ByDate, Clause, ContractTerm, Obligation, Party, PartyKind, Quantity
from tests.agreements.story import (
    DIGEST,
    ENDS,
    ENTERPRISE,
    GUIDANCE,
    SCHOOL,
    STARTS,
    draft,
    drafted,
    fold,
    found,
    given,
    hire,
    in_force,
)

lathe = Clause("lathe", "qinglan", "The school lends a lathe.")
visit = Clause("visit", "qinglan", "A teacher visits.", Obligation((GUIDANCE,), ByDate(date(2026, 9, 1))))
TODAY = date(2026, 3, 2)


def proposal(add: tuple[Clause, ...] = (), remove: tuple[str, ...] = (), ends: date | None = None) -> AmendmentProposed:
    kept = [clause for clause in fold(*in_force).text.clauses if clause.id not in remove]
    after: tuple[AgreementEvent, ...] = (
        AgreementDrafted("Joint training", (SCHOOL, ENTERPRISE), STARTS, ends or ENDS),
        *(ClauseAdded(clause) for clause in (*kept, *add)),
    )
    return AmendmentProposed("am-1", "Experience", fold(*after).text.digest, add, remove, ends)


change = proposal((visit,), ("guide",))
amending = (*in_force, change)
half_signed = (*amending, AmendmentSigned("am-1", "qinglan", change.digest))
effects = (
    AmendmentSigned("am-1", "yunchuan", change.digest),
    AmendmentTookEffect("am-1", TODAY, change.digest),
    ObligationLapsed("guide", 1),
    ObligationScheduled("visit", 1, "qinglan", date(2026, 9, 1), (GUIDANCE,)),
)


def test_an_amendment_is_proposed_with_the_digest_of_the_text_as_it_would_read() -> None:
    given(*in_force).when(ProposeAmendment("am-1", "Experience", (visit,), ("guide",))).then(change)
    given(*in_force).when(ProposeAmendment("am-1", "Experience", ends=date(2028, 2, 28))).then(
        proposal(ends=date(2028, 2, 28))
    )


def test_an_amendment_takes_effect_when_every_party_has_signed_the_same_text() -> None:
    given(*amending).when(SignAmendment("am-1", "qinglan", change.digest)).then(
        AmendmentSigned("am-1", "qinglan", change.digest)
    )
    given(*half_signed).when(SignAmendment("am-1", "yunchuan", change.digest)).then(*effects)
    after = fold(*half_signed, *effects)
    assert (after.digest, after.text.digest) == (change.digest, change.digest)
    assert after.amendments.pending is None


def test_a_suspended_agreement_can_be_amended() -> None:
    resting = AgreementSuspended("qinglan", "Flood")
    given(*in_force, resting).when(ProposeAmendment("am-1", "Experience", (visit,), ("guide",))).then(change)


def test_a_draft_is_not_amended() -> None:
    given(*draft).when(ProposeAmendment("am-1", "…", (lathe,))).then_rejected(
        "wrong_state", state="draft", needed=["in_force", "suspended"]
    )


def test_one_amendment_is_on_the_table_at_a_time() -> None:
    given(*amending).when(ProposeAmendment("am-2", "…", (lathe,))).then_rejected(
        "amendment_on_the_table", amendment="am-1"
    )


def test_an_amendments_id_is_given_once() -> None:
    given(*half_signed, *effects).when(ProposeAmendment("am-1", "…", (lathe,))).then_rejected(
        "amendment_exists", amendment="am-1"
    )


def test_an_amendment_changes_something() -> None:
    given(*in_force).when(ProposeAmendment("am-1", "…")).then_rejected("amendment_changes_nothing", amendment="am-1")


def test_an_amendment_adds_no_clause_that_nothing_could_fulfil() -> None:
    misspelt = Clause("visit", "qinglan", "…", Obligation(("mentoring.visit_paid.v1",), ByDate(ENDS)))
    given(*in_force).when(ProposeAmendment("am-1", "…", (visit, misspelt))).then_rejected("clause_exists")
    given(*in_force).when(ProposeAmendment("am-1", "…", (misspelt,))).then_rejected(
        "no_such_event_type", clause="visit", type="mentoring.visit_paid.v1", closest=[]
    )
    by_days = Clause("visit", "qinglan", "…", Obligation((GUIDANCE,), ByDate(ENDS), Quantity("2", "days")))
    given(*in_force).when(ProposeAmendment("am-1", "…", (by_days,))).then_rejected(
        "counts_by_nothing", clause="visit", unit="days", units=["hours", "times"]
    )


def test_what_was_signed_before_is_as_it_is() -> None:
    odd = Clause("odd", "yunchuan", "…", Obligation(("mentoring.visit_paid.v1",), ByDate(ENDS), Quantity("2", "days")))
    text = fold(drafted, ClauseAdded(odd)).text
    signed = [AgreementSigned(party, text.digest) for party in ("qinglan", "yunchuan")]
    history: tuple[AgreementEvent, ...] = (drafted, ClauseAdded(odd), AgreementProposed(text.digest), *signed)
    in_force = fold(*history, AgreementTookEffect(STARTS, text.digest))
    assert in_force.text.clauses == (odd,)
    given(*history, AgreementTookEffect(STARTS, text.digest)).when(ProposeAmendment("am-1", "…", remove=("odd",))).then(
        AmendmentProposed("am-1", "…", fold(drafted).text.digest, (), ("odd",))
    )


def test_an_amendment_removes_only_clauses_that_there_are() -> None:
    given(*in_force).when(ProposeAmendment("am-1", "…", remove=("lathe",))).then_rejected(
        "no_such_clause", clause="lathe"
    )


def test_a_clauses_id_is_never_given_again_once_it_was_in_force() -> None:
    given(*in_force).when(ProposeAmendment("am-1", "…", (hire,), ("hire",))).then_rejected(
        "clause_exists", clause="hire"
    )
    given(*half_signed, *effects).when(ProposeAmendment("am-2", "…", (found,), ("visit",))).then_rejected(
        "clause_exists", clause="found"
    )
    given(*in_force).when(ProposeAmendment("am-1", "…", (lathe, lathe))).then_rejected("clause_exists", clause="lathe")


def test_the_last_day_is_not_moved_into_the_past() -> None:
    given(*in_force).when(ProposeAmendment("am-1", "…", ends=date(2026, 3, 1))).then_rejected(
        "ends_too_early", ends="2026-03-01"
    )


def test_an_earlier_last_day_lets_lapse_what_would_fall_due_after_it() -> None:
    sooner = proposal(ends=date(2026, 3, 20))
    both = AmendmentSigned("am-1", "qinglan", sooner.digest), AmendmentSigned("am-1", "yunchuan", sooner.digest)
    given(*in_force, sooner, both[0]).when(SignAmendment("am-1", "yunchuan", sooner.digest)).then(
        both[1],
        AmendmentTookEffect("am-1", TODAY, sooner.digest),
        ObligationLapsed("found", 1),
        ObligationLapsed("guide", 1),
    )


def test_an_amended_vocational_contract_keeps_every_mandatory_term() -> None:
    parties = (SCHOOL, ENTERPRISE, Party("person-17", PartyKind.APPRENTICE))
    terms = Clause("terms", "yunchuan", "…", covers=tuple(ContractTerm))
    contract = (
        AgreementDrafted("Training", parties, STARTS, ENDS, vocational=True),
        ClauseAdded(terms),
        AgreementTookEffect(TODAY, DIGEST),
    )
    given(*contract).when(ProposeAmendment("am-1", "…", (lathe,), ("terms",))).then_rejected(
        "terms_missing", missing=[term.value for term in ContractTerm if term != ContractTerm.START_AND_DURATION]
    )
    assert given(*contract).when(ProposeAmendment("am-1", "…", (lathe,))).refusal is None


def test_the_signature_of_an_amendment_is_over_what_the_party_read() -> None:
    given(*amending).when(SignAmendment("am-1", "qinglan", DIGEST)).then_rejected(
        "digest_differs", proposed=change.digest, signed=DIGEST
    )


def test_only_a_party_signs_an_amendment_and_only_once() -> None:
    given(*amending).when(SignAmendment("am-1", "stranger", change.digest)).then_rejected(
        "unknown_party", party="stranger", parties=["qinglan", "yunchuan"]
    )
    given(*half_signed).when(SignAmendment("am-1", "qinglan", change.digest)).then_rejected(
        "signed_already", party="qinglan"
    )


@pytest.mark.parametrize("history", [in_force, (*half_signed, *effects)])
def test_an_amendment_that_is_not_on_the_table_is_not_signed(history: tuple[AgreementEvent, ...]) -> None:
    given(*history).when(SignAmendment("am-1", "qinglan", change.digest)).then_rejected(
        "not_on_the_table", amendment="am-1"
    )


def test_a_declined_amendment_leaves_the_agreement_as_it_is() -> None:
    declined = AmendmentDeclined("am-1", "yunchuan", "No teacher to spare")
    given(*half_signed).when(DeclineAmendment("am-1", "yunchuan", "No teacher to spare")).then(declined)
    after = fold(*half_signed, declined)
    assert (after.text, after.digest) == (fold(*in_force).text, DIGEST)
    given(*half_signed, declined).when(SignAmendment("am-1", "yunchuan", change.digest)).then_rejected(
        "not_on_the_table", amendment="am-1"
    )
    given(*half_signed).when(DeclineAmendment("am-1", "qinglan", "…")).then_rejected("signed_already", party="qinglan")


def test_no_signature_of_an_amendment_counts_for_the_next_one() -> None:
    again = AmendmentProposed("am-2", "Experience", change.digest, change.added, change.removed)
    for end in ((AmendmentDeclined("am-1", "yunchuan", "…"),), effects):
        assert fold(*half_signed, *end, again).amendments.signed == frozenset()


def test_an_effect_without_a_proposal_changes_no_text() -> None:
    stray = AmendmentTookEffect("am-9", TODAY, DIGEST)
    assert fold(*in_force, stray).text == fold(*in_force).text
    assert agreements.fold([stray]).text.clauses == ()
