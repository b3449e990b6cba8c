"""A small world to fold: orders, their customers and what was sold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec

from baseplus.kernel.events import Event, EventTypes, Upcast
from projections.runner.view import At, Row, View


class Line(msgspec.Struct, frozen=True):
    product: str
    pieces: int


class OrderPlaced(Event):
    TYPE: ClassVar = "shop.order_placed.v2"
    customer: str
    lines: tuple[Line, ...]


class OrderPaid(Event):
    TYPE: ClassVar = "shop.order_paid.v1"
    amount: int


class OrderCancelled(Event):
    TYPE: ClassVar = "shop.order_cancelled.v1"


class ShopPainted(Event):
    """No view handles it."""

    TYPE: ClassVar = "shop.shop_painted.v1"
    colour: str


class ReturnAsked(Event):
    """Only the views of a later version handle it."""

    TYPE: ClassVar = "shop.return_asked.v1"


OrderEvent = OrderPlaced | OrderPaid | OrderCancelled


def _one_product(fields: dict[str, Any]) -> dict[str, Any]:
    return {"customer": fields["customer"], "lines": [{"product": fields["product"], "pieces": 1}]}


TYPES = EventTypes(
    OrderEvent,
    ShopPainted,
    ReturnAsked,
    upcasts=[Upcast("shop.order_placed.v1", "shop.order_placed.v2", _one_product)],
)


class Order(Row):
    id: str
    customer: str
    status: Literal["open", "paid"]
    lines: list[Line]
    placed_at: datetime
    paid: int | None = None


class Customer(Row):
    id: str
    orders: int
    last_recorded: datetime
    latest: dict[str, int]


class Product(Row):
    id: str
    pieces: int
    position: int


class Orders(View[Order, OrderEvent]):
    """refused: amounts that this version of the view cannot fold. too_large: amounts that it makes a number of that no
    column holds."""

    indexes = (("status", "placed_at"),)

    def __init__(self, refused: Iterable[int] = (), too_large: Iterable[int] = ()) -> None:
        self.refused = frozenset(refused)
        self.too_large = frozenset(too_large)

    def keys(self, event: OrderEvent, at: At) -> Iterable[str]:
        return [at.thing]

    def evolve(self, row: Order | None, event: OrderEvent, at: At) -> Order | None:
        match event:
            case OrderPlaced():
                return Order(
                    id=at.key, customer=event.customer, status="open", lines=list(event.lines), placed_at=at.time
                )
            case OrderPaid() if row is not None:
                row.lines.append(Line("receipt", 1))
                row.status = "paid"
                if event.amount in self.refused:
                    raise ValueError(f"nobody pays {event.amount}")
                row.paid = event.amount * 2**70 if event.amount in self.too_large else event.amount
                return row
            case OrderCancelled():
                return None
        return row


class Customers(View[Customer, OrderPlaced]):
    def keys(self, event: OrderPlaced, at: At) -> Iterable[str]:
        return [event.customer]

    def evolve(self, row: Customer | None, event: OrderPlaced, at: At) -> Customer:
        row = row or Customer(id=at.key, orders=0, last_recorded=at.recorded, latest={})
        row.orders += 1
        row.last_recorded = at.recorded
        row.latest = {**dict(sorted(row.latest.items())[-3:]), at.thing: at.position}
        return row


class Products(View[Product, OrderPlaced]):
    def keys(self, event: OrderPlaced, at: At) -> Iterable[str]:
        return [line.product for line in event.lines]

    def evolve(self, row: Product | None, event: OrderPlaced, at: At) -> Product:
        row = row or Product(id=at.key, pieces=0, position=0)
        row.pieces += sum(line.pieces for line in event.lines if line.product == at.key)
        row.position = at.position
        return row


VIEWS: tuple[View[Any, Any], ...] = (Orders(), Customers(), Products())
