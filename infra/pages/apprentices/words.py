"""How apprenticeships are put: states as badges, mentors by their side, what happened in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from baseplus.apprenticeships.events import MentorKind
from infra.pages.agreements.words import Badge, Whose
from infra.pages.forms.controls import label_of
from infra.pages.languages import gettext as _
from infra.pages.languages import mark, number
from infra.pages.names import learn
from projections.apprenticeships.queries import NamedApprenticeshipRow, NamedTimelineRow

STATES: Mapping[str, tuple[str, str]] = {
    "enrolled": ("due", mark("Enrolled")),
    "in_training": ("ok", mark("In training")),
    "on_break": ("", mark("On a break")),
    "completed": ("", mark("Completed")),
    "exited": ("gone", mark("Left")),
}
"""State of an apprenticeship -> its badge's class and words."""

KINDS: Mapping[MentorKind, tuple[str, str]] = {
    MentorKind.CAMPUS_TUTOR: ("school", mark("Campus tutor")),
    MentorKind.ENTERPRISE_MASTER: ("work", mark("Enterprise master")),
}
"""Kind of a mentor -> their side and what they are called."""

HAPPENED: Mapping[str, str] = {
    "enrolled": mark("Enrolled"),
    "mentor_assigned": mark("Mentor assigned"),
    "mentor_reassigned": mark("Mentor reassigned"),
    "mentor_relieved": mark("Mentor relieved"),
    "started": mark("Training started"),
    "break_started": mark("Break started"),
    "break_ended": mark("Break ended"),
    "completed": mark("Completed"),
    "exited": mark("Left before completing"),
    "guidance_given": mark("Guidance given"),
    "assessment_recorded": mark("Assessment recorded"),
    "assessment_corrected": mark("Assessment corrected"),
    "assessment_moderated": mark("Assessment moderated"),
    "assessment_appealed": mark("Assessment appealed"),
    "appeal_decided": mark("Appeal decided"),
    "self_assessed": mark("Assessed themselves"),
    "role_assumed": mark("Role assumed"),
    "role_relinquished": mark("Role relinquished"),
    "module_selected": mark("Module selected"),
    "module_passed": mark("Module passed"),
    "certificate_awarded": mark("Certificate awarded"),
    "certificate_revoked": mark("Certificate revoked"),
    "dual_certified": mark("Certified by both sides"),
    "pool_joined": mark("Joined the talent pool"),
    "pool_left": mark("Left the talent pool"),
    "hired": mark("Hired"),
    "destination_confirmed": mark("Destination confirmed"),
}
"""What happened, in words."""


def badge_of(state: str) -> Badge:
    """The badge of an apprenticeship's state."""
    kind, text = STATES[state]
    return Badge(kind, _(text))


def mentor(kind: MentorKind, name: str | None) -> Whose:
    """A mentor: their side and their name."""
    return Whose(KINDS[kind][0], name or "")


def kind_of(kind: MentorKind) -> str:
    """What a kind of mentor is called."""
    return _(KINDS[kind][1])


def know_apprentices(rows: list[NamedApprenticeshipRow]) -> None:
    """From here on events name these apprentices and their mentors."""
    for row in rows:
        learn({row.id: row.name, row.apprentice: row.name})
        mentors = ((row.tutor, row.tutor_name), (row.master, row.master_name))
        learn({mentor: name for mentor, name in mentors if mentor and name})


def detail(row: NamedTimelineRow) -> str:
    """Who and why, of something that happened."""
    parts = []
    if row.mentor and row.previous:
        parts.append(
            _(
                "%(previous)s to %(mentor)s",
                previous=row.previous_name or row.previous,
                mentor=row.mentor_name or row.mentor,
            )
        )
    elif row.mentor or row.previous:
        parts.append(row.mentor_name or row.mentor or row.previous_name or row.previous or "")
    if row.hours:
        parts.append(_("%(hours)s h", hours=number(row.hours)))
    parts += [label_of(fact.value) for fact in (row.reason, row.direction) if fact]
    if row.subject:
        parts.append(label_of(row.subject))
    return " · ".join(parts)
