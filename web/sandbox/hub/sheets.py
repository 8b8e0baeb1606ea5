"""The hub's own pages: templates, and how things read on them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from models.etax import codes
from models.etax.document import Invoice
from models.etax.numbers import format_approval_number
from web.sandbox.hub.machine import SEOUL, WORDS
from web.sandbox.pages import moment

HERE = Path(__file__).parent
LINES_SHOWN_MIN = 4
BRN_DIGITS = 10
OWN_DRAFT = ("forward", "REQUESTED")
"""What a supplier writes by itself waits for its own signature."""
TONES = {
    "REQUESTED": "wait",
    "WAITING_SENDING": "run",
    "SENDING": "run",
    "ISSUED": "good",
    "SENDING_COMPLETED": "good",
    "SENDING_FAILED": "bad",
}


def brn(digits: str) -> str:
    """1208147521 -> 120-81-47521; a person's number only by its birth date."""
    if len(digits) != BRN_DIGITS:
        return f"{digits[:6]}-{'*' * 7}" if digits else ""
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


def won(amount: int | Decimal | None) -> str:
    return "" if amount is None else f"{amount:,}"


def day(at: dt.date) -> str:
    if isinstance(at, dt.datetime):
        at = at.astimezone(SEOUL)
    return f"{at:%Y.%m.%d}"


def kind(type_code: str) -> str:
    """0201 -> 수정세금계산서; the trade only where it is not the ordinary one."""
    form, trade = codes.Form(type_code[:2]), codes.Trade(type_code[2:])
    words = codes.FORM_WORDS[form]
    return words if trade is codes.Trade.GENERAL else f"{words} ({codes.TRADE_WORDS[trade]})"


def payments(invoice: Invoice) -> list[str]:
    """현금, 수표, 어음, 외상미수금 as the form's columns."""
    paid = {one.means: one.amount for one in invoice.payments}
    return [won(paid.get(means)) for means in codes.PaymentMeans]


def amendment(invoice: Invoice) -> str:
    return codes.AMENDMENT_WORDS[invoice.amendment] if invoice.amendment else ""


def purpose(invoice: Invoice) -> str:
    return codes.PURPOSE_WORDS[invoice.purpose] if invoice.purpose else ""


ENV = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENV.filters.update(
    brn=brn,
    won=won,
    day=day,
    kind=kind,
    moment=moment,
    approval=format_approval_number,
    state=lambda state, direction="reverse": "작성중" if (direction, state) == OWN_DRAFT else WORDS[state],
    tone=lambda state: TONES.get(state, "done"),
    payments=payments,
    amendment=amendment,
    purpose=purpose,
)
ENV.globals.update(LINES_SHOWN_MIN=LINES_SHOWN_MIN)


def render(template: str, status: int = 200, **context: Any) -> HTMLResponse:
    return HTMLResponse(ENV.get_template(template).render(context), status)
