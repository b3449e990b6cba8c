from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from baseplus.apprenticeships.events import (
    GrievanceEntrusted,
    GrievanceOutcome,
    GrievanceRaised,
    GrievanceResolved,
    MentorKind,
)
from baseplus.apprenticeships.grievances import (
    EntrustGrievance,
    Handled,
    RaiseFor,
    RaiseGrievance,
    ResolveGrievance,
    grievances,
    of_apprentice,
    with_people,
)
from baseplus.kernel.events import personal_fields
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.scenario import Scenario
from baseplus.kernel.vocabulary import Day, TenantId
from baseplus.mentoring.events import MentorRegistered
from tests.apprenticeships.story import at, day, enrolled
from tests.assessment.story import loading

given = Scenario(grievances)
TEXT = "I sweep the floor and see no lathe"
order = RaiseGrievance("ap-17", TEXT, ("t-zhou", "t-lin"), "m-gao", day(2))
known = RaiseFor(order, "person-17", "drives", day(1, month=2), {"m-gao": "p-9"})
raised = GrievanceRaised("ap-17", "person-17", "drives", TEXT, ("t-zhou", "t-lin"), day(2), "m-gao", "p-9")
entrusted = GrievanceEntrusted(("t-wu",), "t-lin")
resolved = GrievanceResolved(
    "person-17", "drives", "t-zhou", GrievanceOutcome.UPHELD, "At the lathe from Monday", day(2), day(2)
)
resolve = Handled(ResolveGrievance("t-zhou", GrievanceOutcome.UPHELD, "At the lathe from Monday"))


PEOPLE = {"m-gao": "p-9", "m-gao-2": "p-9", "m-wang": "person-17"}
"""Who is registered as a mentor under an id, and is whom."""


def raising(
    *handlers: str, about: str | None = "m-gao", on: Day | None = None, people: Mapping[str, str] | None = None
) -> RaiseFor:
    order = RaiseGrievance("ap-17", TEXT, handlers, about, on)
    return RaiseFor(order, "person-17", "drives", day(1, month=2), people or {})


def entrusting(by: str, *handlers: str, people: Mapping[str, str] | None = None) -> Handled:
    return Handled(EntrustGrievance(by, handlers), people or {})


def registered(person: str) -> MentorRegistered:
    return MentorRegistered(person, "Gao Ming", MentorKind.CAMPUS_TUTOR, "qinglan")


def test_a_grievance_is_raised_for_an_apprentice_and_entrusted_to_its_handlers() -> None:
    tenant = TenantId("qinglan")
    load = loading(qinglan__apprenticeships__ap17=(enrolled,), qinglan__mentoring__mgao=(registered("p-9"),))
    assert of_apprentice(load, tenant, "g-1", order) == known
    given().when(known).then(raised)
    with pytest.raises(Rejected) as refused:
        of_apprentice(load, TenantId("south"), "g-1", order)
    assert (refused.value.code, refused.value.facts) == ("unknown_apprenticeship", {"apprenticeship": "ap-17"})


def test_the_mentor_whom_a_grievance_names_never_handles_it() -> None:
    given().when(raising("t-zhou", "m-gao")).then_rejected("handled_by_whom_it_names", handler="m-gao")
    given(raised).when(entrusting("t-zhou", "m-gao")).then_rejected("handled_by_whom_it_names", handler="m-gao")


@pytest.mark.parametrize("handler", ["p-9", "m-gao", "m-gao-2"])
def test_nor_does_the_person_who_that_mentor_is_whatever_id_their_key_says(handler: str) -> None:
    for about in ("m-gao", "p-9"):
        given().when(raising("t-zhou", handler, about=about, people=PEOPLE)).then_rejected(
            "handled_by_whom_it_names", handler=handler
        )
    given(raised).when(entrusting("t-zhou", handler, people=PEOPLE)).then_rejected(
        "handled_by_whom_it_names", handler=handler
    )


@pytest.mark.parametrize("people", [{"m-gao": "t-zhou"}, {"t-zhou": "p-9", "m-gao": "p-9"}])
def test_nor_does_a_handler_who_was_registered_since_and_is_whom_it_names(people: dict[str, str]) -> None:
    given(raised).when(entrusting("t-zhou", "t-wu", people=people)).then_rejected("not_its_handler", person="t-zhou")
    given(raised).when(Handled(resolve.order, people)).then_rejected("not_its_handler", person="t-zhou")


def test_a_grievance_says_which_person_the_named_mentor_is() -> None:
    given().when(raising("t-zhou", on=day(2), people=PEOPLE)).then(
        GrievanceRaised("ap-17", "person-17", "drives", TEXT, ("t-zhou",), day(2), "m-gao", "p-9")
    )


def test_who_the_mentors_are_is_asked_of_mentoring() -> None:
    tenant = TenantId("qinglan")
    load = loading(
        qinglan__apprenticeships__ap17=(enrolled,),
        qinglan__mentoring__mgao=(registered("p-9"),),
        qinglan__mentoring__tzhou=(registered("p-3"),),
        qinglan__mentoring__tlin=(registered("p-4"),),
        qinglan__grievances__g1=(raised,),
    )
    raise_order = RaiseGrievance("ap-17", TEXT, ("t-zhou", "t-lin"), "m-gao")
    people = {"m-gao": "p-9", "t-zhou": "p-3"}
    everybody = people | {"t-lin": "p-4"}
    assert of_apprentice(load, tenant, "g-1", raise_order) == RaiseFor(
        raise_order, "person-17", "drives", enrolled.on, everybody
    )
    somebody = msgspec.structs.replace(raise_order, about="m-new")
    with pytest.raises(Rejected) as refused:
        of_apprentice(load, tenant, "g-1", somebody)
    assert (refused.value.code, refused.value.facts) == ("mentor_not_registered", {"mentor": "m-new"})
    entrust = EntrustGrievance("t-lin", ("t-zhou", "t-wu"))
    assert with_people(load, tenant, "g-1", entrust) == Handled(entrust, people | {"t-lin": "p-4"})
    nobody = EntrustGrievance("t-li", ("t-wu",))
    assert with_people(load, tenant, "g-9", nobody) == Handled(nobody)
    assert with_people(load, tenant, "g-1", resolve.order) == Handled(resolve.order, people)


def test_apprentices_neither_handle_their_own_grievance_nor_complain_of_themselves() -> None:
    given().when(raising("person-17")).then_rejected("handled_by_the_apprentice", handler="person-17")
    given().when(raising("m-wang", people=PEOPLE)).then_rejected("handled_by_the_apprentice", handler="m-wang")
    given().when(raising("t-zhou", about="person-17")).then_rejected("grievance_about_oneself")
    given().when(raising("t-zhou", about="m-wang", people=PEOPLE)).then_rejected("grievance_about_oneself")


def test_an_id_is_also_that_of_whoever_has_it_otherwise() -> None:
    others = {"person-17": "p-4", "p-9": "p-5"}
    given().when(raising("person-17", people=others)).then_rejected("handled_by_the_apprentice", handler="person-17")
    people = PEOPLE | others
    given().when(raising("p-9", people=people)).then_rejected("handled_by_whom_it_names", handler="p-9")


def test_a_grievance_may_name_nobody() -> None:
    given().when(raising("t-zhou", about=None, on=day(2))).then(
        GrievanceRaised("ap-17", "person-17", "drives", TEXT, ("t-zhou",), day(2))
    )


def test_a_grievance_is_raised_once_and_not_before_the_enrolment() -> None:
    given(raised).when(known).then_rejected("grievance_exists")
    given().when(raising("t-zhou", on=day(1, month=1))).then_rejected("earlier_than_the_last_change")


def test_only_who_handles_a_grievance_entrusts_it_to_others() -> None:
    given(raised).when(entrusting("t-lin", "t-wu")).then(entrusted)
    given(raised).when(entrusting("t-wu", "t-wu")).then_rejected("not_its_handler", person="t-wu")
    given(raised, entrusted).when(entrusting("t-lin", "t-lin")).then_rejected("not_its_handler", person="t-lin")
    given(raised).when(entrusting("t-lin", "t-lin", "t-zhou")).then_rejected("entrusted_already")
    given().when(entrusting("t-lin", "t-wu")).then_rejected("no_such_grievance")


def test_a_handler_resolves_a_grievance_once() -> None:
    given(raised).when(resolve).then(resolved)
    given(raised, entrusted).when(resolve).then_rejected("not_its_handler", person="t-zhou")
    given(raised, resolved).when(resolve).then_rejected("grievance_resolved_already", on="2026-03-02")
    given(raised, resolved).when(entrusting("t-lin", "t-wu")).then_rejected("grievance_resolved_already")
    early = Handled(ResolveGrievance("t-zhou", GrievanceOutcome.DISMISSED, "…", day(1)))
    given(raised).when(early, at=at(day(5))).then_rejected("earlier_than_the_last_change")


def test_what_a_grievance_says_belongs_to_the_apprentice() -> None:
    assert personal_fields(GrievanceRaised) == {"text": "apprentice"}
    assert personal_fields(GrievanceResolved) == {"resolution": "apprentice"}


def test_a_refusal_tells_nothing_of_what_was_complained_of() -> None:
    for command in (
        known,
        entrusting("t-wu", "t-wu"),
        Handled(ResolveGrievance("m-gao", GrievanceOutcome.UPHELD, "…")),
    ):
        refusal = given(raised).when(command).refusal
        assert refusal is not None
        assert TEXT not in str(refusal.facts)
        assert "m-gao" not in str({**refusal.facts, "person": None})
