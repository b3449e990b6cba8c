from __future__ import annotations

from datetime import date

import pytest

from baseplus.agreements.amendments import ProposeAmendment, SignAmendment
from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.events import (
    AgreementDrafted,
    AgreementExpired,
    AgreementTookEffect,
    BreachCured,
    ClauseAdded,
    ObligationBreached,
    ObligationFellDue,
    ObligationFulfilled,
    ObligationPostponed,
    ObligationScheduled,
)
from baseplus.agreements.model import Resume, Suspend, Terminate, agreements
from baseplus.agreements.obligations import Fulfil
from baseplus.agreements.terms import ByDate, Clause, Every, Evidence, Obligation, Party, PartyKind, Quantity
from baseplus.agreements.text import AgreementText
from baseplus.apprenticeships.events import ApprenticeEnrolled, MentorKind
from baseplus.kernel.events import Event
from baseplus.kernel.reactions import Place
from baseplus.mentoring.events import Channel, GuidanceGiven, TeacherDispatchDelivered
from baseplus.reactions.obligations import Obligations
from tests.agreements.story import ENTERPRISE, SCHOOL, fold
from tests.reactions.world import World

GUIDANCE = GuidanceGiven.TYPE
STARTS, ENDS = date(2026, 3, 1), date(2026, 8, 31)
MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)
MONTHLY = Obligation((GUIDANCE,), Every(1, MARCH), Quantity("16", "hours"))
MASTER, TUTOR = MentorKind.ENTERPRISE_MASTER, MentorKind.CAMPUS_TUTOR


def signed(world: World, *clauses: Clause, agreement: str = "a-1", ends: date | None = ENDS) -> None:
    """An agreement with these clauses that both have signed."""
    orders = [AddClause(one.id, one.party, one.text, one.obligation) for one in clauses]
    text = AgreementText(title="…", parties=(SCHOOL, ENTERPRISE), clauses=clauses, starts=STARTS, ends=ends)
    world.tell(agreements, agreement, Draft("…", (SCHOOL, ENTERPRISE), STARTS, ends), *orders, Propose())
    for party in ("qinglan", "yunchuan"):
        world.tell(agreements, agreement, Sign(party, text.digest))


def guided(hours: str, on: date, kind: MentorKind = MASTER, apprenticeship: str = "ap-1") -> GuidanceGiven:
    return GuidanceGiven(apprenticeship, kind, hours, Channel.OFFLINE, on)


guidance = Clause("guide", "yunchuan", "…", MONTHLY)


@pytest.fixture
def world() -> World:
    """An enterprise owes 16 hours of guidance a month, from March on."""
    world = World(Obligations(), today=STARTS)
    signed(world, guidance)
    return world


def outcomes(world: World) -> list[Event]:
    return world.events(ObligationFulfilled, ObligationBreached, BreachCured)


def positions(event: Event) -> list[int]:
    assert isinstance(event, ObligationFulfilled | BreachCured)
    return [one.position for one in event.evidence]


def test_any_event_that_a_clause_names_fulfils_the_obligation_with_that_event_as_evidence(world: World) -> None:
    world.until(date(2026, 3, 10))
    world.happened("mentoring/m-7", guided("16", date(2026, 3, 9)))
    (at, _), (settled_at, settled) = world.history[-2:]
    evidence = Evidence(GUIDANCE, "mentoring/m-7", at.position, "16", date(2026, 3, 9))
    assert settled == ObligationFulfilled("guide", 1, (evidence,))
    assert settled_at.stream == "agreements/a-1"


def test_that_makes_an_agreement_executable_fulfilment_and_breach_follow_from_what_happened_and_nobody() -> None:
    world = World(Obligations(), today=STARTS)
    signed(world, guidance)
    told = len(world.history)
    world.happened("mentoring/m-7", guided("16", date(2026, 3, 9)))
    world.until(date(2026, 5, 1))
    # two months of an agreement, without an order by anybody
    assert [type(event) for _, event in world.history[told:]] == [
        GuidanceGiven,
        ObligationFulfilled,
        ObligationFellDue,
        ObligationScheduled,
        ObligationFellDue,
        ObligationBreached,
        ObligationScheduled,
    ]


def test_events_add_up_to_what_is_owed(world: World) -> None:
    world.happened("mentoring/m-7", guided("10", STARTS))
    assert outcomes(world) == []
    world.happened("mentoring/m-8", guided("6.5", STARTS))
    (fulfilled,) = outcomes(world)
    assert len(positions(fulfilled)) == 2


def test_the_clock_passes_a_due_date_and_the_obligation_falls_due(world: World) -> None:
    world.happened("mentoring/m-7", guided("16", STARTS))
    world.until(MARCH)
    assert world.events(ObligationFellDue) == []
    world.until(date(2026, 4, 1))
    assert world.events(ObligationFellDue) == [ObligationFellDue("guide", 1, MARCH, fulfilled=True)]
    assert world.events(ObligationScheduled)[-1] == ObligationScheduled(
        "guide", 2, "yunchuan", APRIL, (GUIDANCE,), MONTHLY.quantity
    )


def test_unfulfilled_it_is_breached_and_what_comes_late_cures_the_breach(world: World) -> None:
    world.until(date(2026, 4, 7))
    assert outcomes(world) == [ObligationBreached("guide", 1, MARCH)]
    world.happened("mentoring/m-7", guided("16", date(2026, 4, 6)))
    (_, cured) = outcomes(world)
    assert isinstance(cured, BreachCured)
    assert (cured.occurrence, cured.due, cured.in_time) == (1, MARCH, False)


def test_what_happened_in_time_and_was_recorded_late_cures_as_in_time(world: World) -> None:
    world.until(date(2026, 4, 7))
    world.happened("mentoring/m-7", guided("16", date(2026, 3, 20)))
    (_, cured) = outcomes(world)
    assert isinstance(cured, BreachCured)
    assert cured.in_time


def test_what_happened_in_time_fulfils_also_where_the_clock_was_not_asked_yet(world: World) -> None:
    world.today = date(2026, 4, 2)
    world.happened("mentoring/m-7", guided("16", MARCH))
    assert [type(event) for event in outcomes(world)] == [ObligationFulfilled]


def test_teaching_that_was_made_up_for_after_the_due_date_is_late() -> None:
    world = World(Obligations(), today=STARTS)
    taught = TeacherDispatchDelivered.TYPE
    signed(world, Clause("teach", "yunchuan", "…", Obligation((taught,), ByDate(MARCH), Quantity("8", "hours"))))
    world.until(date(2026, 6, 10))
    planned, given = date(2026, 3, 20), date(2026, 6, 10)
    world.happened(
        "mentoring/m-7",
        TeacherDispatchDelivered("d-1", MASTER, "drives", "8", "8", planned, given, was_missed=True),
    )
    (_, cured) = outcomes(world)
    assert isinstance(cured, BreachCured)
    assert (cured.evidence[0].on, cured.in_time) == (given, False)


def test_what_is_owed_longest_is_settled_first(world: World) -> None:
    world.until(date(2026, 5, 2))
    world.happened("mentoring/m-7", guided("40", date(2026, 5, 1)))
    world.happened("mentoring/m-7", guided("16", date(2026, 5, 2)))
    assert [(type(event), getattr(event, "occurrence", 0)) for event in outcomes(world)] == [
        (ObligationBreached, 1),
        (ObligationBreached, 2),
        (BreachCured, 1),
        (BreachCured, 2),
    ]


def test_what_a_period_did_not_need_counts_for_no_later_one(world: World) -> None:
    world.happened("mentoring/m-7", guided("16", STARTS), guided("16", STARTS))
    world.until(date(2026, 4, 2))
    world.happened("mentoring/m-7", guided("3", date(2026, 4, 2)))
    world.until(date(2026, 5, 1))
    assert [type(event) for event in outcomes(world)] == [ObligationFulfilled, ObligationBreached]


def test_what_the_other_side_does_fulfils_nothing(world: World) -> None:
    world.happened("mentoring/m-1", guided("16", STARTS, TUTOR))
    assert outcomes(world) == []


def test_what_happens_under_another_agreement_fulfils_nothing(world: World) -> None:
    enrolled = ApprenticeEnrolled("p-2", "…", "drives", "yunchuan", "fitter", "a-2", STARTS)
    world.happened("apprenticeships/ap-2", enrolled)
    world.happened("mentoring/m-7", guided("16", STARTS, apprenticeship="ap-2"))
    assert outcomes(world) == []
    signed(world, guidance, agreement="a-2")
    world.happened("mentoring/m-7", guided("16", STARTS, apprenticeship="ap-2"))
    assert [at.stream for at, event in world.history if isinstance(event, ObligationFulfilled)] == ["agreements/a-2"]


def test_what_happened_before_the_agreement_was_in_force_fulfils_nothing(world: World) -> None:
    world.happened("mentoring/m-7", guided("16", date(2026, 2, 28)))
    assert outcomes(world) == []


def test_while_it_rests_nothing_falls_due_and_what_happens_still_counts(world: World) -> None:
    world.tell(agreements, "a-1", Suspend("qinglan", "…"))
    world.until(date(2026, 4, 10))
    assert world.events(ObligationFellDue) == []
    world.tell(agreements, "a-1", Resume("qinglan"))
    assert world.events(ObligationPostponed) == [ObligationPostponed("guide", 1, date(2026, 4, 10))]
    world.happened("mentoring/m-7", guided("16", date(2026, 4, 10)))
    assert [type(event) for event in outcomes(world)] == [ObligationFulfilled]


def test_an_agreement_whose_term_is_over_expires_by_itself(world: World) -> None:
    world.until(date(2026, 9, 1))
    assert world.events(AgreementExpired) == [AgreementExpired(ENDS)]
    world.happened("mentoring/m-7", guided("16", date(2026, 8, 30)))
    assert world.events(BreachCured) == []


def met(world: World, *dues: date) -> None:
    """What was due on these days was given on them."""
    for due in dues:
        world.until(due)
        world.happened("mentoring/m-7", guided("16", due))


def test_what_happened_on_its_last_day_counts_also_where_it_is_reacted_to_on_the_next(world: World) -> None:
    met(world, MARCH, APRIL, MAY, date(2026, 6, 30), date(2026, 7, 31))
    world.until(ENDS)
    world.sleeps()
    world.happened("mentoring/m-7", guided("16", ENDS))
    world.today = date(2026, 9, 1)
    world.wakes()
    assert [type(event) for event in outcomes(world)] == [ObligationFulfilled] * 6
    assert world.history[-1][1] == AgreementExpired(ENDS)


def test_what_happened_in_its_last_months_counts_also_where_nobody_reacted_until_it_was_over(world: World) -> None:
    met(world, MARCH, APRIL, MAY, date(2026, 6, 30))
    world.until(date(2026, 7, 30))
    world.sleeps()
    for day in (date(2026, 7, 31), date(2026, 8, 30)):
        world.today = day
        world.happened("mentoring/m-7", guided("16", day))
    world.today = date(2026, 9, 3)
    world.wakes()
    july, august_breached, august = outcomes(world)[-3:]
    assert [getattr(event, "occurrence", 0) for event in (july, august_breached, august)] == [5, 6, 6]
    assert (type(july), type(august_breached), type(august)) == (ObligationFulfilled, ObligationBreached, BreachCured)
    assert isinstance(august, BreachCured)
    assert august.in_time
    assert world.history[-1][1] == AgreementExpired(ENDS)


def test_after_its_end_nothing_is_fulfilled(world: World) -> None:
    world.tell(agreements, "a-1", Terminate("qinglan", "…", STARTS))
    world.happened("mentoring/m-7", guided("16", STARTS))
    world.until(date(2026, 9, 1))
    assert (outcomes(world), world.moot) == ([], [])


def test_who_is_faster_by_hand_makes_the_order_moot(world: World) -> None:
    by_hand = Fulfil("guide", 1, (Evidence(GUIDANCE, "mentoring/m-7", 1, "16"),))
    reaction, state = Obligations(), Obligations().begin()
    for at, event in world.history:
        state = reaction.evolve(state, event, at)
    world.tell(agreements, "a-1", by_hand)
    event = guided("16", STARTS)
    place = Place("qinglan", len(world.history) + 1, GUIDANCE, "mentoring/m-7", world.history[-1][0].occurred_at)
    (order,) = reaction.react(reaction.evolve(state, event, place), event, place)
    world._obey([order])
    assert world.moot == [order]


def test_an_amended_clause_is_watched_from_its_first_day(world: World) -> None:
    world.until(date(2026, 4, 2))
    extra = Clause("extra", "yunchuan", "…", Obligation((GUIDANCE,), ByDate(MAY)))
    text = AgreementText(title="…", parties=(SCHOOL, ENTERPRISE), clauses=(guidance, extra), starts=STARTS, ends=ENDS)
    world.tell(agreements, "a-1", ProposeAmendment("am-1", "…", (extra,)))
    for party in ("qinglan", "yunchuan"):
        world.tell(agreements, "a-1", SignAmendment("am-1", party, text.digest))
    world.happened("mentoring/m-7", guided("1", date(2026, 4, 2)))
    fulfilled = world.events(ObligationFulfilled)
    assert [getattr(event, "clause", "") for event in fulfilled] == ["extra"]


def extended(world: World, ends: date, name: str) -> None:
    """Both have signed a later last day, or an earlier one."""
    text = AgreementText(title="…", parties=(SCHOOL, ENTERPRISE), clauses=(guidance,), starts=STARTS, ends=ends)
    world.tell(agreements, "a-1", ProposeAmendment(name, "…", ends=ends))
    for party in ("qinglan", "yunchuan"):
        world.tell(agreements, "a-1", SignAmendment(name, party, text.digest))


def test_a_duty_goes_on_by_the_clock_alone_when_the_term_is_extended(world: World) -> None:
    extended(world, date(2026, 4, 15), "am-1")
    world.until(date(2026, 4, 5))
    extended(world, date(2026, 7, 15), "am-2")
    world.until(date(2026, 7, 5))
    assert [getattr(event, "due", None) for event in world.events(ObligationBreached)] == [
        MARCH,
        APRIL,
        MAY,
        date(2026, 6, 30),
    ]


def test_what_happens_counts_for_what_lapsed_and_is_owed_again(world: World) -> None:
    extended(world, date(2026, 3, 20), "am-1")
    world.happened("mentoring/m-7", guided("10", STARTS))
    extended(world, ENDS, "am-2")
    world.happened("mentoring/m-7", guided("6", MARCH))
    (fulfilled,) = outcomes(world)
    assert isinstance(fulfilled, ObligationFulfilled)
    assert fulfilled.occurrence == 2
    world.until(date(2026, 4, 2))
    world.happened("mentoring/m-7", guided("16", MARCH))  # of a period that is settled
    world.until(date(2026, 5, 1))
    assert [type(event) for event in outcomes(world)] == [ObligationFulfilled, ObligationBreached]


def test_a_year_of_due_dates_passes_by_the_clock_alone(world: World) -> None:
    world.until(date(2026, 9, 1))
    assert [getattr(event, "due", None) for event in world.events(ObligationBreached)] == [
        MARCH,
        APRIL,
        MAY,
        date(2026, 6, 30),
        date(2026, 7, 31),
        date(2026, 8, 31),
    ]


def test_a_clause_signed_to_count_by_what_is_no_number_is_met_by_nothing_and_stops_nobody(world: World) -> None:
    odd = Clause("odd", "yunchuan", "…", Obligation((GUIDANCE,), ByDate(MARCH), Quantity("8", "channel")))
    drafted = AgreementDrafted("…", (SCHOOL, ENTERPRISE), STARTS, ENDS)
    digest = fold(drafted, ClauseAdded(odd)).text.digest
    owed = ObligationScheduled("odd", 1, "yunchuan", MARCH, (GUIDANCE,), Quantity("8", "channel"))
    world.happened("agreements/a-2", drafted, ClauseAdded(odd), AgreementTookEffect(STARTS, digest), owed)
    world.happened("mentoring/m-7", guided("16", STARTS))
    assert [getattr(event, "clause", "") for event in outcomes(world)] == ["guide"]


def test_a_party_is_not_credited_with_what_another_organisation_did() -> None:
    from baseplus.reactions.counting import may_count_for

    class Lent(Event):
        TYPE = "test.lent.v1"
        contributor: str

    other = Party("heyuan", PartyKind.ENTERPRISE, "Heyuan Castings")
    assert may_count_for(Lent("yunchuan"), ENTERPRISE)
    assert not may_count_for(Lent("yunchuan"), other)


def test_a_surplus_that_is_recorded_late_counts_for_no_later_period(world: World) -> None:
    world.happened("mentoring/m-7", guided("16", STARTS))
    world.until(date(2026, 4, 2))
    world.happened("mentoring/m-7", guided("16", date(2026, 3, 20)))
    world.until(date(2026, 5, 1))
    assert [type(event) for event in outcomes(world)] == [ObligationFulfilled, ObligationBreached]


def test_what_happened_first_is_counted_first_whenever_it_was_recorded(world: World) -> None:
    world.until(date(2026, 3, 10))
    world.happened("mentoring/m-7", guided("8", date(2026, 3, 9)), guided("9", date(2026, 3, 2)))
    (fulfilled,) = outcomes(world)
    assert isinstance(fulfilled, ObligationFulfilled)
    assert [one.on for one in fulfilled.evidence] == [date(2026, 3, 2), date(2026, 3, 9)]
