"""What a base of two apprentices comes to, put together from the stories of the capabilities: streams that know one
another, which random ones do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from baseplus.agreements.events import BreachCured, ObligationBreached, ObligationFellDue
from baseplus.apprenticeships.events import (
    ApprenticeExited,
    ApprenticeshipCompleted,
    Destination,
    Direction,
    EmploymentConfirmed,
    ExitReason,
    MentorKind,
)
from baseplus.assessment.certified import Hold, Lose, RecogniseDual, certified
from baseplus.assessment.events import (
    CertificateHeld,
    CertificateKind,
    CertificateRevoked,
    CertifiedEvent,
    DualCertificationAchieved,
)
from baseplus.kernel.events import Event
from baseplus.kernel.scenario import NOON
from baseplus.logbook.events import ReflectionReviewed, SkillSignedOff, Work
from baseplus.mentoring.events import Channel, GuidanceGiven, MentorQualified
from baseplus.projects.events import IncubationGraduated, ProjectCompleted
from baseplus.services.events import ServiceDelivered, ServiceRequested
from tests.agreements.story import drafted, founded, guidance, in_force, signed_by_both
from tests.apprenticeships.story import both_relieved, day, in_training
from tests.apprenticeships.test_talent_pool import accepted as hired
from tests.apprenticeships.test_talent_pool import joined, offered, taken_over
from tests.assessment.certifying import awarded
from tests.assessment.story import joint
from tests.logbook.story import accepted, assigned, attempted, claimed, counted, demonstrated, reflection, submitted
from tests.projects.story import APPROVED, at_work, last_stage, registered, verified

MARCH = date(2026, 3, 31)
ENTERPRISE, VOCATIONAL = CertificateKind.ENTERPRISE, CertificateKind.VOCATIONAL
Streams = dict[str, Sequence[Event]]
HANDS_ON = MentorKind.ENTERPRISE_MASTER, MentorKind.CAMPUS_TUTOR


def _held(kind: CertificateKind, on: date) -> CertificateHeld:
    return CertificateHeld(kind, f"cert-{kind.value}", "person-17", "drives", on)


def _renewed(
    trained: str, forged: str | None, *awards: tuple[str, CertificateKind, date, date | None], late: str | None = None
) -> Streams:
    """Certificates of an apprenticeship: name, kind, day and last day of each. What was forged is void at once, and
    late, after all the others were awarded."""
    kept: Streams = {}
    rules: list[CertifiedEvent] = []
    found: list[Hold | RecogniseDual | Lose] = []
    for name, kind, on, expires in awards:
        award = msgspec.structs.replace(awarded(kind, on=on, expires=expires), apprenticeship=trained)
        hold = Hold(kind, name, "person-19", "drives", on, expires)
        orders: list[Hold | RecogniseDual | Lose] = [hold, RecogniseDual()]
        kept[f"certificates/{trained}-{name}"] = [award]
        if name in (forged, late):
            void = CertificateRevoked(kind, "person-19", trained, "drives", (), "It was forged", on, "as-1")
            kept[f"certificates/{trained}-{name}"] = [award, void]
            (orders if name == forged else found).append(Lose(kind, name, on))
        for order in orders:
            rules += certified.decide(order, certified.fold(rules), NOON)
    for order in found:
        rules += certified.decide(order, certified.fold(rules), NOON)
    return {**kept, f"certified/{trained}": rules}


def _owed() -> Sequence[Event]:
    effect = msgspec.structs.replace(in_force[len(signed_by_both)], proposed=day(16, month=2), signed=day(2))
    cured = BreachCured("guide", 1, (msgspec.structs.replace(guidance(30, "16"), on=day(30)),), MARCH, in_time=True)
    return (
        drafted,
        *signed_by_both[1:],
        effect,
        *in_force[len(signed_by_both) + 1 :],
        founded,
        ObligationFellDue("found", 1, MARCH, fulfilled=True),
        ObligationFellDue("guide", 1, MARCH),
        ObligationBreached("guide", 1, MARCH),
        cured,
    )


completed = ApprenticeshipCompleted("drives", day(16, month=2), day(20))
dual = DualCertificationAchieved("person-17", "drives", "cert-enterprise", "cert-vocational", day(9))

poached = ApprenticeExited(
    "person-17", "drives", ExitReason.POACHED, Direction.WORK, day(12), day(16, month=2), "A better wage"
)
reviewed = ReflectionReviewed(
    "person-17", "drives", "r-1", "m-gao", day(26, month=2), day(2), 1, "Measure twice, as you say"
)


TAKEN_OVER = taken_over.on


def _confirmed(
    months: int,
    destination: Destination,
    previous: Destination | None = None,
    hired: date | None = TAKEN_OVER,
    *,
    anew: bool = False,
) -> EmploymentConfirmed:
    asked = day(30, month=12)
    return EmploymentConfirmed("person-17", "drives", months, destination, day(20), asked, hired, previous, anew)


STREAMS: Streams = {
    "apprenticeships/ap-17": (*in_training, completed, *both_relieved(day(20))),
    "apprenticeships/ap-18": in_training,
    "apprenticeships/ap-19": (
        *in_training,
        joined,
        completed,
        *both_relieved(day(20)),
        taken_over,
        _confirmed(6, Destination.STUDY),
        _confirmed(6, Destination.TRAINING_ENTERPRISE, Destination.STUDY),
        _confirmed(12, Destination.TRAINING_ENTERPRISE),
    ),
    "apprenticeships/ap-20": (*in_training, joined, offered, hired),
    "apprenticeships/ap-21": (*in_training, poached),
    **{
        f"apprenticeships/ap-{number}": (
            *in_training,
            completed,
            *both_relieved(day(20)),
            _confirmed(6, Destination.STUDY, hired=None),
            _confirmed(12, Destination.TRAINING_ENTERPRISE, hired=None),
            taken_over,
            *then,
        )
        for number, then in (
            (22, ()),
            (23, (_confirmed(12, Destination.TRAINING_ENTERPRISE, Destination.TRAINING_ENTERPRISE, anew=True),)),
            (24, (_confirmed(12, Destination.ANOTHER_EMPLOYER, Destination.TRAINING_ENTERPRISE, anew=True),)),
        )
    },
    "logbook/ap-17": (
        *counted,
        *(claimed(day(26, month=2), Work.CLASSROOM, "2", 2), assigned, submitted, accepted()),
        *(demonstrated, attempted, SkillSignedOff("person-17", "drives", "turning", "m-gao", 1, day(26, month=2))),
        *(reflection, reviewed),
    ),
    "assessments/as-1": joint,
    "certificates/cert-vocational": (awarded(VOCATIONAL, on=day(6)),),
    "certificates/cert-enterprise": (awarded(ENTERPRISE, on=day(9)),),
    "certified/ap-17": (_held(VOCATIONAL, day(6)), _held(ENTERPRISE, day(9)), dual),
    "mentoring/m-gao": (
        MentorQualified("person-gao", "Twelve years at the lathe"),
        *(
            GuidanceGiven("ap-17", HANDS_ON[0], hours, Channel.OFFLINE, day(number))
            for number, hours in ((3, "2.5"), (31, "4"))
        ),
    ),
    "mentoring/m-he": (
        MentorQualified("person-he", "Two summers at Yunchuan", day(27, month=2)),
        GuidanceGiven("ap-18", HANDS_ON[1], "0.75", Channel.ONLINE, day(1, month=4)),
    ),
    "projects/gripper": (*at_work, registered, verified, ProjectCompleted("drives", day(27), APPROVED, "It grips")),
    "projects/venture": (*last_stage, IncubationGraduated("drives", day(28), day(2), "Gripper Ltd")),
    "agreements/joint": _owed(),
    "services/advice": (
        *(ServiceRequested(name, "drives", Channel.ONLINE, "p-shen", day(2), day(9)) for name in ("rq-1", "rq-2")),
        ServiceDelivered("rq-1", "drives", Channel.OFFLINE, Channel.ONLINE, day(2), day(9), day(9)),
        ServiceDelivered("rq-2", "drives", Channel.ONLINE, Channel.ONLINE, day(2), day(9), day(10)),
    ),
}

RENEWED: Streams = {
    "apprenticeships/ap-1": (*in_training, completed),
    "apprenticeships/ap-2": (*in_training, completed),
    **{f"apprenticeships/ap-{number}": (*in_training, completed) for number in (3, 4, 5, 6, 7)},
    # Certified by both until the 22nd, and again from the 25th on.
    **_renewed(
        "ap-1", None, ("old", VOCATIONAL, day(3), day(22)), ("own", ENTERPRISE, day(4), None),
        ("new", VOCATIONAL, day(25), None),
    ),
    # The first two were never valid on one day.
    **_renewed(
        "ap-2", None, ("old", VOCATIONAL, day(3), day(5)), ("own", ENTERPRISE, day(6), None),
        ("new", VOCATIONAL, day(25), None),
    ),
    # What makes it two was forged, and was replaced.
    **_renewed(
        "ap-3", "new", ("old", VOCATIONAL, day(3), day(5)), ("own", ENTERPRISE, day(6), None),
        ("new", VOCATIONAL, day(8), None), ("newest", VOCATIONAL, day(25), None),
    ),
    # Renewed before its last day, and then found to be forged: certified by both since the renewal only.
    **_renewed(
        "ap-4", None, ("old", VOCATIONAL, day(3), day(24)), ("own", ENTERPRISE, day(4), None),
        ("new", VOCATIONAL, day(22), None), late="old",
    ),
    # The renewal was forged: certified by both by what it renewed.
    **_renewed(
        "ap-5", None, ("old", VOCATIONAL, day(3), day(22)), ("own", ENTERPRISE, day(4), None),
        ("new", VOCATIONAL, day(25), None), late="new",
    ),
    # The enterprise's is recorded last, and was valid with the first one.
    **_renewed(
        "ap-6", None, ("old", VOCATIONAL, day(3), day(22)), ("new", VOCATIONAL, day(25), None),
        ("own", ENTERPRISE, day(4), None),
    ),
    # The one that it is certified by both by is replaced, and was forged.
    **_renewed(
        "ap-7", None, ("own", ENTERPRISE, day(3), day(5)), ("old", VOCATIONAL, day(4), None),
        ("owned", ENTERPRISE, day(25), None), late="own",
    ),
}  # fmt: skip
"""Seven who completed on the 20th, and whose certificates expired and were renewed."""
