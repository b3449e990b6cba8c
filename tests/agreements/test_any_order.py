"""Whatever people order, in whatever order: what must hold for every history of an agreement."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from baseplus.agreements.amendments import DeclineAmendment, ProposeAmendment, SignAmendment
from baseplus.agreements.drafting import AddClause, Decline, Draft, Propose, RemoveClause, Sign
from baseplus.agreements.events import (
    AgreementEvent,
    AgreementExpired,
    AgreementSigned,
    AgreementTerminated,
    AgreementTookEffect,
    AmendmentDeclined,
    AmendmentSigned,
    AmendmentTookEffect,
    BreachCured,
    ClauseAdded,
    ClauseRemoved,
    ObligationBreached,
    ObligationFulfilled,
    ObligationLapsed,
    ObligationScheduled,
    SignaturesVoided,
)
from baseplus.agreements.model import Agreement, AgreementCommand, Expire, Resume, Suspend, Terminate, agreements
from baseplus.agreements.obligations import CureBreach, Fulfil, PassDueDates
from baseplus.agreements.terms import ByDate, Clause, Every, Evidence, Obligation
from baseplus.kernel.events import EventTypes
from baseplus.kernel.refusals import Rejected
from tests.agreements.story import ENDS, ENTERPRISE, SCHOOL, STARTS, at

TYPES = EventTypes(AgreementEvent)
History = list[AgreementEvent]

parties = st.sampled_from(["qinglan", "yunchuan", "stranger"])
signers = st.sampled_from(["qinglan", "yunchuan"])
clause_ids = st.sampled_from(["a", "b", "c", "d"])
amendment_ids = st.sampled_from(["am-1", "am-2", "am-3"])
days = st.dates(date(2026, 1, 1), date(2027, 6, 1))
obligations = st.builds(
    lambda due: Obligation(("mentoring.guidance_given.v1",), due),
    st.builds(ByDate, days) | st.builds(Every, st.integers(1, 6), days, st.none() | days),
)
clauses = st.builds(Clause, clause_ids, signers, st.just("…"), st.none() | obligations)
evidence = st.builds(
    lambda position: (Evidence("mentoring.guidance_given.v1", "mentoring/m-1", position),), st.integers(1, 40)
)
occurrences = st.sampled_from([1, 1, 2])


ON_THE_TABLE = "f" * 64  # stands for the digest of what is on the table when the order is given
digests = st.sampled_from([ON_THE_TABLE, ON_THE_TABLE, "0" * 64])

drafting: st.SearchStrategy[AgreementCommand] = st.one_of(
    st.builds(AddClause, clause_ids, signers, st.just("…"), st.none() | obligations),
    st.builds(RemoveClause, clause_ids),
    st.just(Propose()),
    st.just(Propose()),
    st.builds(Sign, signers, digests),
    st.builds(Sign, signers, digests),
    st.builds(Decline, parties, st.just("…")),
)
living: st.SearchStrategy[AgreementCommand] = st.one_of(
    st.builds(
        ProposeAmendment,
        amendment_ids,
        st.just("…"),
        st.lists(clauses, max_size=2).map(tuple),
        st.lists(clause_ids, max_size=1).map(tuple),
        st.sampled_from([None, None, date(2026, 9, 1), date(2028, 1, 1)]),
    ),
    *(st.builds(SignAmendment, amendment_ids, signers, st.just(ON_THE_TABLE)) for _ in range(4)),
    st.builds(SignAmendment, amendment_ids, signers, digests),
    st.builds(DeclineAmendment, amendment_ids, parties, st.just("…")),
    *(st.just(PassDueDates()) for _ in range(2)),
    *(st.builds(Fulfil, clause_ids, occurrences, evidence) for _ in range(2)),
    *(st.builds(CureBreach, clause_ids, occurrences, evidence) for _ in range(3)),
    st.builds(Suspend, parties, st.just("…")),
    st.builds(Resume, parties),
)
TODAY = date.max  # stands for the day on which the order is given
ending = st.builds(Terminate, signers, st.just("…"), st.sampled_from([TODAY, STARTS])) | st.just(Expire())
anything = st.one_of(drafting, living, living, ending)
pauses = st.sampled_from([0, 0, 1, 9, 40])
terms = st.sampled_from([(STARTS, ENDS), (None, None), (None, ENDS)])
lengths = st.sampled_from([30, 20, 10, 5])
openings = st.sampled_from([6, 6, 6, 5, 3, 1])


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A history made by orders at times that go on, with what must hold at each step checked on the way."""
    starts, ends = draw(terms)
    today, state, history = date(2026, 2, 1), Agreement(), History()
    opening: list[AgreementCommand] = [
        Draft("Joint training", (SCHOOL, ENTERPRISE), starts, ends),
        AddClause("a", "qinglan", "…", draw(obligations)),
        AddClause("b", "yunchuan", "…", draw(obligations)),
        Propose(),
        Sign("qinglan", ON_THE_TABLE),
        Sign("yunchuan", ON_THE_TABLE),
    ]
    opening = opening[: draw(openings)]
    for number in range(len(opening) + draw(lengths)):
        if number < len(opening):
            order = opening[number]
        else:
            # Mostly orders that have a chance in this state, and some that have none.
            likely = living if state.effective else drafting
            order = draw(anything if number % 3 == 2 else likely)
            today += timedelta(days=draw(pauses))
        before = history
        history = history + _decided(order, state, today)
        state = agreements.fold(history[len(before) :], state)
        assert not state.ledger or state.effective
        if len(history) > len(before):
            # A retry that reaches the rules (its key having been forgotten) must not do the thing twice.
            assert _decided(order, state, today) == []
    assert agreements.fold(history) == state
    assert msgspec.json.decode(msgspec.json.encode(state), type=Agreement) == state
    return history


def _decided(order: AgreementCommand, state: Agreement, today: date) -> History:
    pending = state.amendments.pending
    if isinstance(order, Sign) and order.digest == ON_THE_TABLE:
        order = Sign(order.party, state.digest or ON_THE_TABLE)
    if isinstance(order, Terminate) and order.on == TODAY:
        order = Terminate(order.party, order.reason, today)
    if isinstance(order, SignAmendment) and order.digest == ON_THE_TABLE and pending:
        order = SignAmendment(pending.amendment, order.party, pending.digest)
    try:
        return list(agreements.decide(order, state, at(today)))
    except Rejected:
        return []


EXAMPLES = settings(max_examples=200, deadline=None)


@EXAMPLES
@given(histories())
def test_a_history_is_read_back_from_its_stored_form(history: History) -> None:
    assert [TYPES.decode(event.TYPE, TYPES.encode(event)) for event in history] == history


@EXAMPLES
@given(histories())
def test_no_signature_survives_a_changed_draft(history: History) -> None:
    signed: dict[str, set[str]] = {}
    for event in history:
        match event:
            case AgreementSigned(party, digest):
                signed.setdefault(digest, set()).add(party)
            case ClauseAdded() | ClauseRemoved() | SignaturesVoided():
                signed = {}
            case AgreementTookEffect(_, digest):
                assert signed[digest] == {"qinglan", "yunchuan"}


@EXAMPLES
@given(histories())
def test_no_signature_of_an_amendment_counts_for_another(history: History) -> None:
    signed = set[str]()
    for event in history:
        match event:
            case AmendmentSigned(_, party):
                signed.add(party)
            case AmendmentDeclined():
                signed = set()
            case AmendmentTookEffect():
                assert signed == {"qinglan", "yunchuan"}
                signed = set()


@EXAMPLES
@given(histories())
def test_nothing_happens_after_the_end_but_what_lapses_with_it(history: History) -> None:
    ended = False
    for event in history:
        assert not ended or isinstance(event, ObligationLapsed)
        ended = ended or isinstance(event, AgreementTerminated | AgreementExpired)


@EXAMPLES
@given(histories())
def test_what_is_owed_has_one_outcome(history: History) -> None:
    owed: dict[tuple[str, int], str] = {}
    numbers: dict[str, int] = {}
    for event in history:
        match event:
            case ObligationScheduled(clause, occurrence):
                assert occurrence == numbers.get(clause, 0) + 1
                numbers[clause] = occurrence
                owed[clause, occurrence] = "open"
            case ObligationFulfilled(clause, occurrence) | ObligationBreached(clause, occurrence):
                assert owed[clause, occurrence] == "open"
                owed[clause, occurrence] = type(event).__name__
            case ObligationLapsed(clause, occurrence):
                assert owed.pop((clause, occurrence)) == "open"
            case BreachCured(clause, occurrence):
                assert owed.pop((clause, occurrence)) == "ObligationBreached"


@EXAMPLES
@given(histories().flatmap(lambda history: st.permutations(history + history[:3])))
def test_what_happened_is_never_refused_whatever_its_order(history: History) -> None:
    agreements.fold(history)
