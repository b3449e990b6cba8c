"""The story: three universities do what universities do. Each step is a request, and each may be repeated."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from baseplus.kernel.access import Role
from infra.demo.cast import ASSOCIATION, ASSOCIATION_NAME, LAKESIDE, UNIVERSITIES, Apprentice, Key, University
from infra.demo.client import Api

OPEN_AGREEMENT = "base-2027"
"""Proposed, and signed by the school alone: whoever tries the demonstration signs it."""

CRITERIA = (
    ("planning", "Plans the work and its order", 20),
    ("fitting", "Fits, wires and aligns to the drawing", 35),
    ("testing", "Tests, finds faults and mends them", 30),
    ("safety", "Works safely and keeps the place in order", 15),
)

Clients = Mapping[Key, Api]
"""By the key that each comes in with."""


def tell(clients: Clients, today: date) -> Iterator[str]:
    """Every step as people read it, done when it is yielded. Raises Refused, Unavailable."""
    association = clients[Key(ASSOCIATION, Role.ASSOCIATION)]
    digests = {one.occupation: _publish(association, one.occupation) for one in UNIVERSITIES}
    yield f"{ASSOCIATION_NAME} publishes a skill standard for each of {len(digests)} occupations"
    for university in UNIVERSITIES:
        staff = clients[Key(university.tenant, Role.STAFF)]
        for enterprise in university.enterprises:
            signed = _agree(clients, university, enterprise.id, today)
            yield f"{university.name} and {enterprise.name} agree on {university.base}: {signed} is signed by both"
        staff.bulk("demo-mentors", _mentors(university))
        yield f"{len(university.mentors)} mentors of {university.name} are registered"
        staff.bulk("demo-apprentices", _apprentices(university, today))
        yield f"{len(university.apprentices)} apprentices are enrolled and given a mentor of each kind"
        staff.bulk("demo-fates", _fates(university, today))
        yield "They start, rest, complete and leave, as apprentices do"
        _adopt(staff, university, digests[university.occupation])
        staff.bulk("demo-assessments", _assessments(university, today))
        yield f"{university.name} adopts the standard for its occupation, and both sides assess by it"
    yield f"An agreement of {LAKESIDE.name} waits for the enterprise's signature: {_propose_another(clients)}"


def _agree(clients: Clients, university: University, enterprise: str, today: date) -> str:
    agreement = university.agreement_with(enterprise)
    staff = clients[Key(university.tenant, Role.STAFF)]
    works = clients[Key(university.tenant, Role.ENTERPRISE, enterprise)]
    digest = _draft(staff, university, enterprise, agreement, today - timedelta(days=450))
    for party, client in ((university.tenant, staff), (enterprise, works)):
        client.command(f"/agreements/{agreement}/sign", f"demo-sign-{agreement}-{party}", party=party, digest=digest)
    return agreement


def _propose_another(clients: Clients) -> str:
    staff = clients[Key(LAKESIDE.tenant, Role.STAFF)]
    digest = _draft(staff, LAKESIDE, LAKESIDE.enterprises[0].id, OPEN_AGREEMENT, None)
    sign = f"/agreements/{OPEN_AGREEMENT}/sign"
    staff.command(sign, f"demo-sign-{OPEN_AGREEMENT}", party=LAKESIDE.tenant, digest=digest)
    return OPEN_AGREEMENT


def _draft(staff: Api, university: University, enterprise: str, agreement: str, starts: date | None) -> str:
    """Draft and propose it; the digest of what is to be signed."""
    name = next(one.name for one in university.enterprises if one.id == enterprise)
    parties = [
        {"id": university.tenant, "kind": "school", "name": university.name},
        {"id": enterprise, "kind": "enterprise", "name": name},
    ]
    term: dict[str, Any] = {"starts": starts.isoformat()} if starts else {}
    title = f"Joint base {university.base}, {name}"
    staff.command("/agreements", f"demo-draft-{agreement}", id=agreement, title=title, parties=parties, **term)
    for clause in _clauses(university, enterprise):
        staff.command(f"/agreements/{agreement}/clauses", f"demo-{agreement}-{clause['clause']}", **clause)
    staff.command(f"/agreements/{agreement}/propose", f"demo-propose-{agreement}")
    return str(staff.query(f"/agreements/{agreement}")["digest"])


def _clauses(university: University, enterprise: str) -> Iterator[dict[str, Any]]:
    every = {"rule": "every", "months": 6, "first": "2026-01-31"}
    yield {
        "clause": "masters",
        "party": enterprise,
        "text": "The enterprise gives at least 40 hours of guidance by its masters in every half-year.",
        "obligation": {
            "fulfilled_by": ["mentoring.guidance_given.v1"],
            "due": every,
            "quantity": {"amount": "40", "unit": "hours"},
        },
    }
    yield {
        "clause": "review",
        "party": university.tenant,
        "text": "The school calls a joint review in every half-year.",
        "obligation": {"fulfilled_by": ["oversight.joint_review_held.v1"], "due": every},
    }
    yield {
        "clause": "workshop",
        "party": university.tenant,
        "text": f"The school may use the workshop of {university.base} on weekdays.",
    }


def _mentors(university: University) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = [
        {
            "command": "mentoring.register",
            "id": mentor.id,
            "person": mentor.id,
            "name": mentor.name,
            "kind": mentor.kind,
            "organisation": mentor.organisation,
            "capacity": mentor.capacity,
        }
        for mentor in university.mentors
    ]
    tutors = [mentor for mentor in university.mentors if mentor.kind == "campus_tutor"]
    evidence = "two years of practice in the trade"
    return orders + [{"command": "mentoring.qualify", "id": one.id, "evidence": evidence} for one in tutors[:1]]


def _apprentices(university: University, today: date) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = []
    for one in university.apprentices:
        on = (today - timedelta(days=one.started + 14)).isoformat()
        orders.append(
            {
                "command": "apprenticeships.enrol",
                "id": _apprenticeship(one),
                "apprentice": one.id,
                "name": one.name,
                "base": university.base,
                "enterprise": one.enterprise,
                "occupation": university.occupation,
                "agreement": university.agreement_with(one.enterprise),
                "on": on,
            }
        )
        kinds = {"campus_tutor": one.tutor, "enterprise_master": one.master}
        if one.fate == "enrolled":
            del kinds["enterprise_master"]
        for kind, mentor in kinds.items():
            assign = {"command": "apprenticeships.assign_mentor", "id": _apprenticeship(one)}
            orders.append({**assign, "kind": kind, "mentor": mentor, "on": on})
    return orders


def _fates(university: University, today: date) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = []
    for one in university.apprentices:
        if one.fate == "enrolled":
            continue

        def order(verb: str, days_ago: int, one: Apprentice = one, **fields: str) -> None:
            on = (today - timedelta(days=days_ago)).isoformat()
            orders.append({"command": f"apprenticeships.{verb}", "id": _apprenticeship(one), "on": on, **fields})

        order("start", one.started)
        match one.fate:
            case "on_break":
                order("start_break", 20)
            case "completed":
                order("complete", 12)
            case "poached":
                order("exit", 40, reason="poached", direction="work")
            case "dropped_out":
                order("exit", 33, reason="dropped_out", direction="study")
    return orders


def _publish(association: Api, occupation: str) -> str:
    """Publish the standard for an occupation; the digest that it is adopted by."""
    criteria = [{"id": each, "title": title, "weight": weight} for each, title, weight in CRITERIA]
    title = f"Practical examination: {occupation.replace('-', ' ')}"
    fields = {"occupation": occupation, "title": title, "criteria": criteria}
    association.command("/standards", f"demo-publish-{occupation}", id=occupation, **fields)
    return str(association.query(f"/standards/{occupation}")["digest"])


def _adopt(staff: Api, university: University, digest: str) -> None:
    occupation = university.occupation
    fields = {"association": ASSOCIATION, "standard": occupation, "version": 1, "digest": digest}
    staff.command("/adoptions", "demo-adopt", id=occupation, **fields)


def _assessments(university: University, today: date) -> list[dict[str, Any]]:
    """Both sides assess whoever has trained for a year; the school alone the others, some of them."""
    chance = random.Random(university.tenant)  # noqa: S311 - marks made up for show, nothing to guess
    orders: list[dict[str, Any]] = []
    for one in university.apprentices:
        if one.started < 60:
            continue
        able, on = chance.randint(62, 94), (today - timedelta(days=min(one.started - 30, 45))).isoformat()
        subject = {"apprenticeship": _apprenticeship(one), "adoption": university.occupation}
        by_school = {"side": "school", "assessor": one.tutor, "scores": _scores(chance, able), "on": on}
        orders.append({"command": "assessments.record", "id": _assessment(one), **subject, **by_school})
        if one.started > 365:
            able = min(100, able + chance.choice((-4, 2, 5, 17)))
            by_works = {"side": "enterprise", "assessor": one.master, "scores": _scores(chance, able), "on": on}
            orders.append({"command": "assessments.record_other_side", "id": _assessment(one), **by_works})
    return orders


def _scores(chance: random.Random, able: int) -> list[dict[str, Any]]:
    return [
        {"criterion": criterion, "points": max(0, min(100, able + chance.randint(-6, 6)))}
        for criterion, _, _ in CRITERIA
    ]


def _assessment(one: Apprentice) -> str:
    return f"x-{one.id}"


def _apprenticeship(one: Apprentice) -> str:
    return f"a-{one.id}"
