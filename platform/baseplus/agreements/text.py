"""The text that the parties sign: its canonical form, its digest, and what the law would have it say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from baseplus.agreements.due import first_due
from baseplus.agreements.nameable import check_names
from baseplus.agreements.terms import Clause, ContractTerm, Party
from baseplus.kernel.canonical import canonical, sha256
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

        An apprentice is in it by id alone: erasing a name must not make a signed text unprovable.
        """
        return canonical("agreement text 1", self)

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
        """Raises Rejected where the clause is nobody's, its id is taken, nothing could ever fulfil it, or its due dates
        all lie after the end."""
        self.check_party(clause.party)
        if clause.id in self.clauses_by_id:
            raise Rejected("clause_exists", clause=clause.id)
        if clause.obligation:
            check_names(clause.id, clause.obligation)
            if not first_due(clause.obligation, start, self.ends):
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
        return sha256(self.canonical)

    @property
    def missing_terms(self) -> list[ContractTerm]:
        """The mandatory contract terms that the text does not settle yet, in the order of the law."""
        return missing_terms(self.clauses, self.starts, self.ends)


def missing_terms(clauses: Iterable[Clause], starts: date | None, ends: date | None) -> list[ContractTerm]:
    """The mandatory contract terms that neither a clause nor the first and last day settle, in the order of the law."""
    covered = {term for clause in clauses for term in clause.covers}
    if starts and ends:
        covered.add(ContractTerm.START_AND_DURATION)
    return [term for term in ContractTerm if term not in covered]
