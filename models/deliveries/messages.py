"""What the acts on a delivery round carry."""

import datetime as dt

from pydantic import BaseModel, Field

from models.deliveries.rules import ROWS_MAX
from models.processes.messages import Reason

SERIALS_CHARS_MAX = 700_000


class Receive(BaseModel):
    """「입고」: how many of the round came in, and on which day."""

    quantity: int = Field(ge=1, le=10**9)
    received_on: dt.date
    note: str = Field(default="", max_length=500)


PAYLOADS: dict[str, type[BaseModel]] = {"return": Reason, "receive": Receive}


class PlanRow(BaseModel):
    """One line of the plan: a new round when `round_id` is empty."""

    item_id: int
    round_id: int | None = None
    edit_version: int | None = None
    planned_on: dt.date = Field(title="납품예정일")
    place: str = Field(min_length=1, max_length=60, title="납품위치")
    quantity: int = Field(ge=1, le=10**9, title="납품 예정량")


class Plan(BaseModel):
    """「저장」: every line that was on screen; unchanged ones are left alone."""

    rows: list[PlanRow] = Field(default_factory=list, max_length=ROWS_MAX)


class SerialList(BaseModel):
    """The serial numbers of one round, one a line."""

    round_id: int
    serials: str = Field(default="", max_length=SERIALS_CHARS_MAX, title="시리얼번호")


class SerialLists(BaseModel):
    """「작성완료」 of several rounds at once."""

    lists: list[SerialList] = Field(default_factory=list, max_length=ROWS_MAX)


class RoundOut(BaseModel):
    """A delivery round as the API tells it."""

    id: int
    order_number: str
    round_no: int
    company_id: int
    company_name: str
    item_name: str
    planned_on: dt.date
    place: str
    quantity: int
    received_quantity: int
    needs_serial: bool
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
