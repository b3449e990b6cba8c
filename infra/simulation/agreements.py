"""What school and enterprise agree on: drafted, quarrelled over, signed, amended, rested, ended; and each apprentice's
contract of training."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from baseplus.agreements.amendments import DeclineAmendment, ProposeAmendment, SignAmendment
from baseplus.agreements.drafting import AddClause, Decline, Draft, Propose, RemoveClause, Sign
from baseplus.agreements.model import Resume, Suspend, Terminate
from baseplus.agreements.terms import ByDate, Clause, ContractTerm, Every, Obligation, Party, PartyKind, Quantity
from baseplus.agreements.text import AgreementText
from baseplus.bases.events import InspectionCompleted, ResourceContributed
from baseplus.kernel.decisions import Command
from baseplus.mentoring.events import GuidanceGiven, TeacherDispatchDelivered
from baseplus.oversight.events import JointReviewHeld
from infra.simulation.agenda import order
from infra.simulation.world import Base, Life, World

_DAY = timedelta(days=1)


class Paper:
    """A draft as its author has it: it knows the text, and so the digest that is signed."""

    def __init__(self, title: str, parties: tuple[Party, ...], ends: date | None = None, vocational: bool = False):
        self.draft = Draft(title, parties, None, ends, vocational)
        signing = tuple(Party(one.id, one.kind) if one.kind is PartyKind.APPRENTICE else one for one in parties)
        self.text = AgreementText(title=title, parties=signing, clauses=(), ends=ends, vocational=vocational)

    def add(self, clause: Clause) -> AddClause:
        """The order to add a clause."""
        self.text = self.text.with_clause(clause)
        return AddClause(clause.id, clause.party, clause.text, clause.obligation, clause.covers)

    def remove(self, clause: str) -> RemoveClause:
        """The order to remove one."""
        self.text = self.text.without_clause(clause)
        return RemoveClause(clause)

    def signed(self) -> Iterator[Sign]:
        """The signatures of all parties."""
        for party in self.text.parties:
            yield Sign(party.id, self.text.digest)


def agree(world: World, base: Base, size: int) -> None:
    """Enter the agreements of a base."""
    school = Party(world.tenant, PartyKind.SCHOOL, world.name)
    firm = Party(base.firm.id, PartyKind.ENTERPRISE, base.firm.name)
    _main(world, base, (school, firm), size)
    _loan(world, base, (school, firm))
    _summer(world, base, (school, firm))


def _enter(world: World, thing: str, day: date, *commands: Command) -> None:
    world.agenda.enter(day, *(order(thing, command) for command in commands))


def _main(world: World, base: Base, parties: tuple[Party, Party], size: int) -> None:
    school, firm = parties
    first, name = world.agenda.first, base.agreement
    paper = Paper(f"Joint training in {base.trade.title}", parties)
    month_end = (first.replace(day=1) + timedelta(days=62)).replace(day=1) - _DAY
    hours = Obligation((GuidanceGiven.TYPE,), Every(1, month_end), Quantity(str(3 * size), "hours"))
    reviews = Obligation((JointReviewHeld.TYPE,), Every(3, month_end))
    taught = Obligation((TeacherDispatchDelivered.TYPE,), Every(2, month_end), Quantity("8", "hours"))
    lathe = Obligation((ResourceContributed.TYPE,), ByDate(first + timedelta(days=45)))
    _enter(world, name, first, paper.draft)
    _enter(world, name, first, paper.add(Clause("guide", firm.id, "The enterprise guides, every month.", hours)))
    _enter(world, name, first, paper.add(Clause("review", school.id, "Both look at the base, every quarter.", reviews)))
    _enter(world, name, first, paper.add(Clause("teach", school.id, "The school sends teachers.", taught)))
    _enter(world, name, first, paper.add(Clause("exclusive", firm.id, "No other enterprise may hire.")))
    _enter(world, name, first, paper.add(Clause("lathe", firm.id, "The enterprise contributes a machine.", lathe)))
    _enter(world, name, first + _DAY, Propose(), Sign(school.id, paper.text.digest))
    _enter(world, name, first + 2 * _DAY, Decline(firm.id, "An exclusive right binds us more than it helps."))
    _enter(world, name, first + 3 * _DAY, paper.remove("exclusive"), Propose(), Sign(firm.id, paper.text.digest))
    _enter(
        world, name, first + 4 * _DAY, paper.add(Clause("offer", firm.id, "The enterprise may make the first offer."))
    )
    _enter(world, name, first + (7 if base.care > 0.5 else 21) * _DAY, Propose(), *paper.signed())
    _amend(world, base, paper.text, first + timedelta(days=80))


def _amend(world: World, base: Base, text: AgreementText, day: date) -> None:
    """One amendment is declined, the next one signed."""
    name, (school, firm) = base.agreement, text.parties
    more = Clause("more-hours", firm.id, "Two more hours a month for everybody.")
    offer = ProposeAmendment("am-1", "The last cohort asked for it.", add=(more,))
    _enter(world, name, day, offer, DeclineAmendment("am-1", firm.id, "The masters have no hours left."))
    lab = Clause(
        "safety", school.id, "The school looks after safety.", Obligation((InspectionCompleted.TYPE,), Every(6, day))
    )
    digest = text.with_clause(lab).digest
    day += timedelta(days=20)
    _enter(world, name, day, ProposeAmendment("am-2", "After the audit.", add=(lab,)))
    _enter(world, name, day + 5 * _DAY, *(SignAmendment("am-2", party.id, digest) for party in text.parties))


def _loan(world: World, base: Base, parties: tuple[Party, Party]) -> None:
    """Rests while what it asks for falls due, and is ended before its time."""
    school, firm = parties
    first, name = world.agenda.first, f"loan-{base.id}"
    paper = Paper("Loan of a test bench", parties)
    checked = Obligation((InspectionCompleted.TYPE,), ByDate(first + timedelta(days=100)), Quantity("40", "times"))
    lent = Obligation((ResourceContributed.TYPE,), Every(12, first + timedelta(days=400)), Quantity("4", "times"))
    _enter(world, name, first + 9 * _DAY, paper.draft, paper.add(Clause("check", school.id, "It is checked.", checked)))
    _enter(world, name, first + 9 * _DAY, paper.add(Clause("lend", firm.id, "A bench is lent.", lent)))
    _enter(world, name, first + 10 * _DAY, Propose(), *paper.signed())
    _enter(world, name, first + 85 * _DAY, Suspend(firm.id, "The hall is being rebuilt."))
    _enter(world, name, first + 120 * _DAY, Resume(firm.id))
    _enter(world, name, first + 200 * _DAY, Terminate(school.id, "The bench was bought.", first + 200 * _DAY))


def _summer(world: World, base: Base, parties: tuple[Party, Party]) -> None:
    """A short one that runs out."""
    school, _ = parties
    first, name = world.agenda.first, f"summer-{base.id}"
    paper = Paper("Summer school", parties, first + timedelta(days=150))
    host = paper.add(Clause("host", school.id, "The school hosts it."))
    _enter(world, name, first + 30 * _DAY, paper.draft, host, Propose())
    _enter(world, name, first + 33 * _DAY, *paper.signed())


def contract(world: World, life: Life) -> None:
    """The apprentice's own contract, with everything that the law asks for."""
    base, day = life.base, max(life.enrolled, world.agenda.first)
    parties = (
        Party(world.tenant, PartyKind.SCHOOL, world.name),
        Party(base.firm.id, PartyKind.ENTERPRISE, base.firm.name),
        Party(life.id, PartyKind.APPRENTICE, life.name),
    )
    paper = Paper(f"Contract of training in {base.trade.title}", parties, vocational=True)
    terms = Clause("terms", base.firm.id, "As the law asks for.", covers=tuple(ContractTerm))
    chance = world.chance(life.id, "contract")
    name = f"contract-{life.id}"
    _enter(world, name, day, paper.draft, paper.add(terms), Propose())
    _enter(world, name, day + chance.randrange(1, 15) * _DAY, *paper.signed())
    _enter(world, name, life.leaves, *_ended(life, world))


def _ended(life: Life, world: World) -> Iterator[Command]:
    if life.why is not None and life.leaves > world.agenda.first + 20 * _DAY:
        yield Terminate(life.id, "The training has ended.", life.leaves)
