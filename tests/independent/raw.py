"""The raw history, as it lies in the store: JSON by stream and position, read with nothing of the program's own.

What stands in this folder is written from the catalogue of the domain, the declared definitions and the docstrings of
events. It imports no read model, and counts in another way than they do: it goes through a whole history and counts
people and days one by one, where read models add up what single events say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import psycopg

Key = tuple[str, str, str]
"""Base, period, category."""
Figures = dict[Key, tuple[Fraction, Fraction, int]]
"""Above the line, below it, and people."""


@dataclass(frozen=True)
class Fact:
    """One event. recorded: the day on which it was said to have happened, for those that say no other."""

    position: int
    stream: str
    type: str
    day: date
    data: dict[str, Any]

    @property
    def thing(self) -> str:
        """What the stream is about."""
        return self.stream.partition("/")[2]

    @property
    def on(self) -> date:
        """The day that it is about."""
        return date.fromisoformat(self.data["on"])


class History:
    """A university's events, by type, in their order."""

    def __init__(self, connection: psycopg.Connection[Any], tenant: str) -> None:
        rows = connection.execute(
            "SELECT position, stream, type, (occurred_at AT TIME ZONE 'UTC')::date,"
            " convert_from(data, 'utf8')::jsonb FROM store.events WHERE tenant = %s ORDER BY position",
            (tenant,),
        )
        self._by_type: dict[str, list[Fact]] = defaultdict(list)
        for row in rows:
            fact = Fact(*row)
            self._by_type[fact.type].append(fact)

    def of(self, *types: str) -> Iterator[Fact]:
        """The events of these types, `capability.name` without the version, in the order of the history."""
        found = [fact for one in types for fact in self._by_type.get(f"{one}.v1", ())]
        return iter(sorted(found, key=lambda fact: fact.position))


@dataclass(frozen=True)
class Asked:
    """For which periods, for bases or the university as one, and which day is the first that is not counted."""

    per: str
    whole: bool
    today: date

    def base(self, base: str | None) -> str:
        """The base that figures are of; empty for the university."""
        return "" if self.whole or base is None else base

    def period(self, day: date) -> str:
        """The month, term (March to August is spring) or academic year (from September) of a day."""
        if self.per == "month":
            return day.isoformat()[:7]
        first = day.year - (day.month < 9)
        year = f"{first}-{(first + 1) % 100:02}"
        if self.per == "year":
            return year
        return f"{year}-spring" if 3 <= day.month <= 8 else f"{year}-autumn"

    def last(self, day: date) -> date:
        """The last day of the period that the day lies in, or the last one that is counted."""
        end, name = day, self.period(day)
        while self.period(end + timedelta(days=1)) == name and end + timedelta(days=1) < self.today:
            end += timedelta(days=1)
        return end


class Tally:
    """What is counted, by base, period and category. fullest: people count in each month anew, and of several months
    those of the fullest one are shown."""

    def __init__(self, asked: Asked, *, fullest: bool = False) -> None:
        self._asked, self._fullest = asked, fullest
        self._sums: dict[Key, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
        self._people: dict[Key, dict[str, set[Hashable]]] = defaultdict(lambda: defaultdict(set))

    def add(
        self,
        base: str | None,
        day: date,
        above: Fraction | int = 0,
        below: Fraction | int = 0,
        person: Hashable = None,
        category: str = "all",
    ) -> None:
        """Something of that day. person: who stands behind it; None: nobody who could be told."""
        key = (self._asked.base(base), self._asked.period(day), category)
        self._sums[key][0] += above
        self._sums[key][1] += below
        if person is not None:
            self._people[key][day.isoformat()[:7]].add(person)

    def figures(self) -> Figures:
        """All that was counted."""
        return {key: (above, below, self._counted(key)) for key, (above, below) in self._sums.items()}

    def _counted(self, key: Key) -> int:
        months = self._people[key].values()
        return max(map(len, months), default=0) if self._fullest else len(set[Hashable]().union(*months))
