"""Delivery round (납품 차수): plan, confirmation, receipt (manual 7-1; pok.md §7)."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.text import clean_line
from models.kernel.transitions import Move, ProcessRules

KIND = "delivery"


class Status(StrEnum):
    PLANNED = "planned"  # 예정
    REQUESTED = "requested"  # 확정요청
    CONFIRMED = "confirmed"  # 확정
    RECEIVED = "received"  # 입고완료
    REMOVED = "removed"  # 삭제


class Progress(StrEnum):
    """납품진행상태 of an order item, derived from its rows, never stored."""

    NOT_STARTED = "not_started"  # 납품미진행
    UNDER_WAY = "under_way"  # 납품진행중
    DONE = "done"  # 납품완료


BUYER = frozenset({Role.BUYER})
PARTNER = frozenset({Role.PARTNER})
RECEIVER = frozenset({Role.RECEIVER})

RULES = ProcessRules(
    kind=KIND,
    initial=Status.PLANNED,
    statuses=tuple(Status),
    moves=(
        Move(Status.PLANNED, "request", (Status.REQUESTED,), PARTNER, primary=True),
        Move(Status.PLANNED, "remove", (Status.REMOVED,), PARTNER, danger=True),
        Move(Status.REQUESTED, "withdraw", (Status.PLANNED,), PARTNER),
        Move(Status.REQUESTED, "confirm", (Status.CONFIRMED,), BUYER, primary=True),
        Move(Status.REQUESTED, "return", (Status.PLANNED,), BUYER, reason=True, danger=True),
        # A part received leaves the round confirmed until the rest has come.
        Move(Status.CONFIRMED, "receive", (Status.RECEIVED, Status.CONFIRMED), RECEIVER, primary=True),
    ),
    turns={
        Status.PLANNED: Role.PARTNER,
        Status.REQUESTED: Role.BUYER,
        Status.CONFIRMED: Role.RECEIVER,
        Status.RECEIVED: None,
        Status.REMOVED: None,
    },
    path=(Status.PLANNED, Status.REQUESTED, Status.CONFIRMED, Status.RECEIVED),
)

EDITABLE = frozenset({Status.PLANNED})
ROWS_MAX = 200
SERIAL_LENGTH_MAX = 60
SERIALS_MAX = 10_000


class SerialsMissing(Refusal):
    """The round needs as many serial numbers as its quantity; facts: `item`, `round`, `needed`, `have`."""

    code = "serials_missing"


class SerialDuplicate(Refusal):
    """The number is taken by another round of the same product; fact: `serial`."""

    code = "serial_duplicate"


class SerialCount(Refusal):
    """Not exactly one number for each piece; facts: `needed`, `given`."""

    code = "serial_count"
    status: ClassVar[int] = 422


class SerialTwice(Refusal):
    """The same number twice in one list; fact: `serial`."""

    code = "serial_twice"
    status: ClassVar[int] = 422


class SerialBad(Refusal):
    """No serial number: too long, or signs that none has; facts: `serial`, `limit`."""

    code = "serial_bad"
    status: ClassVar[int] = 422


class SerialRowUnknown(Refusal):
    """A row of an uploaded form names no round that was chosen; fact: `given`."""

    code = "serial_row_unknown"
    status: ClassVar[int] = 422


class SerialsNotNeeded(Refusal):
    """The item has no serial numbers."""

    code = "serials_not_needed"


class RoundNotEditable(Refusal):
    """Only a 예정 round can be changed; facts: `round`, `status` (its word)."""

    code = "round_not_editable"


class RoundsOverOrdered(Refusal):
    """The rounds would exceed the ordered quantity; facts: `item`, `limit`, `planned`."""

    code = "rounds_over_ordered"


class ItemNotOpen(Refusal):
    """The order of the item is not confirmed, or a newer version is."""

    code = "item_not_open"


class OverRound(Refusal):
    """More received than the round has left; facts: `left`, `asked`, `field`."""

    code = "over_round"
    status: ClassVar[int] = 422


class ReceivedInFuture(Refusal):
    """A receipt on a day to come."""

    code = "received_in_future"
    status: ClassVar[int] = 422


class ReceivedBeforeOrder(Refusal):
    """A receipt before the order; fact: `ordered` (a day)."""

    code = "received_before_order"
    status: ClassVar[int] = 422


class SheetUnreadable(Refusal):
    """An upload that is not the form of serial numbers."""

    code = "sheet_unreadable"
    status: ClassVar[int] = 422


def progress(ordered: int, received: int, given_back: int) -> Progress:
    """Where an order item stands, from whole numbers of pieces.

    `received` counts every receipt, `given_back` what cancelled inspections sent back: it has to come again.
    """
    kept = received - given_back
    if kept >= ordered:
        return Progress.DONE
    return Progress.UNDER_WAY if kept > 0 else Progress.NOT_STARTED


def check_planned(item: str, ordered: int, planned: int, given_back: int) -> None:
    """Live rounds cover the order once, and again what was given back. Raises RoundsOverOrdered."""
    limit = ordered + given_back
    if planned > limit:
        raise RoundsOverOrdered(item=item, limit=limit, planned=planned)


def check_receipt(left: int, asked: int, received_on: dt.date, today: dt.date, ordered_on: dt.date) -> None:
    """Raises OverRound, ReceivedInFuture, ReceivedBeforeOrder."""
    if asked > left:
        raise OverRound(left=left, asked=asked, field="quantity")
    if received_on > today:
        raise ReceivedInFuture(field="received_on")
    if received_on < ordered_on:
        raise ReceivedBeforeOrder(ordered=f"{ordered_on:%Y.%m.%d}", field="received_on")


def clean_serials(lines: Sequence[str]) -> list[str]:
    """One serial number a line, upper case, empty lines dropped. Raises SerialBad, SerialTwice."""
    serials = [clean_line(line).upper() for line in lines]
    serials = [serial for serial in serials if serial]
    seen: set[str] = set()
    for serial in serials:
        if len(serial) > SERIAL_LENGTH_MAX or not serial.replace(" ", "").isprintable():
            raise SerialBad(serial=serial[:SERIAL_LENGTH_MAX], limit=SERIAL_LENGTH_MAX)
        if serial in seen:
            raise SerialTwice(serial=serial)
        seen.add(serial)
    return serials


def check_serial_count(needed: int, given: int) -> None:
    """Exactly one for each piece. Raises SerialCount."""
    if needed != given:
        raise SerialCount(needed=needed, given=given)
