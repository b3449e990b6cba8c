"""Names for whoever takes part. Every person and organisation is invented."""

from __future__ import annotations

import random
from typing import NamedTuple


class Trade(NamedTuple):
    """What a base trains for. skills: of the occupation, by the ids of the standard's criteria."""

    occupation: str
    industry: str
    title: str
    skills: tuple[str, ...]


ASSOCIATION, ASSOCIATION_NAME = "joint-training-council", "Joint Training Council"

TOWNS = (
    "Ashford", "Brookhaven", "Caldera", "Dunmere", "Elmsworth", "Fairlight", "Granholm", "Hartwell", "Ivybridge",
    "Juniper Bay", "Kestrel", "Larkspur", "Merivale", "Northgate", "Oakhurst", "Penrose", "Quarry Hill", "Rosedale",
    "Stonebridge", "Thornbury", "Upwell", "Verity", "Westmere", "Yarrow",
)  # fmt: skip
FIRMS = (
    "Alder Robotics", "Beacon Drives", "Cobalt Castings", "Delta Sensors", "Ember Welding", "Falcon Controls",
    "Garnet Motors", "Halcyon Marine", "Iris Optics", "Jade Batteries", "Keystone Tools", "Lumen Lighting",
    "Meridian Pumps", "Nimbus Turbines", "Onyx Presses", "Pinnacle Cranes",
)  # fmt: skip
TRADES = (
    Trade("mechatronics-technician", "mechatronics", "Mechatronics", ("wiring", "fitting", "programming", "safety")),
    Trade("welder", "metalwork", "Welding", ("seams", "drawings", "materials", "safety")),
    Trade("drive-technician", "drives", "Drive technology", ("bearings", "motors", "alignment", "safety")),
    Trade("electronics-technician", "electronics", "Electronics", ("boards", "measuring", "testing", "safety")),
)
_GIVEN = (
    "Ada", "Bo", "Clara", "Dinh", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kofi", "Lena", "Mira", "Noor",
    "Omar", "Pia", "Quentin", "Rosa", "Samir", "Tess", "Umay", "Viktor", "Wanda", "Xiu", "Yara", "Zoltan",
)  # fmt: skip
_FAMILY = (
    "Adler", "Brandt", "Costa", "Duarte", "Eriksen", "Fischer", "Gao", "Haddad", "Ivanov", "Jensen", "Keller", "Lopes",
    "Mensah", "Novak", "Okafor", "Park", "Quiroga", "Rossi", "Solberg", "Tanaka", "Ueda", "Visser", "Wong", "Yilmaz",
)  # fmt: skip
TITLES = (
    "Mount a gearbox", "Wire a control cabinet", "Set up a test bench", "Replace a bearing", "Read a circuit plan",
    "Calibrate a sensor", "Mill a bracket", "Write an inspection report", "Program a station", "Measure a shaft",
)  # fmt: skip
LESSONS = (
    "I measured twice before I cut", "I asked the master before I switched it on", "The drawing was older",
    "I found the fault with the meter and not by luck", "Order on the bench saves an hour a day",
    "The second try took half the time of the first", "I noted every torque that I used",
)  # fmt: skip
COPIED = "Today I learnt much and will go on learning with all my strength."


def town(number: int) -> str:
    """The name of the town of the university with that number, from 0; no two are alike."""
    turn, place = divmod(number, len(TOWNS))
    return TOWNS[place] if turn == 0 else f"{TOWNS[place]} {turn + 1}"


def slug(name: str) -> str:
    """A name as an id."""
    return name.lower().replace(" ", "-")


def person(chance: random.Random) -> str:
    """Somebody's name."""
    return f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"
