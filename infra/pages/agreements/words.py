"""How agreements and what is owed under them are put: states as badges, sides by shape, promises in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from baseplus.agreements.terms import ByDate, Clause, Every, Obligation, PartyKind, Quantity
from infra.pages import events, languages
from infra.pages.languages import gettext as _
from infra.pages.languages import mark, ngettext
from infra.pages.names import names
from infra.pages.visit import Visit
from projections.agreements.queries import ListAgreements, agreements
from projections.agreements.views import AgreementRow, ObligationRow, Signatory

STATES: Mapping[str, tuple[str, str]] = {
    "draft": ("", mark("Draft")),
    "proposed": ("due", mark("To be signed")),
    "declined": ("late", mark("Declined")),
    "in_force": ("ok", mark("In force")),
    "suspended": ("risk", mark("Suspended")),
    "terminated": ("gone", mark("Terminated")),
    "expired": ("gone", mark("Expired")),
}
"""State of an agreement -> its badge's class and words."""

OWED: Mapping[str, tuple[str, str]] = {
    "open": ("due", mark("Due %(day)s")),
    "fulfilled": ("ok", mark("Fulfilled")),
    "breached": ("late", mark("Breached")),
    "cured": ("ok", mark("Cured")),
    "lapsed": ("gone", mark("Lapsed")),
}
"""State of what is owed -> its badge's class and words."""

_SIDES = {PartyKind.SCHOOL: "school", PartyKind.ENTERPRISE: "work"}


_UNITS = {"times": mark("times"), "hours": mark("hours")}
"""Units that are words. Others are the names of fields, or currencies."""


class Badge(NamedTuple):
    """A state, as a mark and in words."""

    state: str
    text: str


class Whose(NamedTuple):
    """A party: its shape and its name."""

    side: str
    name: str


def badge_of(state: str) -> Badge:
    """The badge of an agreement's state."""
    kind, text = STATES[state]
    return Badge(kind, _(text))


def badge_of_owed(row: ObligationRow) -> Badge:
    """The badge of something owed."""
    kind, text = OWED[row.state]
    return Badge(kind, _(text, day=languages.short_day(row.due)) if "%" in text else _(text))


def whose(agreement: AgreementRow, party: str) -> Whose:
    """A party of an agreement."""
    for one in agreement.parties:
        if one.id == party:
            return Whose(side_of(one), name_of(one))
    return Whose("", party)


def side_of(party: Signatory) -> str:
    """The shape of a party."""
    return _SIDES.get(party.kind, "")


def name_of(party: Signatory) -> str:
    """What a party is called. Persons go by their id."""
    return party.name or party.id


def know_parties(rows: Iterable[AgreementRow]) -> None:
    """From here on their parties have names and sides: those of the latest text that took effect. A text that binds
    nobody names whom no other one names."""
    known = names()
    for row in sorted(rows, key=_weight):
        known.called[row.id] = row.title
        for party in row.parties:
            known.sides[party.id], known.called[party.id] = side_of(party), name_of(party)


def _weight(row: AgreementRow) -> tuple[bool, bool, date]:
    """How much an agreement has to say about names: what took effect, the latest most; then what is proposed."""
    return row.effective_on is not None, row.state == "proposed", row.effective_on or date.min


def know_organisations(visit: Visit) -> None:
    """From here on the parties of all agreements that the reader may see have names and sides."""
    if visit.may(agreements):
        know_parties(visit.every(agreements, ListAgreements()))


def number_of(agreement: AgreementRow, clause: str) -> str:
    """The number that a clause has in the table; its id where it is in the text no more."""
    return next((str(no) for no, one in enumerate(agreement.clauses, 1) if one.id == clause), clause)


def summary(clause: Clause, longest: int = 100) -> str:
    """The beginning of a clause's text."""
    line = clause.text.partition("\n")[0]
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def promise(clause: Clause) -> str:
    """What fulfils a clause, how much, and by when."""
    if clause.obligation is None:
        return _("a right: nothing falls due")
    owed = clause.obligation
    parts = [doing(owed)]
    match owed.due:
        case ByDate(due):
            parts.append(_("once, by %(day)s", day=languages.day(due)))
        case Every(months, first):
            every = ngettext("every month", "every %(num)s months", months)
            parts.append(_("%(every)s, first by %(day)s", every=every, day=languages.day(first)))
    return languages.joined(filter(None, parts))


def doing(owed: Obligation) -> str:
    """What fulfils an obligation, and how much of it."""
    what = " / ".join(events.title(name) for name in owed.fulfilled_by)
    return languages.joined(filter(None, (what, amount(owed.quantity))))


def amount(quantity: Quantity) -> str:
    """How much is owed; nothing to say where it is once."""
    if quantity == Quantity():
        return ""
    return _("%(amount)s %(unit)s", amount=quantity.amount, unit=_(_UNITS.get(quantity.unit, quantity.unit)))
