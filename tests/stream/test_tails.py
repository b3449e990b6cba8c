from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from infra.stream.history import Shown
from infra.stream.tails import KEPT, Form, Listener, Message, Tail

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRACE = "0af7651916cd43dd8448eb211c80319c"


def shown(position: int) -> Shown:
    at = NOON + timedelta(seconds=position)
    return Shown(
        position, "agreements.agreement_signed.v1", "agreements/a-1", at, at, f"00-{TRACE}-b7ad6b7169203331-01"
    )


def grow(tail: Tail, upto: int) -> None:
    """What the watch does when the read models show the history up to there."""
    after, _ = tail.wanted(upto)
    tail.move(upto, [shown(position) for position in range(after + 1, upto + 1)])


def tail_at(position: int) -> Tail:
    tail = Tail()
    grow(tail, position)
    return tail


def listener(tail: Tail, position: int, form: Form = Form.EVENT) -> Listener:
    return Listener(tail, form, position)


async def take(whose: Listener, count: int) -> list[Message]:
    """The next messages; fails when they do not come."""
    found = []
    async with asyncio.timeout(5):
        async for message in whose.messages():
            found.append(message)
            if len(found) == count:
                break
    return found


def told(messages: Iterable[Message]) -> list[tuple[str, dict[str, object]]]:
    """The events of the protocol: name and data."""
    blocks = b"".join(message.data for message in messages).decode().split("\n\n")[:-1]
    read = []
    for block in blocks:
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        data = msgspec.json.decode(fields["data"])
        assert int(fields["id"]) == data["position"]
        read.append((fields.get("event", "message"), data))
    return read


def positions(messages: Sequence[Message]) -> list[object]:
    return [data["position"] for _, data in told(messages)]


def test_a_listener_is_told_each_event_once_and_in_order_without_its_data() -> None:
    async def scene() -> None:
        tail = tail_at(3)
        told_by = listener(tail, 3)
        waiting = asyncio.ensure_future(take(told_by, 1))
        await asyncio.sleep(0)
        grow(tail, 5)
        first = await waiting
        assert told(first)[0] == (
            "message",
            {
                "position": 4,
                "type": "agreements.agreement_signed.v1",
                "stream": "agreements/a-1",
                "time": "2026-03-02T12:00:04Z",
                "trace": TRACE,
            },
        )
        assert positions(first) == [4, 5]
        grow(tail, 6)
        assert positions(await take(told_by, 1)) == [6]

    asyncio.run(scene())


def test_a_tick_says_how_far_the_history_goes_and_nothing_else() -> None:
    tail = tail_at(3)
    grow(tail, 9)
    assert told(asyncio.run(take(listener(tail, 3, Form.TICK), 1))) == [("message", {"position": 9})]


def test_who_comes_back_is_told_what_happened_meanwhile() -> None:
    tail = tail_at(KEPT + 40)
    messages = asyncio.run(take(listener(tail, KEPT + 37), 1))
    assert positions(messages) == [KEPT + 38, KEPT + 39, KEPT + 40]


def test_who_was_away_for_longer_than_is_kept_begins_anew() -> None:
    tail = tail_at(KEPT + 40)
    assert positions(asyncio.run(take(listener(tail, 40), 1))) == list(range(41, KEPT + 41))
    for form in Form:
        assert told(asyncio.run(take(listener(tail, 39, form), 1))) == [("resync", {"position": KEPT + 40})]


def test_who_is_slow_begins_anew_and_holds_up_nobody() -> None:
    async def scene() -> None:
        tail = tail_at(1)
        slow, quick = listener(tail, 1), listener(tail, 1)
        seen: list[object] = []
        for position in range(2, KEPT + 3):
            grow(tail, position)
            seen += positions(await take(quick, 1))
        assert seen == list(range(2, KEPT + 3))
        assert told(await take(slow, 1)) == [("resync", {"position": KEPT + 2})]
        grow(tail, KEPT + 3)
        assert positions(await take(slow, 1)) == [KEPT + 3]

    asyncio.run(scene())


def test_a_leap_longer_than_what_is_kept_is_a_beginning_anew() -> None:
    tail = tail_at(2)
    behind = listener(tail, 2)
    grow(tail, 10_000)
    assert told(asyncio.run(take(behind, 1))) == [("resync", {"position": 10_000})]
    assert positions(asyncio.run(take(listener(tail, 9_999), 1))) == [10_000]


def test_a_history_that_became_shorter_is_a_beginning_anew() -> None:
    tail = tail_at(20)
    ahead = listener(tail, 20)
    grow(tail, 12)
    assert told(asyncio.run(take(ahead, 1))) == [("resync", {"position": 12})]
    assert positions(asyncio.run(take(listener(tail, 10), 1))) == [11, 12]


def test_nothing_is_made_up_where_the_store_lacks_what_the_views_show() -> None:
    tail = tail_at(5)
    behind = listener(tail, 5)
    tail.move(8, [shown(6)])
    assert told(asyncio.run(take(behind, 1))) == [("resync", {"position": 8})]
    grow(tail, 9)
    assert positions(asyncio.run(take(behind, 1))) == [9]


def test_a_closed_listener_ends_at_once() -> None:
    async def scene() -> None:
        ending = listener(tail_at(1), 1)
        waiting = asyncio.ensure_future(take(ending, 1))
        await asyncio.sleep(0)
        ending.close()
        assert await waiting == []

    asyncio.run(scene())


def test_all_who_know_the_same_are_told_the_same_bytes() -> None:
    tail = tail_at(2)
    grow(tail, 4)
    one, other = (asyncio.run(take(listener(tail, 2), 1))[0] for _ in range(2))
    assert one.data is other.data


def test_who_hears_nothing_is_told_that_it_is_still_connected() -> None:
    async def scene() -> None:
        tail = tail_at(2)
        idle = listener(tail, 2)
        tail.beat()  # since the last one there was something to tell
        waiting = asyncio.ensure_future(take(idle, 1))
        await asyncio.sleep(0)
        tail.beat()
        (heartbeat,) = await waiting
        assert heartbeat.data == b": still here\n\n"
        grow(tail, 3)
        assert positions(await take(idle, 1)) == [3]

    asyncio.run(scene())
