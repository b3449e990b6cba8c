"""Standards, assessments by both sides with what shows them, and certificates of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from baseplus.assessment.adoptions import AdoptStandard
from baseplus.assessment.assessments import Appeal, Correct, DecideAppeal, Moderate, Record, RecordOtherSide
from baseplus.assessment.certificates import Award, Revoke
from baseplus.assessment.criteria import Criterion, Evidence, Pair, Score, Side
from baseplus.assessment.crosswalks import ApproveCrosswalk
from baseplus.assessment.events import AppealOutcome, CertificateKind
from baseplus.assessment.self_assessments import SelfAssess
from baseplus.assessment.standards import Publish, Revise
from baseplus.assessment.text import StandardText
from baseplus.kernel.decisions import Step
from infra.simulation import cast
from infra.simulation.agenda import Agenda, order
from infra.simulation.world import Life, World

_DAY = timedelta(days=1)
_KINDS = {"practice": CertificateKind.ENTERPRISE, "vocational": CertificateKind.VOCATIONAL}


def _criteria(trade: cast.Trade) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(skill, skill.capitalize(), weight)
        for skill, weight in zip(trade.skills, (40, 30, 20, 10), strict=True)
    )


def publish(agenda: Agenda) -> None:
    """What the association publishes before anything begins: of each trade two standards, the one in its second
    version."""
    for trade in cast.TRADES:
        first = tuple(Criterion(skill, skill.capitalize(), 25) for skill in trade.skills)
        for kind in _KINDS:
            title = f"{trade.title}, {kind}"
            agenda.enter(agenda.first, order(_standard(trade, kind), Publish(trade.occupation, title, first)))
            agenda.enter(agenda.first, order(_standard(trade, kind), Revise(title, _criteria(trade))))


def _standard(trade: cast.Trade, kind: str) -> str:
    return f"{trade.occupation}-{kind}"


def adopt(world: World, trade: cast.Trade) -> None:
    """Adopt both standards of a trade, and see what of the one meets the other."""
    agenda, occupation = world.agenda, trade.occupation
    long_ago = agenda.first - timedelta(days=900)
    for kind in _KINDS:
        text = StandardText(occupation=occupation, title=f"{trade.title}, {kind}", version=2, criteria=_criteria(trade))
        ordered = AdoptStandard(cast.ASSOCIATION, _standard(trade, kind), 2, text.digest)
        agenda.enter(long_ago, order(_standard(trade, kind), ordered))
    pairs = tuple(Pair(skill, skill) for skill in trade.skills)
    left, right = (_standard(trade, kind) for kind in _KINDS)
    walk = ApproveCrosswalk(left, right, pairs, f"{world.tenant}-dean", long_ago)
    agenda.enter(long_ago + _DAY, order(f"walk-{occupation}", walk))


class _Examined:
    """One apprentice in front of both sides."""

    def __init__(self, world: World, life: Life) -> None:
        self.world, self.life, self.agenda = world, life, world.agenda
        self.chance = world.chance(life.id, "assessed")
        self.sat_again = False

    def judge(self) -> None:
        """They judge themselves, twice."""
        for number, after in enumerate((90, 300)):
            day = self.life.started + timedelta(days=after)
            if day < self.life.leaves:
                say = SelfAssess(
                    self.life.id, _standard(self.life.base.trade, "practice"), self._scores(day, 10), day, "Not yet."
                )
                self.agenda.enter(day, order(f"self-{self.life.id}-{number}", say))

    def sit(self, kind: str, day: date) -> None:
        """Both sides assess; who is the first of a cohort fails in practice and sits again."""
        name = f"{kind}-{self.life.id}"
        again = kind == "practice" and (self.life.first or self.chance.random() < 0.12)
        adoption = _standard(self.life.base.trade, kind)
        self._both(name, adoption, day, low=again)
        if again:
            self._mended(name, day + 2 * _DAY)
            self._both(f"{name}-2", adoption, day + 14 * _DAY, resit_of=name)
            name = f"{name}-2"
        elif self.life.first or self.chance.random() < 0.1:
            self._appealed(name, day + 3 * _DAY)
        self.award(kind, name, self.life.leaves + timedelta(days=self.chance.randrange(2, 9)))

    def _both(self, name: str, adoption: str, day: date, *, low: bool = False, resit_of: str | None = None) -> None:
        life, lag = self.life, self.chance.randrange(0, 5)
        base, gap = life.base, self.chance.randrange(-8, 9)

        def school() -> Iterator[Step]:
            scores = self._scores(day, -25 if low else 0, shown=True)
            yield order(
                name,
                Record(life.id, adoption, Side.SCHOOL, life.tutor, scores, day, "Go on like this.", resit_of),
            )

        def enterprise() -> Iterator[Step]:
            scores = self._scores(day, gap - (25 if low else 0))
            yield order(name, RecordOtherSide(Side.ENTERPRISE, base.masters[0], scores, day + lag * _DAY))

        self.agenda.enter(day, school)
        self.agenda.enter(day + lag * _DAY, enterprise)

    def _mended(self, name: str, day: date) -> None:
        """A slip is corrected, and somebody else looks at it."""
        scores, again = self._scores(day, -20, shown=True), self._scores(day, -18, shown=True)
        life = self.life
        slip = Correct(Side.SCHOOL, life.tutor, scores, "A figure of another sheet.")
        self.agenda.enter(day, order(name, slip))
        moderated = Moderate(Side.SCHOOL, life.base.moderator, again, "Both looked at the piece again.")
        self.agenda.enter(day + 3 * _DAY, order(name, moderated))

    def _appealed(self, name: str, day: date) -> None:
        upheld = self.chance.random() < 0.5
        decided, by = day + 6 * _DAY, f"{self.world.tenant}-dean"
        outcome = AppealOutcome.UPHELD if upheld else AppealOutcome.DISMISSED

        def decide() -> Iterator[Step]:
            scores = self._scores(day, 5, shown=True) if upheld else ()
            yield order(name, DecideAppeal(Side.SCHOOL, by, outcome, "The piece was measured again.", scores))

        self.agenda.enter(day + 2 * _DAY, order(name, Appeal(Side.SCHOOL, "The drawing was out of date.")))
        self.agenda.enter(decided, decide)

    def award(self, kind: str, name: str, day: date) -> None:
        """Awarded where there is something to show; one is revoked."""
        life = self.life
        certificate, by = f"{kind}-{life.id}", life.base.firm.id if kind == "practice" else cast.ASSOCIATION
        walk = other = None
        if kind == "vocational":
            walk, other = f"walk-{life.base.trade.occupation}", f"practice-{life.id}"
            if self.sat_again:
                other = f"{other}-2"
        self.sat_again = name.endswith("-2")

        def awarded() -> Iterator[Step]:
            if self.world.shown[life.id]:
                yield order(certificate, Award(_KINDS[kind], name, by, walk, other, day))

        def revoked() -> Iterator[Step]:
            if self.world.shown[life.id]:
                yield order(certificate, Revoke("It was awarded by a forged sheet.", day + 40 * _DAY))

        self.agenda.enter(day, awarded)
        if kind == "practice" and ((life.first and life.cohort == 0) or self.chance.random() < 0.03):
            self.agenda.enter(day + 40 * _DAY, revoked)

    def _scores(self, day: date, more: int, *, shown: bool = False) -> tuple[Score, ...]:
        """Points as their care lets expect, and with `shown` what they have shown by then."""
        chance = self.world.chance(self.life.id, "points", f"{day}", f"{more}")
        pieces = self.world.shown[self.life.id][-8:] if shown else []
        skills = self.life.base.trade.skills
        return tuple(
            Score(
                skill,
                max(0, min(100, int(45 + 45 * self.life.care) + more + chance.randrange(-6, 7))),
                tuple(Evidence(*piece) for piece in pieces[place :: len(skills)]),
            )
            for place, skill in enumerate(skills)
        )


def examine(world: World, life: Life) -> None:
    """Enter how an apprentice is assessed."""
    one = _Examined(world, life)
    one.judge()
    if life.why is None and life.leaves > world.agenda.first + timedelta(days=60):
        one.sit("practice", life.leaves - timedelta(days=43))
        one.sit("vocational", life.leaves - timedelta(days=23))
