"""What the acts on an inspection carry."""

import datetime as dt

from pydantic import BaseModel

from models.processes.messages import Reason

PAYLOADS: dict[str, type[BaseModel]] = {"cancel": Reason}


class InspectionOut(BaseModel):
    """An inspection as the API tells it. Amounts in whole won, VAT excluded."""

    id: int
    order_number: str
    round_no: int
    company_id: int
    company_name: str
    item_name: str
    spec: str
    unit: str
    quantity: int
    unit_price: int
    amount: int
    received_on: dt.date
    place: str
    inspector_name: str
    inspected_at: dt.datetime | None
    settled: bool
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
