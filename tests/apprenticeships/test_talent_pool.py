from __future__ import annotations

import pytest

from baseplus.apprenticeships.career import (
    AcceptOffer,
    CareerCommand,
    ConfirmEmployment,
    DeclineOffer,
    GiveConsent,
    JoinPool,
    LeavePool,
    MakeOffer,
    WithdrawConsent,
)
from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    Destination,
    Direction,
    EmploymentConfirmed,
    ExitReason,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    PoolConsentGiven,
    PoolConsentWithdrawn,
    PoolLeaving,
    TalentPoolJoined,
    TalentPoolLeft,
)
from baseplus.apprenticeships.model import Exit
from baseplus.kernel.vocabulary import Money
from tests.apprenticeships.story import at, both_relieved, day, enrolled, given, in_training

WHO, BASE = "person-17", "drives"
consent = PoolConsentGiven(WHO, day(1))
until_friday = PoolConsentGiven(WHO, day(1), until=day(6))
joined = TalentPoolJoined(WHO, BASE, day(2))
in_pool = (*in_training, consent, joined)
completed = (*in_training, ApprenticeshipCompleted(BASE, day(16, month=2), day(20)), *both_relieved(day(20)))
offered = OfferMade("offer-1", "hengtai", "Machinist", day(3), day(2), Money("6200", "CNY"))
offered_here = OfferMade("offer-2", "yunchuan", "Machinist", day(3))
accepted = OfferAccepted(WHO, BASE, "offer-1", "hengtai", by_trainer=False, starts=day(5), on=day(4), pooled=day(2))
taken_over = OfferAccepted(WHO, BASE, "offer-2", "yunchuan", by_trainer=True, starts=day(4), on=day(4))
CONFIRMED_AT = at(day(30, month=12))


def left(reason: PoolLeaving, on: int) -> TalentPoolLeft:
    return TalentPoolLeft(WHO, BASE, reason, day(2), day(on))


def test_pool_membership_needs_consent_and_ends_with_it() -> None:
    given(*in_training).when(JoinPool(day(2))).then_rejected("no_consent")
    given(*in_training, consent).when(JoinPool(day(2))).then(joined)
    given(*in_training, consent, PoolConsentWithdrawn(WHO, day(1))).when(JoinPool(day(2))).then_rejected("no_consent")
    given(*in_pool).when(WithdrawConsent(day(5)), at=at(day(5))).then(
        left(PoolLeaving.CONSENT_WITHDRAWN, 5), PoolConsentWithdrawn(WHO, day(5))
    )
    given(*in_training, consent).when(WithdrawConsent(day(2))).then(PoolConsentWithdrawn(WHO, day(2)))
    given(*in_training).when(WithdrawConsent(day(2))).then_rejected("no_consent")


def test_consent_that_has_run_out_is_none() -> None:
    joined_until = TalentPoolJoined(WHO, BASE, day(2), until=day(6))
    history, monday = (*in_training, until_friday, joined_until), at(day(9))
    given(*history).when(LeavePool(day(6)), at=monday).then(left(PoolLeaving.OWN_WISH, 6))
    refused: tuple[tuple[CareerCommand, str], ...] = (
        (LeavePool(day(9)), "not_in_the_pool"),
        (WithdrawConsent(day(9)), "no_consent"),
        (JoinPool(day(9)), "no_consent"),
        (MakeOffer("o", "hengtai", "…"), "not_in_the_pool"),
    )
    for order, code in refused:
        given(*history).when(order, at=monday).then_rejected(code)
    # Another consent takes no membership up again that has ended by itself.
    given(*history).when(GiveConsent(day(9)), at=monday).then(
        left(PoolLeaving.CONSENT_EXPIRED, 7), PoolConsentGiven(WHO, day(9))
    )


def test_consent_is_given_once_for_the_same_time_and_may_be_extended() -> None:
    given(*in_training).when(GiveConsent(day(1))).then(consent)
    given(*in_training, consent).when(GiveConsent(day(2))).then_rejected("consent_given_already", since="2026-03-01")
    given(*in_training, until_friday).when(GiveConsent(day(2), until=day(20))).then(
        PoolConsentGiven(WHO, day(2), day(20))
    )
    given(*in_training).when(GiveConsent(day(2), until=day(1))).then_rejected(
        "ends_before_it_begins", on="2026-03-02", until="2026-03-01"
    )
    given(*in_training, consent, joined, PoolConsentGiven(WHO, day(2), day(3))).when(
        LeavePool(day(3)), at=at(day(9))
    ).then(left(PoolLeaving.OWN_WISH, 3))


def test_nobody_is_in_the_pool_whose_training_has_not_begun_or_who_left_it() -> None:
    given(enrolled).when(GiveConsent(day(2))).then_rejected("not_trained_here", left=False)
    gone = ApprenticeExited(WHO, BASE, ExitReason.OTHER, Direction.WORK, day(20), day(16, month=2))
    given(*in_pool).when(Exit(ExitReason.OTHER, Direction.WORK, day(20)), at=at(day(20))).then(
        gone, *both_relieved(day(20)), left(PoolLeaving.LEFT_TRAINING, 20)
    )
    given(*in_training, consent, gone).when(JoinPool(day(21)), at=at(day(21))).then_rejected(
        "not_trained_here", left=True
    )


def test_the_pool_is_joined_once() -> None:
    given(*in_pool).when(JoinPool(day(2))).then_rejected("in_the_pool_already", since="2026-03-02")
    given(*in_pool).when(LeavePool(day(2))).then(left(PoolLeaving.OWN_WISH, 2))
    given(*in_training).when(LeavePool(day(2))).then_rejected("not_in_the_pool")


def test_an_enterprise_makes_offers_to_whom_it_trains_and_another_one_through_the_pool() -> None:
    wednesday = at(day(4))
    offer = MakeOffer("offer-1", "hengtai", "Machinist", Money("6200", "CNY"), day(3))
    given(*in_pool).when(offer, at=wednesday).then(offered)
    given(*in_training).when(offer, at=wednesday).then_rejected("not_in_the_pool")
    given(*in_training).when(MakeOffer("offer-2", "yunchuan", "Machinist", on=day(3)), at=wednesday).then(offered_here)
    given(*in_pool, offered).when(offer, at=wednesday).then_rejected("offer_exists", offer="offer-1")


def test_an_offer_is_accepted_or_declined_and_whoever_is_hired_leaves_the_pool() -> None:
    friday = at(day(6))
    given(*in_pool, offered).when(AcceptOffer("offer-1", day(5), day(4)), at=friday).then(
        accepted, left(PoolLeaving.HIRED, 4)
    )
    given(*in_training, offered_here).when(AcceptOffer("offer-2", on=day(4)), at=friday).then(taken_over)
    declined = OfferDeclined("offer-1", "hengtai", day(4))
    given(*in_pool, offered).when(DeclineOffer("offer-1", day(4)), at=friday).then(declined)
    for order in (AcceptOffer("offer-1"), DeclineOffer("offer-1")):
        given(*in_pool, offered, declined).when(order, at=friday).then_rejected(
            "offer_declined_already", offer="offer-1"
        )
        given(*in_pool).when(order, at=friday).then_rejected("no_such_offer", offer="offer-1")
    given(*in_pool, offered).when(AcceptOffer("offer-1", day(3), day(4)), at=friday).then_rejected(
        "starts_before_it_was_accepted", starts="2026-03-03", on="2026-03-04"
    )


def test_whoever_is_hired_is_offered_nothing_and_joins_no_pool() -> None:
    history, friday = (*in_training, consent, offered_here, taken_over), at(day(6))
    orders: tuple[CareerCommand, ...] = (
        JoinPool(), MakeOffer("o", "yunchuan", "…"), AcceptOffer("offer-2"), DeclineOffer("offer-2")
    )  # fmt: skip
    for order in orders:
        given(*history).when(order, at=friday).then_rejected("hired_already", enterprise="yunchuan")


def test_employment_is_confirmed_after_3_6_and_12_months() -> None:
    asked = ConfirmEmployment(3, Destination.STUDY, day(20, month=6))
    confirmed = EmploymentConfirmed(WHO, BASE, 3, Destination.STUDY, day(20), day(20, month=6))
    given(*completed).when(asked, at=CONFIRMED_AT).then(confirmed)
    given(*completed).when(ConfirmEmployment(4, Destination.STUDY), at=CONFIRMED_AT).then_rejected(
        "no_such_checkpoint", months=4, checkpoints=[3, 6, 12]
    )
    given(*in_training).when(asked, at=CONFIRMED_AT).then_rejected("not_completed")
    given(*completed).when(ConfirmEmployment(12, Destination.STUDY), at=CONFIRMED_AT).then_rejected(
        "too_early", on="2026-12-30", due="2027-03-20"
    )
    given(*completed).when(ConfirmEmployment(3, Destination.STUDY, day(19, month=6)), at=at(day(1))).then_rejected(
        "not_happened_yet"
    )


def test_months_of_work_are_counted_from_its_first_day() -> None:
    starts = OfferAccepted(WHO, BASE, "offer-2", "yunchuan", by_trainer=True, starts=day(1, month=5), on=day(21))
    here = Destination.TRAINING_ENTERPRISE
    given(*completed, offered_here, starts).when(
        ConfirmEmployment(6, here, day(31, month=10)), at=CONFIRMED_AT
    ).then_rejected("too_early", on="2026-10-31", due="2026-11-01")
    given(*completed, offered_here, starts).when(ConfirmEmployment(6, here, day(1, month=11)), at=CONFIRMED_AT).then(
        EmploymentConfirmed(WHO, BASE, 6, here, day(20), day(1, month=11), hired=day(21))
    )


def test_a_confirmation_is_corrected_by_another_one_that_knows_it() -> None:
    first = EmploymentConfirmed(WHO, BASE, 3, Destination.UNKNOWN, day(20), day(20, month=6))
    given(*completed, first).when(ConfirmEmployment(3, Destination.STUDY, day(1, month=7)), at=CONFIRMED_AT).then(
        EmploymentConfirmed(WHO, BASE, 3, Destination.STUDY, day(20), day(1, month=7), previous=Destination.UNKNOWN)
    )
    given(*completed, first).when(ConfirmEmployment(3, Destination.UNKNOWN), at=CONFIRMED_AT).then_rejected(
        "confirmed_already", months=3, destination="unknown"
    )


def test_after_a_hire_people_are_asked_for_anew_and_no_mistake_is_corrected() -> None:
    here, elsewhere = Destination.TRAINING_ENTERPRISE, Destination.ANOTHER_EMPLOYER
    before = EmploymentConfirmed(WHO, BASE, 3, here, day(20), day(20, month=6))
    starts = OfferAccepted(
        WHO, BASE, "offer-2", "yunchuan", by_trainer=True, starts=day(1, month=7), on=day(1, month=7)
    )
    history, asked = (*completed, before, offered_here, starts), day(1, month=10)
    for destination in (here, elsewhere):
        given(*history).when(ConfirmEmployment(3, destination, asked), at=CONFIRMED_AT).then(
            EmploymentConfirmed(
                WHO, BASE, 3, destination, day(20), asked, hired=day(1, month=7), previous=here, anew=True
            )
        )
    again = EmploymentConfirmed(WHO, BASE, 3, here, day(20), asked, hired=day(1, month=7), previous=here, anew=True)
    given(*history, again).when(ConfirmEmployment(3, here, asked), at=CONFIRMED_AT).then_rejected("confirmed_already")
    given(*history, again).when(ConfirmEmployment(3, elsewhere, asked), at=CONFIRMED_AT).then(
        EmploymentConfirmed(WHO, BASE, 3, elsewhere, day(20), asked, hired=day(1, month=7), previous=here)
    )


@pytest.mark.parametrize("destination", [*Destination])
def test_work_and_study_are_what_a_base_hopes_for(destination: Destination) -> None:
    assert destination.positive is (destination.value not in ("neither", "unknown"))


def test_what_happened_is_entered_in_its_order() -> None:
    given(*in_pool).when(LeavePool(day(1))).then_rejected(
        "earlier_than_the_last_change", on="2026-03-01", last="2026-03-02"
    )
