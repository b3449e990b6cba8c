"""The forms of an agreement's everyday commands: draft it, add clauses, propose, sign."""

from __future__ import annotations

from dataclasses import replace

from flask import abort

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.terms import PartyKind
from infra.pages import frame
from infra.pages.agreements.duties import DUTIES
from infra.pages.agreements.one import may_sign, own_to_sign
from infra.pages.agreements.words import name_of, promise, whose
from infra.pages.events import title
from infra.pages.forms.controls import Choice, Extras
from infra.pages.forms.page import Form, Prepared
from infra.pages.languages import gettext as _
from infra.pages.languages import mark
from infra.pages.visit import Visit
from projections.agreements.queries import ShowAgreement, one_agreement
from projections.agreements.views import AgreementRow


def _after(_visit: Visit, thing: str) -> tuple[str, dict[str, str]]:
    return "agreement", {"agreement": thing}


def _found(visit: Visit, thing: str | None) -> AgreementRow:
    if thing is None:
        abort(404)
    return visit.ask(one_agreement, ShowAgreement(agreement=thing))


def _back(visit: Visit, row: AgreementRow) -> str:
    return frame.page_url("agreement", visit, agreement=row.id)


def _new(visit: Visit, _thing: str | None) -> Prepared:
    owner = visit.owner
    ourselves = {"id": visit.tenant, "kind": PartyKind.SCHOOL.value, "name": owner.name}
    extras = Extras(
        rows={"/parties": 2},
        labels={"/parties/*": _("Party"), "/vocational": _("A contract of vocational training")},
        helps={"/parties/*/id": "", "/parties/*/name": "", "/vocational": _("Proposed only with all mandatory terms.")},
    )
    values = {"parties": [ourselves, {"kind": PartyKind.ENTERPRISE.value}]}
    return Prepared(_("Agreements"), frame.page_url("agreements", visit), extras, values)


def _clause(visit: Visit, thing: str | None) -> Prepared:
    row = _found(visit, thing)
    types = sorted((Choice(name, title(name)) for name in DUTIES), key=lambda one: one.label)
    extras = Extras(
        choices={
            "/party": [Choice(party.id, name_of(party)) for party in row.parties],
            "/obligation/fulfilled_by/*": types,
        },
        labels={
            "/clause": _("Id"),
            "/party": _("Whose right or duty"),
            "/text": _("What is promised"),
            "/obligation": _("Obligation"),
            "/obligation/fulfilled_by": _("Fulfilled by"),
            "/covers": _("Mandatory contract terms that it settles"),
        },
        helps={
            "/party": "",
            "/covers": "",
            "/obligation": _("A duty names the events that fulfil it; without one, the clause is a right."),
        },
    )
    if not row.vocational:
        extras = replace(extras, hidden=frozenset({"/covers"}))
    return Prepared(row.title, _back(visit, row), extras, {"clause": f"c{len(row.clauses) + 1}"})


def _propose(visit: Visit, thing: str | None) -> Prepared:
    row = _found(visit, thing)
    return Prepared(row.title, _back(visit, row), template="pages/read_first.html", facts=_text(row))


def _sign(visit: Visit, thing: str | None) -> Prepared:
    row = _found(visit, thing)
    parties, own = may_sign(visit, row), own_to_sign(visit, row)
    behalf = any(party not in own for party in parties)
    extras = Extras(
        choices={"/party": [Choice(party, _signer(row, party, party in own)) for party in parties]},
        labels={"/party": _("You sign for")},
        helps={
            "/party": _("For another party you record, on its behalf, that it has signed this text.") if behalf else ""
        },
        # what the reader has read: where the text changed meanwhile, the rules refuse it
        fixed={"/digest": row.digest or ""},
    )
    # one's own signature is offered, a partner's is chosen
    values = {"party": own[0]} if len(own) == 1 else {}
    facts = _text(row)
    return Prepared(row.title, _back(visit, row), extras, values, "pages/read_first.html", facts, ready=bool(parties))


def _signer(row: AgreementRow, party: str, own: bool) -> str:
    name = whose(row, party).name
    return name if own else _("%(party)s, on its behalf", party=name)


def _text(row: AgreementRow) -> dict[str, object]:
    """What a party reads before it signs."""
    clauses = [(clause.text, whose(row, clause.party), promise(clause)) for clause in row.clauses]
    return {"row": row, "clauses": clauses, "parties": [whose(row, party.id) for party in row.parties]}


FORMS = (
    Form(
        "draft_agreement",
        "/agreements/new",
        Draft,
        mark("New agreement"),
        mark("Draft it"),
        _new,
        _after,
        mark("It binds nobody until every party has signed the same text. Clauses are added next."),
    ),
    Form(
        "add_clause",
        "/agreements/<id:agreement>/clauses",
        AddClause,
        mark("Add a clause"),
        mark("Add it"),
        _clause,
        _after,
    ),
    Form(
        "propose_agreement",
        "/agreements/<id:agreement>/propose",
        Propose,
        mark("Propose for signature"),
        mark("Propose it"),
        _propose,
        _after,
        mark("This fixes the text that the parties sign. A later change voids their signatures."),
    ),
    Form(
        "sign_agreement",
        "/agreements/<id:agreement>/sign",
        Sign,
        mark("Sign the agreement"),
        mark("Sign it"),
        _sign,
        _after,
        mark("It takes effect when every party has signed this text."),
    ),
)
