"""Posts as they stand, one row each; and the chain of their holders, one row for each link."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Literal, TypeAlias, assert_never

from baseplus.bases.events import (
    ManagerAppointed,
    PostAbolished,
    PostCreated,
    PostEvent,
    PostHandedOver,
    PostKind,
    PostVacated,
)
from projections.runner.view import At, Row, View

PostState: TypeAlias = Literal["vacant", "held", "abolished"]
Change: TypeAlias = Literal["created", "appointed", "handed_over", "vacated", "abolished"]


class PostRow(Row):
    """One post as it stands.

    key: base:post. vacancy_limit: for how many days it may stand empty. since: from which day on it is in this state.
    holders: how many people have held it, one who came back counted again. position: of the last event shown.
    """

    key: str
    base: str
    post: str
    kind: PostKind
    title: str
    state: PostState
    since: date
    vacancy_limit: int
    reports_to: str | None
    created_on: date
    position: int
    holder: str | None = None
    holder_name: str | None = None
    holders: int = 0


class Posts(View[PostRow, PostEvent]):
    """One row per post."""

    name: ClassVar = "posts"
    indexes: ClassVar = (("base", "post"), ("holder",))

    def keys(self, event: PostEvent, at: At) -> Iterable[str]:
        return (f"{at.thing}:{event.post}",)

    def evolve(self, row: PostRow | None, event: PostEvent, at: At) -> PostRow | None:
        if isinstance(event, PostCreated):
            return _created(event, at)
        if row is None:
            return None
        row.position, row.since = at.position, event.on
        match event:
            case ManagerAppointed() | PostHandedOver():
                row.state, row.holder, row.holder_name = "held", event.person, event.name
                row.holders += 1
            case PostVacated():
                row.state, row.holder, row.holder_name = "vacant", None, None
            case PostAbolished():
                row.state = "abolished"
            case _:
                assert_never(event)
        return row


def _created(event: PostCreated, at: At) -> PostRow:
    return PostRow(
        key=at.key,
        base=at.thing,
        post=event.post,
        kind=event.kind,
        title=event.title,
        state="vacant",
        since=event.on,
        vacancy_limit=event.vacancy_limit,
        reports_to=event.reports_to,
        created_on=event.on,
        position=at.position,
    )


class PostChangeRow(Row):
    """One link of the chain.

    key: the position. outgoing: who held the post until then. person, name: who holds it from then on. handed_over:
    what went from the one to the other.
    """

    key: str
    base: str
    post: str
    kind: PostKind
    position: int
    what: Change
    day: date
    recorded_at: datetime
    handed_over: list[str]
    outgoing: str | None = None
    person: str | None = None
    name: str | None = None


class PostChanges(View[PostChangeRow, PostEvent]):
    """One row per event."""

    name: ClassVar = "post_changes"
    indexes: ClassVar = (("base", "post", "position"), ("person", "position"))

    def keys(self, event: PostEvent, at: At) -> Iterable[str]:  # noqa: ARG002 - each is a row of its own
        return (str(at.position),)

    def evolve(self, row: PostChangeRow | None, event: PostEvent, at: At) -> PostChangeRow:  # noqa: ARG002
        link = PostChangeRow(
            key=at.key,
            base=at.thing,
            post=event.post,
            kind=event.kind,
            position=at.position,
            what="created",
            day=event.on,
            recorded_at=at.recorded,
            handed_over=[],
        )
        match event:
            case PostCreated():
                pass
            case ManagerAppointed():
                link.what, link.person, link.name = "appointed", event.person, event.name
            case PostHandedOver():
                link.what, link.outgoing = "handed_over", event.outgoing
                link.person, link.name, link.handed_over = event.person, event.name, list(event.handed_over)
            case PostVacated():
                link.what, link.outgoing = "vacated", event.person
            case PostAbolished():
                link.what = "abolished"
            case _:
                assert_never(event)
        return link
