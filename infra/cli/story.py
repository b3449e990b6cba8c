"""The demonstration's story: a base is founded on paper, signed and in force, and its results are compared.

Everything is told by sending commands, as anybody would. Each has a fixed key, so that a story that was interrupted
goes on where it was, and one that was told is not told again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from baseplus.agreements.model import AddClause, Agreement, Draft, Propose, Sign, agreements
from baseplus.agreements.terms import Every, Obligation, Party, PartyKind, Quantity
from baseplus.benchmarks.model import benchmarks
from baseplus.kernel.decisions import Command, Decider, Metadata
from baseplus.kernel.vocabulary import TenantId
from infra.imports.made_up import make_up_returns
from infra.imports.outcome_file import OutcomeRow, read_outcome_file
from infra.imports.outcomes import file_returns
from infra.postgres.store import Store
from projections.benchmarks.release import release
from tenants.model import RegisterTenant, TenantKind, tenancy

UNIVERSITY = TenantId("lakeside-university")
ENTERPRISE = TenantId("harbour-robotics")
ASSOCIATION = TenantId("mechatronics-association")
AGREEMENT = "base-2026"
RELEASE = "destinations-first"
INDICATOR = "sustained_destination_rate"
PERIODS = ("2013-14", "2014-15")

_TENANTS = (
    (UNIVERSITY, TenantKind.UNIVERSITY, "Lakeside University of Applied Sciences"),
    (ENTERPRISE, TenantKind.ENTERPRISE, "Harbour Robotics"),
    (ASSOCIATION, TenantKind.ASSOCIATION, "Association of the Mechatronics Industry"),
)
_DRAFT = Draft(
    title="Joint base for mechatronics apprentices",
    parties=(
        Party(id=UNIVERSITY, kind=PartyKind.SCHOOL, name="Lakeside University of Applied Sciences"),
        Party(id=ENTERPRISE, kind=PartyKind.ENTERPRISE, name="Harbour Robotics"),
    ),
    ends=date(2031, 8, 31),
)
_CLAUSES = (
    AddClause(
        clause="masters",
        party=ENTERPRISE,
        text="Harbour Robotics gives at least 40 hours of guidance by its masters in every half-year.",
        obligation=Obligation(
            fulfilled_by=("mentoring.guidance_given.v1",),
            due=Every(months=6, first=date(2027, 1, 31)),
            quantity=Quantity(amount="40", unit="hours"),
        ),
    ),
    AddClause(clause="workshop", party=UNIVERSITY, text="Lakeside may use the workshop in hall 3 on weekdays."),
)


class Step(NamedTuple):
    """One step of the story. told: what people read; new: it happened now, and not at an earlier start."""

    told: str
    new: bool


class Returns(NamedTuple):
    """Outcome returns to file, and where they come from."""

    rows: list[OutcomeRow]
    source: str
    made_up: bool


def was_told(store: Store) -> bool:
    """Whether the story was told to its end before: the release is its last step."""
    return store.load(ASSOCIATION, benchmarks, RELEASE)[0].released is not None


def tell(store: Store) -> Iterator[Step]:
    """The agreement, from draft to effect: each step is done when it is yielded. Raises Unavailable."""
    for tenant, kind, name in _TENANTS:
        store.register(tenant)
        new = _send(store, tenant, tenancy, tenant, f"register-{tenant}", RegisterTenant(kind=kind, name=name))
        yield Step(f"{name} is registered ({kind}, id {tenant})", new)

    def agree(key: str, order: Command) -> bool:
        return _send(store, UNIVERSITY, agreements, AGREEMENT, key, order)

    yield Step(f"Agreement {AGREEMENT} is drafted: {_DRAFT.title}", agree("draft", _DRAFT))
    for clause in _CLAUSES:
        yield Step(f"Clause {clause.clause} is added: {clause.text}", agree(f"clause-{clause.clause}", clause))
    proposed = agree("propose", Propose())
    digest = _agreement(store)[0].digest or ""
    yield Step(f"It is proposed for signature, SHA-256 {digest[:12]}…", proposed)
    for party in (UNIVERSITY, ENTERPRISE):
        yield Step(f"{party} signs that text", agree(f"sign-{party}", Sign(party=party, digest=digest)))
    yield Step(f"Every party has signed: it is {_agreement(store)[0].stage.replace('_', ' ')}", proposed)


def find_returns() -> Returns:
    """The published outcome returns if they are on this machine, else some that we make up. Raises Invalid."""
    for shared in _shared():
        file = shared / "conformance" / "dfe-fe-outcomes" / "outcomes.csv"
        if file.is_file():
            return Returns(list(read_outcome_file(file).good), str(file), made_up=False)
    return Returns(
        make_up_returns(seed=1, providers=40), "made up: the published ones are not on this machine", made_up=True
    )


def file(store: Store, returns: Returns, on_progress: Callable[[int, int], None]) -> None:
    """File the returns; those that are there already stay as they are. Raises Unavailable."""
    file_returns(store, returns.rows, on_progress=on_progress)


def publish(store: Store, connection: psycopg.Connection[Any]) -> bool:
    """Make the association's first release from what is in the views; False where it was made before.

    connection: of the worker's role.
    """
    if was_told(store):
        return False
    release(store, connection, ASSOCIATION, RELEASE, INDICATOR, PERIODS)
    return True


def _shared() -> Iterator[Path]:
    if named := os.environ.get("BASEPLUS_SHARED"):
        yield Path(named)
        return
    yield Path.cwd().parent / "shared"
    yield Path(__file__).resolve().parents[3] / "shared"


def _agreement(store: Store) -> tuple[Agreement, int]:
    return store.load(UNIVERSITY, agreements, AGREEMENT)


def _send(
    store: Store, tenant: TenantId, decider: Decider[Any, Any, Any], thing: str, key: str, order: Command
) -> bool:
    """Whether it happened now."""
    receipt = store.execute(tenant, decider, thing, order, metadata=Metadata(key=f"demo-{key}"))
    return not receipt.replayed
