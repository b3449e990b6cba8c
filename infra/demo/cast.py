"""Who takes part in the demonstration. Every person and organisation in it is invented."""

from __future__ import annotations

from dataclasses import dataclass

from baseplus.kernel.access import Role
from baseplus.kernel.vocabulary import TenantId
from infra.simulation.university import tenant_of


@dataclass(frozen=True)
class Organisation:
    """id, and the name that people read."""

    id: str
    name: str


@dataclass(frozen=True)
class Mentor:
    """kind: campus_tutor or enterprise_master. organisation: whose they are, by its id."""

    id: str
    name: str
    kind: str
    organisation: str
    capacity: int = 4


@dataclass(frozen=True)
class Apprentice:
    """fate: how far they have come. tutor, master: ids of mentors; started: days ago."""

    id: str
    name: str
    enterprise: str
    tutor: str
    master: str
    started: int
    fate: str = "in_training"


@dataclass(frozen=True)
class University:
    """A university, its base, and who works there."""

    tenant: TenantId
    name: str
    base: str
    occupation: str
    enterprises: tuple[Organisation, ...]
    mentors: tuple[Mentor, ...]
    apprentices: tuple[Apprentice, ...]

    def agreement_with(self, enterprise: str) -> str:
        """The id of their agreement: `base-2026` with the first enterprise, `base-2025` with the second."""
        return f"base-{2026 - [one.id for one in self.enterprises].index(enterprise)}"


@dataclass(frozen=True)
class Key:
    """A key to issue. own: whose it is, of a mentor's or an enterprise's."""

    tenant: TenantId
    role: Role
    own: str | None = None

    @property
    def id(self) -> str:
        """Its id in the tenant's history."""
        return f"demo-{self.own or self.role.value}"


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as, by a key in the tenant's history. about: what they do there."""

    id: str
    name: str
    about: str
    key: Key


ASSOCIATION = TenantId("mechatronics-association")
ASSOCIATION_NAME = "Association of the Mechatronics Industry"

_HARBOUR = Organisation("harbour-robotics", "Harbour Robotics")
_NORTHWIND = Organisation("northwind-drives", "Northwind Drives")
_YUNCHUAN = Organisation("yunchuan", "Yunchuan Drives")
_HEYUAN = Organisation("heyuan", "Heyuan Castings")
_FJORD = Organisation("fjord-marine", "Fjord Marine Systems")

LAKESIDE = University(
    TenantId("lakeside-university"),
    "Lakeside University of Applied Sciences",
    "hall-3",
    "mechatronics-technician",
    (_HARBOUR, _NORTHWIND),
    (
        Mentor("m-okafor", "Ada Okafor", "campus_tutor", "lakeside-university", 8),
        Mentor("m-lind", "Per Lind", "campus_tutor", "lakeside-university", 5),
        Mentor("m-ortega", "Luis Ortega", "enterprise_master", "harbour-robotics", 4),
        Mentor("m-hall", "Grace Hall", "enterprise_master", "harbour-robotics", 3),
        Mentor("m-brandt", "Jonas Brandt", "enterprise_master", "northwind-drives", 4),
    ),
    (
        Apprentice("p-01", "Mira Solberg", "harbour-robotics", "m-okafor", "m-ortega", 410),
        Apprentice("p-02", "Tom Achterberg", "harbour-robotics", "m-okafor", "m-ortega", 410),
        Apprentice("p-03", "Lena Fischer", "harbour-robotics", "m-okafor", "m-ortega", 402, "on_break"),
        Apprentice("p-04", "Samir Haddad", "harbour-robotics", "m-okafor", "m-ortega", 395),
        Apprentice("p-05", "Noor Visser", "harbour-robotics", "m-lind", "m-hall", 380),
        Apprentice("p-06", "Oskar Nyberg", "harbour-robotics", "m-lind", "m-hall", 380, "completed"),
        Apprentice("p-07", "Ines Duarte", "northwind-drives", "m-lind", "m-brandt", 300),
        Apprentice("p-08", "Kofi Mensah", "northwind-drives", "m-lind", "m-brandt", 300, "poached"),
        Apprentice("p-09", "Yara Lopes", "northwind-drives", "m-okafor", "m-brandt", 120),
        Apprentice("p-10", "Emil Novak", "northwind-drives", "m-okafor", "m-brandt", 0, "enrolled"),
    ),
)
QINGLAN = University(
    TenantId("qinglan-university"),
    "青岚大学 Qinglan University",
    "drive-technology",
    "drive-technician",
    (_YUNCHUAN, _HEYUAN),
    (
        Mentor("m-he", "何若琳", "campus_tutor", "qinglan-university", 8),
        Mentor("m-lu", "陆诗远", "campus_tutor", "qinglan-university", 8),
        Mentor("m-gao", "高铭泽", "enterprise_master", "yunchuan", 6),
        Mentor("m-xu", "徐安琪", "enterprise_master", "heyuan", 3),
    ),
    (
        Apprentice("p-01", "沈雨桐", "yunchuan", "m-he", "m-gao", 430),
        Apprentice("p-02", "陶嘉宁", "yunchuan", "m-he", "m-gao", 430),
        Apprentice("p-03", "白雨辰", "yunchuan", "m-he", "m-gao", 425),
        Apprentice("p-04", "范巧玲", "yunchuan", "m-lu", "m-gao", 425, "completed"),
        Apprentice("p-05", "任浩宇", "yunchuan", "m-lu", "m-gao", 420, "completed"),
        Apprentice("p-06", "钟文博", "heyuan", "m-lu", "m-xu", 260),
        Apprentice("p-07", "葛欣怡", "heyuan", "m-lu", "m-xu", 260, "dropped_out"),
        Apprentice("p-08", "林子墨", "heyuan", "m-he", "m-xu", 90),
    ),
)
NORDIA = University(
    TenantId("nordia-university"),
    "University of Nordia",
    "ship-lab",
    "marine-electronics-technician",
    (_FJORD,),
    (
        Mentor("m-berg", "Solveig Berg", "campus_tutor", "nordia-university", 6),
        Mentor("m-aas", "Henrik Aas", "enterprise_master", "fjord-marine", 3),
    ),
    (
        Apprentice("p-01", "Ingrid Moen", "fjord-marine", "m-berg", "m-aas", 200),
        Apprentice("p-02", "Lars Dahl", "fjord-marine", "m-berg", "m-aas", 200),
        Apprentice("p-03", "Eva Strand", "fjord-marine", "m-berg", "m-aas", 30),
    ),
)
UNIVERSITIES = (LAKESIDE, QINGLAN, NORDIA)

PERSONAS = (
    Persona("lakeside", "Ada Okafor", "runs the base of Lakeside University", Key(LAKESIDE.tenant, Role.STAFF)),
    Persona("harbour", "Vera Stein", "signs for Harbour Robotics", Key(LAKESIDE.tenant, Role.ENTERPRISE, _HARBOUR.id)),
    Persona("ortega", "Luis Ortega", "master at Harbour Robotics", Key(LAKESIDE.tenant, Role.MENTOR, "m-ortega")),
    Persona("inspector", "Karin Holm", "inspects Lakeside for the regulator", Key(LAKESIDE.tenant, Role.REGULATOR)),
    Persona("qinglan", "何若琳", "青岚大学基地负责人 · runs Qinglan's base", Key(QINGLAN.tenant, Role.STAFF)),
    Persona("nordia", "Solveig Berg", "runs the base of Nordia", Key(NORDIA.tenant, Role.STAFF)),
    Persona("ashford", "Ines Costa", "runs the bases of Ashford University", Key(tenant_of(0), Role.STAFF)),
    Persona("association", "Ruth Amsel", "compares bases for the industry", Key(ASSOCIATION, Role.ASSOCIATION)),
)

KEYS = tuple(
    dict.fromkeys(
        [
            *(persona.key for persona in PERSONAS),
            *(Key(one.tenant, Role.ENTERPRISE, firm.id) for one in UNIVERSITIES for firm in one.enterprises),
        ]
    )
)
"""Every key that the demonstration issues: the personas', and one for each enterprise, which signs by it."""
