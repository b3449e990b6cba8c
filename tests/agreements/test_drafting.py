from __future__ import annotations

import hashlib
import json
from datetime import date

import msgspec
import pytest

from baseplus.agreements.drafting import AddClause, Decline, Draft, Propose, RemoveClause, Sign
from baseplus.agreements.events import (
    AgreementDeclined,
    AgreementDrafted,
    AgreementProposed,
    AgreementSigned,
    AgreementTookEffect,
    ApprenticeNamed,
    ClauseAdded,
    ClauseRemoved,
    SignaturesVoided,
)
from baseplus.agreements.terms import ByDate, Clause, ContractTerm, Every, Obligation, Party, PartyKind, Quantity
from baseplus.agreements.text import AgreementText
from baseplus.kernel.events import personal_fields
from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.scenario import NOON
from tests.agreements.story import (
    ASSOCIATION,
    DIGEST,
    ENDS,
    ENTERPRISE,
    FOUNDED,
    PROPOSED,
    SCHOOL,
    STARTS,
    at,
    draft,
    drafted,
    fold,
    found,
    founding_owed,
    given,
    guidance_owed,
    guide,
    hire,
    in_force,
    proposed,
    signed_by_both,
    signed_by_school,
)

TODAY = NOON.date()

APPRENTICE = Party("person-17", PartyKind.APPRENTICE, "Lin Xiaoyu")


def test_an_agreement_is_drafted_between_a_school_an_enterprise_and_whoever_joins() -> None:
    given().when(Draft("Joint training", (SCHOOL, ENTERPRISE), STARTS, ENDS)).then(drafted)
    three = (SCHOOL, ENTERPRISE, ASSOCIATION)
    given().when(Draft("Joint training", three)).then(AgreementDrafted("Joint training", three))


def test_an_agreement_is_drafted_once() -> None:
    given(drafted).when(Draft("Again", (SCHOOL, ENTERPRISE))).then_rejected("agreement_exists", title="Joint training")


def test_a_school_and_an_enterprise_are_needed() -> None:
    given().when(Draft("Joint training", (SCHOOL, ASSOCIATION))).then_rejected("party_missing", missing=["enterprise"])


def test_no_party_is_named_twice() -> None:
    twin = Party(SCHOOL.id, PartyKind.ENTERPRISE, "Twin")
    given().when(Draft("Joint training", (SCHOOL, twin))).then_rejected(
        "party_named_twice", parties=["qinglan", "qinglan"]
    )


def test_an_organisation_that_is_a_party_has_a_name() -> None:
    nameless = Party("yunchuan", PartyKind.ENTERPRISE)
    given().when(Draft("Joint training", (SCHOOL, nameless))).then_rejected(
        "party_without_a_name", parties=["yunchuan"]
    )


def test_an_agreement_ends_after_it_starts() -> None:
    given().when(Draft("Joint training", (SCHOOL, ENTERPRISE), ENDS, STARTS)).then_rejected(
        "ends_before_it_starts", starts="2027-02-28", ends="2026-03-01"
    )


def test_an_apprentices_name_is_personal_and_no_part_of_what_is_signed() -> None:
    parties = (SCHOOL, ENTERPRISE, Party("person-17", PartyKind.APPRENTICE))
    told = AgreementDrafted("Training", parties), ApprenticeNamed("person-17", "Lin Xiaoyu")
    given().when(Draft("Training", (SCHOOL, ENTERPRISE, APPRENTICE))).then(*told)
    given().when(Draft("Training", parties)).then(told[0])
    assert personal_fields(ApprenticeNamed) == {"name": "apprentice"}
    assert fold(*told).text.digest == fold(told[0]).text.digest
    assert b"Lin" not in fold(*told).text.canonical


def test_a_vocational_contract_has_an_apprentice() -> None:
    given().when(Draft("Training", (SCHOOL, ENTERPRISE), vocational=True)).then_rejected(
        "party_missing", missing=["apprentice"]
    )


def test_nothing_can_be_done_with_an_agreement_that_was_never_drafted() -> None:
    given().when(Propose()).then_rejected("no_such_agreement")


def test_a_clause_belongs_to_a_party_is_a_right_or_an_obligation_and_an_obligation_says_what_fulfils_it() -> None:
    given(drafted).when(AddClause("hire", "yunchuan", hire.text)).then(ClauseAdded(hire))
    given(drafted).when(AddClause("found", "qinglan", found.text, found.obligation)).then(ClauseAdded(found))
    given(drafted).when(AddClause("guide", "yunchuan", guide.text, guide.obligation)).then(ClauseAdded(guide))
    nothing = {"clause": "guide", "party": "yunchuan", "text": "…", "obligation": {"fulfilled_by": []}}
    with pytest.raises(Invalid, match="obligation"):
        read_struct(AddClause, nothing)
    given(drafted).when(AddClause("hire", "stranger", "…")).then_rejected(
        "unknown_party", party="stranger", parties=["qinglan", "yunchuan"]
    )


def test_a_clause_is_added_once() -> None:
    given(*draft).when(AddClause("hire", "yunchuan", "…")).then_rejected("clause_exists", clause="hire")


def test_an_obligation_falls_due_before_the_agreement_ends() -> None:
    for due in (ByDate(date(2028, 1, 1)), Every(1, date(2028, 1, 1))):
        late = AddClause("late", "qinglan", "…", Obligation((FOUNDED,), due))
        given(drafted).when(late).then_rejected("never_due", clause="late", ends="2027-02-28")


def test_a_clause_names_events_that_there_are() -> None:
    misspelt = Obligation((FOUNDED, "mentoring.guidanse_given.v1"), ByDate(ENDS))
    given(drafted).when(AddClause("guide", "yunchuan", "…", misspelt)).then_rejected(
        "no_such_event_type",
        clause="guide",
        type="mentoring.guidanse_given.v1",
        closest=["mentoring.guidance_given.v1"],
    )


@pytest.mark.parametrize(
    ("named", "unit", "units"),
    [
        ("mentoring.guidance_given.v1", "hourz", ["hours", "times"]),
        ("mentoring.guidance_given.v1", "channel", ["hours", "times"]),
        ("mentoring.guidance_given.v1", "apprenticeship", ["hours", "times"]),
        ("mentoring.guidance_given.v1", "CNY", ["hours", "times"]),
        ("investment.cost_incurred.v1", "RMBs", ["times"]),
        ("bases.base_closed.v1", "reason", ["times"]),
    ],
)
def test_a_clause_counts_by_what_its_events_have_a_number_for(named: str, unit: str, units: list[str]) -> None:
    owed = Obligation((named,), ByDate(ENDS), Quantity("8", unit))
    given(drafted).when(AddClause("guide", "yunchuan", "…", owed)).then_rejected(
        "counts_by_nothing", clause="guide", unit=unit, units=units
    )


@pytest.mark.parametrize(
    ("named", "unit"),
    [
        (("mentoring.guidance_given.v1",), "hours"),
        (("bases.base_founded.v1", "mentoring.guidance_given.v1"), "hours"),
        (("bases.base_founded.v1",), "times"),
        (("investment.cost_incurred.v1",), "CNY"),
        (("mentoring.capacity_set.v1",), "capacity"),
        (("bases.site_registered.v1",), "area"),
    ],
)
def test_a_clause_counts_times_numbers_and_money(named: tuple[str, ...], unit: str) -> None:
    owed = Obligation(named, ByDate(ENDS), Quantity("8", unit))
    given(drafted).when(AddClause("x", "yunchuan", "…", owed)).then(ClauseAdded(Clause("x", "yunchuan", "…", owed)))


def test_a_clause_is_removed_from_a_draft() -> None:
    given(*draft).when(RemoveClause("hire")).then(ClauseRemoved("hire"))
    given(drafted).when(RemoveClause("hire")).then_rejected("no_such_clause", clause="hire")
    assert [clause.id for clause in fold(*draft, ClauseRemoved("hire")).text.clauses] == ["found", "guide"]


def test_a_draft_is_proposed_with_the_digest_of_its_text() -> None:
    given(*draft).when(Propose()).then(AgreementProposed(DIGEST, TODAY))


def test_an_empty_draft_is_not_proposed() -> None:
    given(drafted).when(Propose()).then_rejected("no_clauses")


def test_a_draft_is_proposed_once() -> None:
    given(*proposed).when(Propose()).then_rejected("wrong_state", state="proposed", needed=["draft", "declined"])


def test_the_digest_is_of_the_whole_text() -> None:
    text = fold(*draft).text
    other = [
        msgspec.structs.replace(text, title="Other"),
        msgspec.structs.replace(text, parties=(SCHOOL, ENTERPRISE, ASSOCIATION)),
        msgspec.structs.replace(text, ends=None),
        msgspec.structs.replace(text, clauses=text.clauses[:-1]),
        msgspec.structs.replace(text, clauses=(*text.clauses[:-1], Clause("hire", "qinglan", hire.text))),
    ]
    assert len({text.digest, *(one.digest for one in other)}) == 6


def test_a_texts_digest_never_changes() -> None:
    assert fold(*draft).text.digest == "f45103acab0f33000f3d66e6b6443d30e5b7380b292ecbf78cf2b38eb0573f19"


def test_equal_texts_have_equal_digests_wherever_they_come_from() -> None:
    once = Obligation((FOUNDED,), ByDate(ENDS))
    texts = [
        AgreementText(title="t", parties=(), clauses=(Clause("a", "b", "c", obligation),))
        for obligation in (once, msgspec.structs.replace(once, quantity=Quantity("1", "times")))
    ]
    texts += [msgspec.json.decode(msgspec.json.encode(text), type=AgreementText) for text in texts]
    assert texts == [texts[0]] * 4
    assert len({text.digest for text in texts}) == 1


def test_anybody_can_compute_the_digest_with_a_json_library() -> None:
    canonical = fold(*draft).text.canonical
    written = json.dumps(json.loads(canonical), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(written).hexdigest() == DIGEST


def test_german_vocational_laws_ten_mandatory_contract_terms_make_a_good_built_in_checklist_for_drafts() -> None:
    parties = (SCHOOL, ENTERPRISE, Party("person-17", PartyKind.APPRENTICE))
    contract = AgreementDrafted("Training", parties, STARTS, ENDS, vocational=True)
    rest = [term for term in ContractTerm if term is not ContractTerm.START_AND_DURATION]
    some = ClauseAdded(Clause("terms", "yunchuan", "…", covers=tuple(rest[:-2])))
    given(contract, some).when(Propose()).then_rejected(
        "terms_missing", missing=["collective_agreements", "training_record"]
    )
    others = ClauseAdded(Clause("more", "yunchuan", "…", covers=tuple(rest[-2:])))
    given(contract, some, others).when(Propose()).then(
        AgreementProposed(fold(contract, some, others).text.digest, TODAY)
    )


def test_a_contract_without_a_first_and_last_day_says_them_in_a_clause() -> None:
    assert ContractTerm.START_AND_DURATION not in fold(drafted).text.missing_terms
    open_end = AgreementDrafted("Training", (SCHOOL, ENTERPRISE), STARTS)
    assert ContractTerm.START_AND_DURATION in fold(open_end).text.missing_terms
    said = ClauseAdded(Clause("term", "qinglan", "…", covers=(ContractTerm.START_AND_DURATION,)))
    assert ContractTerm.START_AND_DURATION not in fold(open_end, said).text.missing_terms


def test_a_party_signs_the_text_it_read() -> None:
    given(*proposed).when(Sign("qinglan", DIGEST)).then(AgreementSigned("qinglan", DIGEST))
    given(*proposed).when(Sign("qinglan", "0" * 64)).then_rejected("digest_differs", proposed=DIGEST, signed="0" * 64)


def test_only_a_party_signs_and_only_once() -> None:
    given(*proposed).when(Sign("stranger", DIGEST)).then_rejected(
        "unknown_party", party="stranger", parties=["qinglan", "yunchuan"]
    )
    given(*signed_by_school).when(Sign("qinglan", DIGEST)).then_rejected("signed_already", party="qinglan")


def test_what_is_not_on_the_table_is_not_signed() -> None:
    given(*draft).when(Sign("qinglan", DIGEST)).then_rejected("wrong_state", state="draft", needed=["proposed"])
    given(*in_force).when(Sign("qinglan", DIGEST)).then_rejected("wrong_state", state="in_force", needed=["proposed"])


def test_takes_effect_when_every_party_has_signed_the_same_text_digest() -> None:
    given(*signed_by_school).when(Sign("yunchuan", DIGEST)).then(
        AgreementSigned("yunchuan", DIGEST),
        AgreementTookEffect(date(2026, 3, 2), DIGEST, PROPOSED, TODAY),
        founding_owed,
        guidance_owed,
    )
    assert fold(*signed_by_school).awaiting == {"yunchuan"}
    assert fold(*in_force).awaiting == frozenset()


def test_it_takes_effect_on_the_first_day_of_its_term_when_signed_before() -> None:
    signed = given(*signed_by_school).when(Sign("yunchuan", DIGEST), at=at(date(2026, 2, 20)))
    assert signed.events[1] == AgreementTookEffect(STARTS, DIGEST, PROPOSED, date(2026, 2, 20))


def test_it_is_not_signed_after_the_end_of_its_term() -> None:
    given(*signed_by_school).when(Sign("yunchuan", DIGEST), at=at(date(2027, 3, 1))).then_rejected(
        "term_is_over", ends="2027-02-28"
    )


def test_a_changed_draft_voids_earlier_signatures() -> None:
    extra = Clause("extra", "qinglan", "The school lends a lathe.")
    given(*signed_by_school).when(AddClause("extra", "qinglan", extra.text)).then(
        ClauseAdded(extra), SignaturesVoided(DIGEST, ("qinglan",))
    )
    given(*signed_by_school).when(RemoveClause("hire")).then(
        ClauseRemoved("hire"), SignaturesVoided(DIGEST, ("qinglan",))
    )


def test_a_changed_draft_takes_the_proposal_off_the_table_though_nobody_had_signed() -> None:
    given(*proposed).when(RemoveClause("hire")).then(ClauseRemoved("hire"), SignaturesVoided(DIGEST))
    changed = (*proposed, ClauseRemoved("hire"), SignaturesVoided(DIGEST))
    given(*changed).when(Sign("qinglan", DIGEST)).then_rejected("wrong_state", state="draft", needed=["proposed"])
    given(*changed).when(Propose()).then(AgreementProposed(fold(*changed).text.digest, TODAY))


def test_a_signature_does_not_survive_a_change_that_is_taken_back() -> None:
    extra = Clause("extra", "qinglan", "The school lends a lathe.")
    back = (
        *signed_by_school,
        ClauseAdded(extra),
        SignaturesVoided(DIGEST, ("qinglan",)),
        ClauseRemoved("extra"),
        AgreementProposed(DIGEST),
    )
    assert fold(*back).text.digest == DIGEST
    given(*back).when(Sign("yunchuan", DIGEST)).then(AgreementSigned("yunchuan", DIGEST))


def test_a_draft_in_force_is_changed_by_amendment_only() -> None:
    needed = ["draft", "declined", "proposed"]
    given(*in_force).when(AddClause("x", "qinglan", "…")).then_rejected("wrong_state", state="in_force", needed=needed)
    given(*in_force).when(RemoveClause("hire")).then_rejected("wrong_state", state="in_force", needed=needed)


def test_a_declined_text_is_off_the_table_and_its_signatures_count_no_more() -> None:
    declined = AgreementDeclined("yunchuan", "Too few hours"), SignaturesVoided(DIGEST, ("qinglan",))
    given(*signed_by_school).when(Decline("yunchuan", "Too few hours")).then(*declined)
    given(*signed_by_school, *declined).when(Propose()).then(AgreementProposed(DIGEST, TODAY))
    given(*signed_by_school, *declined).when(RemoveClause("hire")).then(ClauseRemoved("hire"))


def test_a_party_that_has_signed_does_not_decline() -> None:
    given(*signed_by_school).when(Decline("qinglan", "…")).then_rejected("signed_already", party="qinglan")
    given(*draft).when(Decline("qinglan", "…")).then_rejected("wrong_state", state="draft", needed=["proposed"])


def test_the_signatures_of_an_agreement_in_force_stay() -> None:
    assert fold(*in_force).signed == {"qinglan", "yunchuan"}
    assert fold(*signed_by_both).digest == DIGEST
