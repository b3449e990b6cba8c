"""What days and hours of a base are counted from: when its posts were held, its resources there, and used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, assert_never

import msgspec

from baseplus.bases.events import (
    BaseClosed,
    ManagerAppointed,
    PostAbolished,
    PostCreated,
    PostEvent,
    PostHandedOver,
    PostVacated,
    ResourceContributed,
    ResourceRetired,
    ResourceUsed,
)
from projections.runner.view import At, Row, View


class Tenure(msgspec.Struct):
    """Held by this person from the one day until, and without, the other; None: still."""

    person: str
    since: date
    until: date | None = None


class PostOfBase(msgspec.Struct):
    """There from the one day until, and without, the other; None: still."""

    post: str
    since: date
    until: date | None
    tenures: list[Tenure]


class PostSpansRow(Row):
    """The posts of one base. A day belongs to what stands at its end."""

    base: str
    posts: list[PostOfBase]


class PostSpans(View[PostSpansRow, PostEvent | BaseClosed]):
    """One row per base."""

    name: ClassVar = "post_spans"

    def evolve(self, row: PostSpansRow | None, event: PostEvent | BaseClosed, at: At) -> PostSpansRow | None:
        if isinstance(event, PostCreated):
            row = row or PostSpansRow(base=at.thing, posts=[])
            row.posts.append(PostOfBase(event.post, event.on, None, []))
            return row
        if row is None:
            return None
        match event:
            case ManagerAppointed() | PostHandedOver() | PostVacated() | PostAbolished():
                for post in row.posts:
                    if post.post == event.post:
                        _change(post, event)
            case BaseClosed():
                for post in row.posts:
                    post.until = post.until or event.on
            case _:
                assert_never(event)
        return row


def _change(post: PostOfBase, event: ManagerAppointed | PostHandedOver | PostVacated | PostAbolished) -> None:
    for tenure in post.tenures:
        tenure.until = tenure.until or event.on
    match event:
        case ManagerAppointed() | PostHandedOver():
            post.tenures.append(Tenure(event.person, event.on))
        case PostAbolished():
            post.until = event.on
        case PostVacated():
            pass
        case _:
            assert_never(event)


class ResourceSpanRow(Row):
    """When a resource was there: from the one day until, and without, the other; None: it still is."""

    resource: str
    base: str
    weekly_hours: int
    since: date
    until: date | None = None


class ResourceSpans(View[ResourceSpanRow, ResourceContributed | ResourceRetired]):
    """One row per resource."""

    name: ClassVar = "resource_spans"

    def evolve(
        self, row: ResourceSpanRow | None, event: ResourceContributed | ResourceRetired, at: At
    ) -> ResourceSpanRow | None:
        match event:
            case ResourceContributed():
                hours = event.weekly_hours
                return ResourceSpanRow(resource=at.thing, base=event.base, weekly_hours=hours, since=event.on)
            case ResourceRetired():
                if row is not None:
                    row.until = event.on
            case _:
                assert_never(event)
        return row


class ResourceUseRow(Row):
    """How long a resource was used on a day. key: resource:day. minutes: whole ones. people: who used it."""

    key: str
    resource: str
    base: str
    day: date
    minutes: int
    people: list[str]


class ResourceUse(View[ResourceUseRow, ResourceUsed]):
    """One row per resource and day of use."""

    name: ClassVar = "resource_use"
    indexes: ClassVar = (("resource", "day"),)

    def keys(self, event: ResourceUsed, at: At) -> Iterable[str]:
        return [f"{at.thing}:{day}" for day in event.minutes]

    def evolve(self, row: ResourceUseRow | None, event: ResourceUsed, at: At) -> ResourceUseRow:
        day = date.fromisoformat(at.key.rpartition(":")[2])
        if row is None:
            row = ResourceUseRow(key=at.key, resource=at.thing, base=event.base, day=day, minutes=0, people=[])
        row.minutes += event.minutes[day]
        row.people = sorted({*row.people, event.used_by})
        return row
