from __future__ import annotations

import pytest

from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid
from baseplus.kernel.scenario import Scenario
from baseplus.oversight.events import (
    RiskAppealed,
    RiskConfirmed,
    RiskReasonAdded,
    SecondClassroomRiskCleared,
    SecondClassroomRiskRaised,
)
from baseplus.oversight.risks import AppealRisk, ClearRisk, ConfirmRisk, RaiseRisk, risks
from baseplus.oversight.terms import Behind, Reason, Symptom
from infra.reference.events import sent_by

given = Scenario(risks)

event = Behind("logbook.reflection_submitted.v1", "logbook/ap-1", 41)
copies = Reason(Symptom.IDENTICAL_REFLECTIONS, "3", (event,))
stamped = Reason(Symptom.SIGNED_OFF_IN_SECONDS, "4", (event,))
idle = Reason(Symptom.ATTENDANCE_WITHOUT_OUTPUT, "52", (event,), about="ap-1")
raised = SecondClassroomRiskRaised("drives", "2026-03", (copies,))
appealed = RiskAppealed("drives", "m-7", "They wrote it together.")
confirmed = RiskConfirmed("drives", "p-dean", "The texts are the same.")


def test_a_risk_states_its_reasons_and_the_events_behind_them_can_be_appealed_and_leads_to_a_persons() -> None:
    given().when(RaiseRisk("drives", "2026-03", (copies,))).then(raised)
    for reasons in ([], [{"symptom": "identical_reflections", "figure": "3", "behind": []}]):
        with pytest.raises(Invalid, match="reasons"):
            read_struct(RaiseRisk, {"base": "drives", "month": "2026-03", "reasons": reasons})
    given(raised).when(AppealRisk("m-7", "They wrote it together.")).then(appealed)
    given(raised, appealed).when(ConfirmRisk("p-dean", "The texts are the same.")).then(confirmed)
    # what decides names who decided, and no reaction sends it
    for order in (ConfirmRisk, ClearRisk):
        assert "decided_by" in order.__struct_fields__
        assert not [who for who in sent_by(order) if "reaction" in who]


def test_a_risk_that_is_raised_again_gains_the_reasons_that_are_new() -> None:
    again = RaiseRisk("drives", "2026-03", (copies, stamped, idle))
    given(raised).when(again).then(RiskReasonAdded("drives", stamped), RiskReasonAdded("drives", idle))


def test_a_reason_is_stated_once() -> None:
    given(raised).when(RaiseRisk("drives", "2026-03", (copies,))).then_rejected(
        "reasons_stated_already", signs=["identical_reflections"]
    )


def test_a_risk_belongs_to_one_base_and_month() -> None:
    given(raised).when(RaiseRisk("drives", "2026-04", (stamped,))).then_rejected(
        "risk_exists", base="drives", month="2026-03"
    )


def test_a_risk_can_be_appealed() -> None:
    given(raised).when(AppealRisk("m-7", "They wrote it together.")).then(appealed)


def test_one_appeal_is_heard_at_a_time() -> None:
    given(raised, appealed).when(AppealRisk("m-8", "…")).then_rejected("appeal_pending")


def test_a_risk_leads_to_a_persons_decision() -> None:
    given(raised).when(ConfirmRisk("p-dean", "The texts are the same.")).then(confirmed)
    given(raised).when(ClearRisk("p-dean", "A set text.")).then(
        SecondClassroomRiskCleared("drives", "p-dean", "A set text.")
    )
    given(raised, appealed).when(ClearRisk("p-dean", "So they did.")).then(
        SecondClassroomRiskCleared("drives", "p-dean", "So they did.")
    )


def test_a_risk_that_is_decided_gains_no_reasons() -> None:
    for decided in (confirmed, SecondClassroomRiskCleared("drives", "p-dean", "…")):
        given(raised, decided).when(RaiseRisk("drives", "2026-03", (stamped,))).then_rejected("risk_decided")


def test_a_risk_is_decided_once_unless_it_is_appealed_against() -> None:
    given(raised, confirmed).when(ConfirmRisk("p-rector", "…")).then_rejected("risk_decided", state="confirmed")
    cleared = SecondClassroomRiskCleared("drives", "p-dean", "…")
    for order in (ConfirmRisk("p-rector", "…"), ClearRisk("p-rector", "…"), AppealRisk("m-7", "…")):
        given(raised, cleared).when(order).then_rejected("risk_decided", state="cleared")


def test_what_was_confirmed_may_be_cleared_later_by_a_person() -> None:
    given(raised, confirmed).when(ClearRisk("p-dean", "It was put right.")).then(
        SecondClassroomRiskCleared("drives", "p-dean", "It was put right.")
    )


def test_an_appeal_against_a_decision_is_decided_by_somebody_else_for_good() -> None:
    history = (raised, confirmed, appealed)
    given(*history).when(ConfirmRisk("p-dean", "…")).then_rejected("decided_it_before", person="p-dean")
    final = RiskConfirmed("drives", "p-rector", "…", appeal=True)
    given(*history).when(ConfirmRisk("p-rector", "…")).then(final)
    given(*history, final).when(AppealRisk("m-7", "…")).then_rejected("risk_decided", state="confirmed")


def test_nobody_decides_their_own_appeal() -> None:
    for order in (ConfirmRisk("m-7", "…"), ClearRisk("m-7", "…")):
        given(raised, appealed).when(order).then_rejected("decides_their_own_appeal", person="m-7")


def test_only_a_risk_that_was_raised_is_decided() -> None:
    for order in (AppealRisk("m-7", "…"), ConfirmRisk("p-dean", "…"), ClearRisk("p-dean", "…")):
        given().when(order).then_rejected("no_such_risk")
