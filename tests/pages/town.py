"""A university with agreements in every state, told by commands, and readers who sign in to its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from baseplus.agreements.drafting import AddClause, Draft, Propose, Sign
from baseplus.agreements.model import Agreement, agreements
from baseplus.agreements.obligations import CureBreach, Fulfil, PassDueDates
from baseplus.agreements.terms import ByDate, Every, Evidence, Obligation, Party, PartyKind, Quantity
from baseplus.apprenticeships.events import MentorKind
from baseplus.apprenticeships.model import (
    AssignMentor,
    EndBreak,
    Enrol,
    ReassignMentor,
    Start,
    StartBreak,
    apprenticeships,
)
from baseplus.assessment.adoptions import AdoptStandard, adoptions, as_published
from baseplus.assessment.assessments import Record, RecordOtherSide, against_adopted, assessments
from baseplus.assessment.criteria import Criterion, Score, Side
from baseplus.assessment.criteria import Evidence as Seen
from baseplus.assessment.standards import Publish, standards
from baseplus.benchmarks.events import Group
from baseplus.benchmarks.model import ReleaseBenchmark, benchmarks
from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Command, Decider, Metadata
from baseplus.kernel.vocabulary import TenantId
from baseplus.mentoring.model import Qualify, Register, mentoring
from baseplus.outcomes.model import FileReturn, outcomes
from infra.http.app import create_app
from infra.http.parts import Parts, open_parts
from infra.pages.site import PAGES
from infra.postgres.database import Database
from infra.postgres.store import Store
from infra.project import make_worker
from infra.session import Sessions
from infra.settings import Settings, read_settings
from tenants.keys.model import IssueKey, in_its_tenant, keys
from tenants.keys.token import Token, new_token
from tenants.model import RegisterTenant, TenantKind, tenancy
from tests.projections.runner.stage import running

QINGLAN, YUNCHUAN = TenantId("qinglan"), TenantId("yunchuan")
GUIDANCE, DISPATCH = "mentoring.guidance_given.v1", "bases.base_founded.v1"
SCHOOL = Party(QINGLAN, PartyKind.SCHOOL, "Qinglan University")
DRIVES = Party(YUNCHUAN, PartyKind.ENTERPRISE, "Yunchuan Drives")
METROLOGY = Party("mingzhou", PartyKind.ENTERPRISE, "Mingzhou Metrology")
CASTINGS = Party("heyuan", PartyKind.ENTERPRISE, "Heyuan Castings")
ASSOCIATION = Party("jianghe", PartyKind.ASSOCIATION, "Jianghe Machinery Association")

IN_FORCE, TO_SIGN, DRAFTED = "agr-2026-014", "agr-2026-003", "agr-2026-008"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def tell_everything(store: Store, today: date) -> None:
    """The whole story of Qinglan University. Half a year of it lies before `today`."""
    tell(store, today)
    tell_of_people(store, today)
    tell_of_assessments(store, today)
    tell_of_benchmarks(store)


def tell(store: Store, today: date) -> None:
    """One agreement in force for half a year, with what was kept, late, cured and is to come; one that waits for a
    signature; one draft."""
    store.register(QINGLAN)
    store.execute(
        QINGLAN, tenancy, QINGLAN, RegisterTenant("Qinglan University"), now=noon(today - timedelta(days=220))
    )
    first = (today.replace(day=1) - timedelta(days=150)).replace(day=28)

    def order(thing: str, day: date, *commands: Command) -> None:
        at = noon(day)
        store.execute(QINGLAN, agreements, thing, *commands, at=at, now=at, metadata=Metadata(actor="k-tao"))

    began = first - timedelta(days=20)
    drafted = Draft(
        "Joint training of drive technology apprentices",
        (SCHOOL, DRIVES, ASSOCIATION),
        began,
        date(today.year + 2, 8, 31),
    )
    monthly = Every(1, first)
    once = Obligation((DISPATCH,), ByDate(first))
    hours = Obligation((GUIDANCE,), monthly, Quantity("288", "hours"))
    teacher = Obligation(("mentoring.teacher_dispatch_delivered.v1",), monthly, Quantity("8", "hours"))
    soon = Obligation((DISPATCH,), ByDate(today + timedelta(days=4)))
    clauses = (
        AddClause("found", SCHOOL.id, "Found the base and name its teacher in charge.", once),
        AddClause("guide", DRIVES.id, "Guide each apprentice 16 hours a month.", hours),
        AddClause("dispatch", SCHOOL.id, "Send a teacher to the workshop, 8 hours a month.", teacher),
        AddClause("review", ASSOCIATION.id, "Review the training plan against the current standard.", soon),
        AddClause("hire", DRIVES.id, "May offer employment first, from the talent pool."),
    )
    order(IN_FORCE, began - timedelta(days=5), drafted, *clauses)
    order(IN_FORCE, began - timedelta(days=4), Propose())
    digest = digest_of(store, IN_FORCE)
    for days, party in enumerate((SCHOOL, DRIVES, ASSOCIATION)):
        order(IN_FORCE, began - timedelta(days=3 - days), Sign(party.id, digest))
    order(IN_FORCE, began + timedelta(days=2), Fulfil("found", 1, (_evidence(DISPATCH, 1),)))
    due, occurrence = first, 1
    while due < today:
        order(
            IN_FORCE,
            due,
            Fulfil(
                "dispatch", occurrence, (_evidence("mentoring.teacher_dispatch_delivered.v1", 2 * occurrence, "8"),)
            ),
        )
        if occurrence not in (2, 5):
            order(IN_FORCE, due, Fulfil("guide", occurrence, (_evidence(GUIDANCE, 2 * occurrence + 1, "288"),)))
        order(IN_FORCE, due + timedelta(days=1), PassDueDates())
        if occurrence == 2:
            order(IN_FORCE, due + timedelta(days=9), CureBreach("guide", 2, (_evidence(GUIDANCE, 30, "288"),)))
        due, occurrence = (due.replace(day=1) + timedelta(days=32)).replace(day=28), occurrence + 1
    order(TO_SIGN, today - timedelta(days=9), Draft("Metrology for castings", (SCHOOL, CASTINGS)),
          AddClause("room", SCHOOL.id, "Heyuan may use the metrology laboratory on weekdays."), Propose())  # fmt: skip
    order(TO_SIGN, today - timedelta(days=8), Sign(SCHOOL.id, digest_of(store, TO_SIGN)))
    order(DRAFTED, today - timedelta(days=1), Draft("Measuring technology", (SCHOOL, METROLOGY)))


def tell_of_people(store: Store, today: date) -> None:
    """Masters and tutors, one of each at capacity; two apprentices in training, one on a break, one who waits for a
    master."""
    began = today - timedelta(days=160)

    def order(decider: Decider[Any, Any, Any], thing: str, *commands: Command, day: date = began) -> None:
        store.execute(QINGLAN, decider, thing, *commands, at=noon(day), now=noon(day), metadata=Metadata(actor="k-tao"))

    tutor, master = MentorKind.CAMPUS_TUTOR, MentorKind.ENTERPRISE_MASTER
    for thing, name, kind, organisation, capacity in (
        ("he", "He Ruolin", tutor, QINGLAN, 8),
        ("lu", "Lu Shiyuan", tutor, QINGLAN, 6),
        ("gao", "Gao Mingze", master, YUNCHUAN, 2),
        ("xu", "Xu Anqi", master, YUNCHUAN, 5),
    ):
        order(mentoring, thing, Register(f"p-{thing}", name, kind, organisation, capacity), Qualify("…"))
    for thing, name in (
        ("shen", "Shen Yutong"), ("bai", "Bai Yuchen"), ("fan", "Fan Qiaoling"), ("ren", "Ren Haoyu")
    ):  # fmt: skip
        order(apprenticeships, thing, Enrol(f"p-{thing}", name, "drive-base", YUNCHUAN, "cnc-4", IN_FORCE))
        order(apprenticeships, thing, AssignMentor(tutor, "he"))
    for thing, mentor in (("shen", "xu"), ("bai", "gao"), ("fan", "xu")):
        order(apprenticeships, thing, AssignMentor(master, mentor), Start(), day=began + timedelta(days=9))
    order(apprenticeships, "shen", ReassignMentor(master, "gao"), day=began + timedelta(days=60))
    order(apprenticeships, "fan", StartBreak(), day=today - timedelta(days=12))
    order(apprenticeships, "bai", StartBreak(), day=began + timedelta(days=70))
    order(apprenticeships, "bai", EndBreak(), day=began + timedelta(days=84))


def tell_of_assessments(store: Store, today: date) -> None:
    """An association's standard is adopted. Shen is assessed by both sides, far apart in safety; Bai by the school."""
    jianghe = TenantId(ASSOCIATION.id)
    day = today - timedelta(days=30)
    store.register(jianghe)

    def order(tenant: TenantId, decider: Decider[Any, Any, Any], thing: str, command: Command, **more: Any) -> None:
        store.execute(tenant, decider, thing, command, at=noon(day), now=noon(day), **more)

    order(jianghe, tenancy, jianghe, RegisterTenant(str(ASSOCIATION.name), TenantKind.ASSOCIATION))
    criteria = (
        Criterion("drawings", "Read drawings and plan the work", 15),
        Criterion("setup", "Set up machine and tooling", 20),
        Criterion("tolerance", "Machine to tolerance", 40),
        Criterion("safety", "Maintain and work safely", 25),
    )
    order(jianghe, standards, "cnc", Publish("cnc-4", "CNC machinist, level 4", criteria))
    digest = store.load(jianghe, standards, "cnc")[0].versions[1].digest
    order(QINGLAN, adoptions, "cnc-1", AdoptStandard(jianghe, "cnc", 1, digest), resolve=as_published)

    def scores(*points: int) -> tuple[Score, ...]:
        seen = (Seen("apprenticeships/shen", 60),)
        return tuple(Score(one.id, given, seen) for one, given in zip(criteria, points, strict=True))

    school, work = Side.SCHOOL, Side.ENTERPRISE
    for thing, trained, points in (("shen-1", "shen", (86, 78, 81, 74)), ("bai-1", "bai", (70, 72, 75, 80))):
        record = Record(trained, "cnc-1", school, "he", scores(*points))
        order(QINGLAN, assessments, thing, record, resolve=against_adopted)
    order(QINGLAN, assessments, "shen-1", RecordOtherSide(work, "gao", scores(96, 99, 98, 91)))


def tell_of_benchmarks(store: Store) -> None:
    """The university's own returns, and what the association released: one of its groups must not be shown."""
    for category, people, rate in (("Level 2", 64, 86), ("Level 3", 58, 91), ("Level 4", 12, 75)):
        store.execute(QINGLAN, outcomes, "2025-26", FileReturn("2025-26", category, people, rate))
    groups = (
        Group("Level 2", "2025-26", 25, 79, 84, 88, 93),
        Group("Level 3", "2025-26", 25, 82, 86, 89, 94),
        Group("Level 4", "2025-26", withheld="too_few_people"),
    )
    release = ReleaseBenchmark("sustained_destination_rate", ("2025-26",), groups, {QINGLAN: 3})
    store.execute(TenantId(ASSOCIATION.id), benchmarks, "autumn-2026", release)


def _evidence(kind: str, position: int, amount: str = "1") -> Evidence:
    return Evidence(kind, "mentoring/m-1", position, amount)


def digest_of(store: Store, thing: str) -> str:
    state: Agreement = store.load(QINGLAN, agreements, thing)[0]
    assert state.digest is not None
    return state.digest


class Reader:
    """Somebody before a browser without scripts."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def page(self, path: str, status: int = 200, **more: Any) -> BeautifulSoup:
        """The page at this address."""
        response = self.client.get(path, **more)
        assert response.status_code == status, (path, response.status_code, response.text)
        return BeautifulSoup(response.text, "html.parser")

    def form(self, path: str) -> dict[str, Any]:
        """What the form of a page would send if nobody touched it."""
        return filled_in(self.page(path))

    def post(self, path: str, data: Mapping[str, Any]) -> TestResponse:
        return self.client.post(path, data=data)

    def submit(self, path: str, **changed: str) -> TestResponse:
        """Open the form, change these answers (`__` stands for `/`), send it."""
        answers = {"/" + name.replace("__", "/"): value for name, value in changed.items()}
        return self.post(path, {**self.form(path), **answers})


def filled_in(page: BeautifulSoup) -> dict[str, Any]:
    """The successful controls of the page's own form, as a browser has them."""
    form = page.select_one("main form[method=post]")
    assert form is not None, "the page has no form"
    found: dict[str, Any] = {}
    for one in form.select("input[name], select[name], textarea[name]"):
        name = str(one["name"])
        if one.name == "select":
            chosen = one.select_one("option[selected]") or one.select_one("option")
            found[name] = str(chosen["value"]) if chosen else ""
        elif one.name == "textarea":
            found[name] = one.text
        elif one.get("type") in ("checkbox", "radio"):
            if one.has_attr("checked"):
                found[name] = str(one.get("value", "on"))
        else:
            found[name] = str(one.get("value", ""))
    return found


@dataclass
class Town:
    """The application with its pages, and who comes to read them."""

    app: Flask
    parts: Parts
    numbers: Iterator[int]

    @property
    def store(self) -> Store:
        return self.parts.store

    def key(
        self, role: Role = Role.STAFF, tenant: TenantId = QINGLAN, own: str | None = None, name: str | None = None
    ) -> Token:
        """A new key of this role."""
        token = new_token(tenant, name or f"k-{next(self.numbers)}")
        order = IssueKey(role, "for a test", token.digest, own)
        self.store.execute(tenant, keys, token.key, order, resolve=in_its_tenant)
        return token

    def session(self, token: Token) -> str:
        """The cookie of whoever signed in with this key."""
        return Sessions("a secret of the tests").write(token.tenant, token.key)

    def stranger(self) -> Reader:
        """Somebody who has not signed in."""
        return Reader(self.app.test_client())

    def reader(self, role: Role = Role.STAFF, tenant: TenantId = QINGLAN, own: str | None = None) -> Reader:
        """Somebody who has signed in with a new key."""
        reader = self.stranger()
        form = reader.form("/")
        response = reader.post("/sign-in", {**form, "key": str(self.key(role, tenant, own))})
        assert response.status_code == 303, response.text
        return reader

    def register(self, tenant: TenantId, kind: TenantKind, name: str) -> TenantId:
        """One more tenant."""
        self.store.register(tenant)
        self.store.execute(tenant, tenancy, tenant, RegisterTenant(name, kind))
        return tenant

    @contextmanager
    def projecting(self) -> Iterator[None]:
        """A worker folds what happens, as long as this lasts."""
        with running(make_worker(self.parts.database, self.parts.settings, None)):
            yield

    def fold(self) -> None:
        """Have everything folded that has happened."""
        with self.projecting():
            assert self.caught_up()

    def caught_up(self) -> bool:
        """Whether everything that has happened is folded, within a minute."""
        tenants = (QINGLAN, TenantId(ASSOCIATION.id))
        return all(self.parts.reader.wait(tenant, self.store.position(tenant), patience=60) for tenant in tenants)


@contextmanager
def town(database: Database, settings: Settings | None = None, *, today: date | None = None) -> Iterator[Town]:
    """The application over a database in which there is Qinglan University."""
    settings = settings or replace(read_settings({}), secret="a secret of the tests")
    with open_parts(settings, database, threads=4) as parts:
        tell_everything(parts.store, today or datetime.now(UTC).date())
        yield Town(create_app(parts, site=PAGES), parts, count(1))


def texts(page: Tag, selector: str) -> list[str]:
    """The texts of what matches, with single spaces."""
    return [re.sub(r"\s+", " ", one.text).strip() for one in page.select(selector)]
