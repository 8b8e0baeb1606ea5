"""The tax invoice as one kind of document."""

import datetime as dt

from models.processes.deadlines import Pace
from models.processes.kinds import Kind, OwnDay, OwnRings
from models.processes.messages import Alarm
from models.tax_invoices import alarms, rules
from models.tax_invoices.messages import PAYLOADS
from models.tax_invoices.rules import RULES, Status
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import WORDS


def _number(invoice: TaxInvoice) -> str:
    return invoice.number


def _title(invoice: TaxInvoice) -> str:
    return invoice.title


def _issue_by(invoice: TaxInvoice) -> dt.date | None:
    return invoice.issue_by


def _transmit_by(invoice: TaxInvoice) -> dt.date | None:
    return invoice.transmit_by


def _unsigned(invoice: TaxInvoice, pace: Pace, holidays: frozenset[dt.date]) -> list[Alarm]:
    since, reminders = invoice.status_since, invoice.reminders_on
    return alarms.issue_alarms(invoice.issue_by, since, pace, holidays, reminders=reminders)


def _unsent(invoice: TaxInvoice, pace: Pace, holidays: frozenset[dt.date]) -> list[Alarm]:  # noqa: ARG001 - one shape
    if invoice.transmit_by is None:
        return alarms.stuck_alarms(invoice.status_since, holidays)
    return alarms.transmit_alarms(invoice.transmit_by, invoice.status_since, holidays)


def _stuck(invoice: TaxInvoice, pace: Pace, holidays: frozenset[dt.date]) -> list[Alarm]:  # noqa: ARG001 - one shape
    return alarms.stuck_alarms(invoice.status_since, holidays)


_DAYS: dict[str, OwnDay] = {Status.REQUESTED.value: _issue_by}
_DAYS |= {status.value: _transmit_by for status in rules.LATE_SENDING}
_RINGS: dict[str, OwnRings] = {
    Status.FILING.value: _stuck,
    Status.REQUESTED.value: _unsigned,
    Status.CANCELLING_REQUEST.value: _stuck,
}
_RINGS |= {status.value: _unsent for status in rules.LATE_SENDING}

TAX_INVOICE = Kind(
    rules=RULES,
    table=TaxInvoice,
    payloads=PAYLOADS,
    words=WORDS,
    plural="tax-invoices",
    number=_number,
    title=_title,
    days=_DAYS,
    rings=_RINGS,
)
