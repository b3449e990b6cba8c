"""The posts of a base: commands, state, rules. They live in the base's own stream, so that each has one holder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta

from baseplus.bases.events import (
    DaysLong,
    ManagerAppointed,
    PostAbolished,
    PostCreated,
    PostEvent,
    PostHandedOver,
    PostKind,
    PostVacated,
)
from baseplus.kernel.days import day_of
from baseplus.kernel.decisions import Command
from baseplus.kernel.refusals import Rejected
from baseplus.kernel.vocabulary import Day, Id, Line, PersonId, Text

On = Annotated[Day | None, Meta(description="the day from which on it holds: today or earlier; left out, today")]
PostId = Annotated[Id, Meta(description="the post, by its id within the base")]
Name = Annotated[Line, Meta(description="the person's name")]

USUAL_VACANCY_LIMIT = 14


class CreatePost(Command, frozen=True):
    """Create a post.

    It is vacant until somebody is appointed. A base has one teacher in charge and one student general manager.
    """

    post: PostId
    kind: Annotated[PostKind, Meta(description="what it is there for")]
    title: Annotated[Line, Meta(description="what people call it")]
    vacancy_limit: Annotated[DaysLong, Meta(description="for how many days it may stand empty")] = USUAL_VACANCY_LIMIT
    reports_to: Annotated[Id | None, Meta(description="the post that it reports to")] = None
    on: On = None


class Appoint(Command, frozen=True):
    """Appoint somebody to a vacant post.

    A post has one holder: who follows somebody takes over from them by a handover.
    """

    post: PostId
    person: Annotated[PersonId, Meta(description="the person, by a random id that says nothing about them")]
    name: Name
    on: On = None


class HandOver(Command, frozen=True):
    """Hand a post over from one person to another.

    Names both of them, and what was handed over: keys, accounts, papers, what is open.
    """

    post: PostId
    outgoing: Annotated[PersonId, Meta(description="who holds it now")]
    person: Annotated[PersonId, Meta(description="who takes it over")]
    name: Name
    handed_over: Annotated[
        tuple[Line, ...], Meta(min_length=1, max_length=50, description="what was handed over, one thing a line")
    ]
    on: On = None


class Vacate(Command, frozen=True):
    """Record that somebody gave up a post and nobody follows them yet."""

    post: PostId
    reason: Annotated[Text | None, Meta(description="why; it can be erased")] = None
    on: On = None


class AbolishPost(Command, frozen=True):
    """Abolish a post that the base needs no longer.

    It must be vacant, and no other post may report to it.
    """

    post: PostId
    on: On = None


PostCommand = CreatePost | Appoint | HandOver | Vacate | AbolishPost
_ONCE = (PostKind.TEACHER_IN_CHARGE, PostKind.STUDENT_GENERAL_MANAGER)


class Term(msgspec.Struct, frozen=True):
    """A person held the post from the one day to the other; None: they still do."""

    person: str
    since: date
    until: date | None = None


class Post(msgspec.Struct, frozen=True):
    """What the rules need to know of a post. latest: the day of the last thing that happened to it."""

    kind: PostKind
    latest: date
    reports_to: str | None = None
    terms: tuple[Term, ...] = ()
    abolished: bool = False

    @property
    def holder(self) -> str | None:
        """Who holds it now."""
        return self.terms[-1].person if self.terms and self.terms[-1].until is None else None

    def holders_on(self, day: date) -> list[str]:
        """Who held it on that day: of a day on which it was handed over, both."""
        return [term.person for term in self.terms if term.since <= day <= (term.until or date.max)]


Posts = Mapping[str, Post]


def decide_post(command: PostCommand, posts: Posts, founded: date, now: datetime) -> Iterator[PostEvent]:
    """What an order about a post leads to. Raises Rejected."""
    post = posts.get(command.post)
    if isinstance(command, CreatePost):
        if post:
            raise Rejected("post_exists", post=command.post)
        yield _created(command, posts, day_of(command.on, now, founded))
        return
    if not post or post.abolished:
        raise Rejected("no_such_post", post=command.post)
    on = day_of(command.on, now, post.latest)
    match command:
        case Appoint(name, person, called):
            if post.holder:
                raise Rejected("post_is_held", post=name, holder=post.holder)
            yield ManagerAppointed(name, post.kind, person, called, on)
        case HandOver(name, outgoing, person, called, handed_over):
            if outgoing != _held(name, post):
                raise Rejected("not_the_holder", post=name, holder=post.holder, named=outgoing)
            if outgoing == person:
                raise Rejected("hands_over_to_themselves", post=name, person=person)
            yield PostHandedOver(name, post.kind, outgoing, person, called, handed_over, on)
        case Vacate(name, reason):
            yield PostVacated(name, post.kind, _held(name, post), on, reason)
        case AbolishPost(name):
            if post.holder:
                raise Rejected("post_is_held", post=name, holder=post.holder)
            if below := sorted(one for one, other in posts.items() if other.reports_to == name and not other.abolished):
                raise Rejected("posts_report_to_it", post=name, posts=below)
            yield PostAbolished(name, post.kind, on)
        case _:
            assert_never(command)


def vacate_all(posts: Posts, on: date) -> Iterator[PostVacated]:
    """The base is closed: nobody holds a post of it any longer."""
    for name, post in posts.items():
        if post.holder:
            yield PostVacated(name, post.kind, post.holder, on)


def evolve_posts(posts: Posts, event: PostEvent) -> Posts:
    """The posts after the event."""
    if isinstance(event, PostCreated):
        return {**posts, event.post: Post(event.kind, event.on, event.reports_to)}
    change, post = msgspec.structs.replace, posts.get(event.post)
    if post is None:
        return posts
    match event:
        case ManagerAppointed():
            terms = (*post.terms, Term(event.person, event.on))
        case PostHandedOver():
            terms = (*_ended(post.terms, event.on), Term(event.person, event.on))
        case PostVacated():
            terms = _ended(post.terms, event.on)
        case PostAbolished():
            return {**posts, event.post: change(post, latest=event.on, abolished=True)}
        case _:
            assert_never(event)
    return {**posts, event.post: change(post, latest=event.on, terms=terms)}


def _created(command: CreatePost, posts: Posts, on: date) -> PostCreated:
    for name, other in posts.items():
        if command.kind in _ONCE and other.kind is command.kind and not other.abolished:
            raise Rejected("post_of_this_kind_exists", kind=command.kind.value, post=name)
    above = command.reports_to
    if above is not None and (above not in posts or posts[above].abolished):
        raise Rejected("no_such_post", post=above)
    return PostCreated(command.post, command.kind, command.title, command.vacancy_limit, on, above)


def _held(name: str, post: Post) -> str:
    if post.holder is None:
        raise Rejected("post_is_vacant", post=name)
    return post.holder


def _ended(terms: tuple[Term, ...], on: date) -> tuple[Term, ...]:
    return (*terms[:-1], *(msgspec.structs.replace(term, until=on) for term in terms[-1:]))
