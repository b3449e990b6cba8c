"""The text that the parties sign: its canonical form, its digest, and what the law would have it say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from baseplus.agreements.due import first_due
from baseplus.agreements.terms import Clause, ContractTerm, Party
from baseplus.kernel.refusals import Rejected


class AgreementText(msgspec.Struct, frozen=True, kw_only=True):
    """All that the parties sign, in the order in which they read it. `ends` None: it has no last day."""

    title: str
    parties: tuple[Party, ...]
    clauses: tuple[Clause, ...]
    starts: date | None = None
    ends: date | None = None
    vocational: bool = False

    @property
    def canonical(self) -> bytes:
        """The same bytes for the same text, wherever they are made: JSON in UTF-8 with sorted keys and no spaces.

        What has its default is left out, so that a field that texts gain later changes no earlier digest. An
        apprentice is in it by id alone: erasing a name must not make a signed text unprovable.
        """
        return msgspec.json.encode({"form": "agreement text 1", "text": _said(self)}, order="sorted")

    @property
    def party_ids(self) -> frozenset[str]:
        """Who has to sign."""
        return frozenset(party.id for party in self.parties)

    @property
    def clauses_by_id(self) -> dict[str, Clause]:
        """The clauses by their ids."""
        return {clause.id: clause for clause in self.clauses}

    def check_party(self, party: str) -> None:
        """Raises Rejected where `party` is none of the agreement's."""
        if party not in self.party_ids:
            raise Rejected("unknown_party", party=party, parties=sorted(self.party_ids))

    def check_addition(self, clause: Clause, start: date) -> None:
        """Raises Rejected where the clause is nobody's, its id is taken, or its due dates all lie after the end."""
        self.check_party(clause.party)
        if clause.id in self.clauses_by_id:
            raise Rejected("clause_exists", clause=clause.id)
        if clause.obligation and not first_due(clause.obligation, start, self.ends):
            raise Rejected("never_due", clause=clause.id, ends=str(self.ends))

    def with_clause(self, clause: Clause) -> AgreementText:
        """The text with this clause at its end."""
        return msgspec.structs.replace(self, clauses=(*self.clauses, clause))

    def without_clause(self, clause: str) -> AgreementText:
        """The text without this clause. Raises Rejected where it has none of this id."""
        if clause not in self.clauses_by_id:
            raise Rejected("no_such_clause", clause=clause)
        return msgspec.structs.replace(self, clauses=tuple(one for one in self.clauses if one.id != clause))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text, 64 hexadecimal digits: what a signature is over."""
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def missing_terms(self) -> list[ContractTerm]:
        """The mandatory contract terms that the text does not settle yet, in the order of the law."""
        return missing_terms(self.clauses, self.starts, self.ends)


def _said(value: Any) -> Any:
    """What is said in so many words: a struct's fields that differ from their defaults, by value.

    msgspec's `omit_defaults` will not do: it asks whether they are the same object.
    """
    if isinstance(value, tuple):
        return [_said(part) for part in value]
    if not isinstance(value, msgspec.Struct):
        return value
    named = {field.name: (getattr(value, field.name), field.default) for field in msgspec.structs.fields(value)}
    said = {name: _said(part) for name, (part, default) in named.items() if part != default}
    tag = value.__struct_config__.tag_field
    return {tag: value.__struct_config__.tag, **said} if tag else said


def missing_terms(clauses: Iterable[Clause], starts: date | None, ends: date | None) -> list[ContractTerm]:
    """The mandatory contract terms that neither a clause nor the first and last day settle, in the order of the law."""
    covered = {term for clause in clauses for term in clause.covers}
    if starts and ends:
        covered.add(ContractTerm.START_AND_DURATION)
    return [term for term in ContractTerm if term not in covered]
