"""How an agreement begins: the commands that draft its text, lay it on the table, and sign or decline it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from baseplus.agreements.amendments import Signer
from baseplus.agreements.events import AgreementDrafted, ApprenticeNamed
from baseplus.agreements.terms import ContractTerm, Obligation, Party, PartyKind
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, Sha256, Text


class Draft(Command, frozen=True):
    """Draft an agreement.

    Opens a new agreement between a school, an enterprise and whoever joins them. It binds nobody until every party
    has signed the same text.
    """

    title: Annotated[
        Line, Meta(description="what the parties call it", examples=["Joint training of drive technology apprentices"])
    ]
    parties: Annotated[tuple[Party, ...], Meta(min_length=2, max_length=20, description="who will sign")]
    starts: Annotated[
        Day | None, Meta(description="the first day of its term; left out, the day of the last signature")
    ] = None
    ends: Annotated[Day | None, Meta(description="the last day of its term; left out, it has none")] = None
    vocational: Annotated[
        bool, Meta(description="a contract of vocational training: proposed only with all mandatory terms")
    ] = False
    base: Annotated[Id | None, Meta(description="the base that it is about; left out, the university as a whole")] = (
        None
    )


class AddClause(Command, frozen=True):
    """Add a clause to a draft.

    With an obligation it is a duty of the party, without one a right. A changed draft voids earlier signatures.
    """

    clause: Annotated[Id, Meta(description="the clause's own id")]
    party: Annotated[Id, Meta(description="whose right or duty it is")]
    text: Annotated[Text, Meta(description="the clause as the parties will read it; no personal data")]
    obligation: Annotated[Obligation | None, Meta(description="which events fulfil it, how much, by when")] = None
    covers: Annotated[
        tuple[ContractTerm, ...], Meta(max_length=12, description="the mandatory contract terms that it settles")
    ] = ()


class RemoveClause(Command, frozen=True):
    """Remove a clause from a draft.

    A changed draft voids earlier signatures.
    """

    clause: Annotated[Id, Meta(description="the clause's own id")]


class Propose(Command, frozen=True):
    """Propose the draft for signature.

    Lays the text on the table and fixes its digest. A contract of vocational training is refused while a mandatory
    term is missing.
    """


class Sign(Command, frozen=True):
    """Sign the proposed text.

    The agreement takes effect when every party has signed the same digest.
    """

    party: Signer
    digest: Annotated[Sha256, Meta(description="SHA-256 of the text that the party read")]


class Decline(Command, frozen=True):
    """Decline the proposed text.

    Takes it off the table; signatures over it count no more. The draft may be changed and proposed again.
    """

    party: Signer
    reason: Annotated[Text, Meta(description="why, for the other parties")]


DraftCommand = AddClause | RemoveClause | Propose | Sign | Decline


def opened(draft: Draft) -> Iterator[AgreementDrafted | ApprenticeNamed]:
    """What a new draft leads to. Raises Rejected."""
    ids, kinds = [party.id for party in draft.parties], {party.kind for party in draft.parties}
    if len(set(ids)) < len(ids):
        raise Rejected("party_named_twice", parties=ids)
    needed = {PartyKind.SCHOOL, PartyKind.ENTERPRISE} | ({PartyKind.APPRENTICE} if draft.vocational else set())
    if missing := needed - kinds:
        raise Rejected("party_missing", missing=sorted(kind.value for kind in missing))
    people = [party for party in draft.parties if party.kind is PartyKind.APPRENTICE]
    if nameless := [party.id for party in draft.parties if not party.name and party not in people]:
        raise Rejected("party_without_a_name", parties=nameless)
    if draft.starts and draft.ends and draft.ends < draft.starts:
        raise Rejected("ends_before_it_starts", starts=draft.starts.isoformat(), ends=draft.ends.isoformat())
    parties = tuple(Party(party.id, party.kind) if party in people else party for party in draft.parties)
    yield AgreementDrafted(draft.title, parties, draft.starts, draft.ends, draft.vocational, draft.base)
    for person in people:
        if person.name:
            yield ApprenticeNamed(person.id, person.name)
