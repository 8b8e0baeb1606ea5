"""수정세금계산서: the one or two documents a reason asks for (시행령 70조 1항).

Amounts are mirrored, never recomputed.
"""

import datetime as dt
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from models.etax.codes import Amendment, Form, Trade
from models.etax.deadlines import letter_of_credit_in_time
from models.etax.document import REMARKS_MAX, Invoice, Line, Payment, type_code
from models.etax.faults import NotAmendable

DATED = frozenset({Amendment.PRICE_CHANGE, Amendment.RETURN, Amendment.CANCELLATION})
"""Reasons whose document is written on the day of the cause; the others keep the original's day."""
DOCUMENTS = dict.fromkeys(Amendment, 1) | {Amendment.CORRECTION: 2, Amendment.LETTER_OF_CREDIT: 2}
"""How many documents a reason makes."""
_AMENDED = {Form.INVOICE: Form.AMENDED_INVOICE, Form.EXEMPT: Form.AMENDED_EXEMPT}
_ZERO_RATED = {Trade.GENERAL: Trade.ZERO_RATED, Trade.CONSIGNED: Trade.ZERO_RATED_CONSIGNED}


def amended(
    original: Invoice,
    reason: Amendment,
    *,
    happened_on: dt.date | None = None,
    lines: tuple[Line, ...] = (),
    corrected: Invoice | None = None,
    holidays: AbstractSet[dt.date] = frozenset(),
) -> tuple[Invoice, ...]:
    """Drafts (no approval number) that amend an issued invoice.

    `happened_on` (reasons 02 to 05): 변동사유 발생일, 환입일, 해제일, 내국신용장 개설일.
    `lines`: 02 the differences, signed as they are added; 03 what came back, in the original's sign (turned here).
    `holidays` (05): a last day that is none of business moves to the next.
    `corrected` (01): the document as it should have been; numbers and codes of amending are set here.
    NotAmendable: original_not_issued, original_date_needed, before_original, change_needed, returned_too_much,
    correction_needed, correction_unchanged, correction_written_on, letter_of_credit_late,
    letter_of_credit_taxed_only.
    """
    if not original.issue_id:
        raise NotAmendable("original_not_issued")
    if reason is Amendment.CORRECTION:
        return _mirror(original, reason), _correction(original, corrected)
    if reason is Amendment.DUPLICATE:
        return (_mirror(original, reason),)
    day = _day(original, happened_on)
    if reason is Amendment.LETTER_OF_CREDIT:
        return _letter_of_credit(original, day, holidays)
    if reason is Amendment.CANCELLATION:
        return (_dated(_mirror(original, reason), original, day),)
    change = _turned(original, lines) if reason is Amendment.RETURN else lines
    return (_dated(_difference(original, reason, change), original, day),)


def _mirror(original: Invoice, reason: Amendment) -> Invoice:
    """The whole original with every amount negative."""
    return replace(
        _heading(original, original, reason),
        lines=tuple(_negative(line) for line in original.lines),
        charge_total=-original.charge_total,
        tax_total=-original.tax_total,
        grand_total=-original.grand_total,
        payments=tuple(Payment(each.means, -each.amount) for each in original.payments),
    )


def _correction(original: Invoice, corrected: Invoice | None) -> Invoice:
    if corrected is None:
        raise NotAmendable("correction_needed")
    if corrected.written_on != original.written_on:
        raise NotAmendable("correction_written_on")
    made = _heading(original, corrected, Amendment.CORRECTION)
    if made == _heading(original, original, Amendment.CORRECTION):
        raise NotAmendable("correction_unchanged")
    return made


def _letter_of_credit(original: Invoice, opened_on: dt.date, holidays: AbstractSet[dt.date]) -> tuple[Invoice, ...]:
    if original.form.exempt or original.trade not in _ZERO_RATED:
        raise NotAmendable("letter_of_credit_taxed_only")
    if not letter_of_credit_in_time(original.written_on, opened_on, holidays):
        raise NotAmendable("letter_of_credit_late")
    remark = f"내국신용장 개설일 {opened_on:%Y-%m-%d}"
    taxed = _remarked(_mirror(original, Amendment.LETTER_OF_CREDIT), remark)
    zero_rated = _heading(original, original, Amendment.LETTER_OF_CREDIT)
    zero_rated = replace(
        zero_rated,
        type_code=type_code(zero_rated.form, _ZERO_RATED[original.trade]),
        lines=tuple(replace(line, tax=0) for line in original.lines),
        tax_total=0,
        grand_total=original.charge_total,
        payments=_one_payment(original, original.charge_total),
    )
    return taxed, _remarked(zero_rated, remark)


def _difference(original: Invoice, reason: Amendment, lines: tuple[Line, ...]) -> Invoice:
    charge, tax = sum(line.amount for line in lines), sum(line.tax for line in lines)
    if not lines or not (charge or tax):
        raise NotAmendable("change_needed")
    return replace(
        _heading(original, original, reason),
        lines=tuple(replace(line, position=position) for position, line in enumerate(lines, start=1)),
        charge_total=charge,
        tax_total=tax,
        grand_total=charge + tax,
        payments=_one_payment(original, charge + tax),
    )


def _turned(original: Invoice, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Returned goods as negative lines, no more than was supplied."""
    returned = tuple(lines)
    charge, tax = sum(line.amount for line in returned), sum(line.tax for line in returned)
    if charge > original.charge_total or tax > original.tax_total or any(line.amount < 0 for line in returned):
        raise NotAmendable("returned_too_much")
    return tuple(_negative(line) for line in returned)


def _heading(original: Invoice, content: Invoice, reason: Amendment) -> Invoice:
    """The content as a draft that amends the original."""
    form = _AMENDED.get(original.form, original.form)
    return replace(
        content,
        type_code=type_code(form, content.trade),
        amendment=reason,
        original_issue_id=original.issue_id,
        issue_id=None,
        issued_at=None,
        exchange_id=None,
        referenced_id=None,
    )


def _negative(line: Line) -> Line:
    """Amounts and quantity turned, the unit price as it was, as people read a minus invoice."""
    quantity = None if line.quantity is None else -line.quantity
    return replace(line, amount=-line.amount, tax=-line.tax, quantity=quantity)


def _one_payment(original: Invoice, total: int) -> tuple[Payment, ...]:
    """Means of payment for another total: kept where there was one, else left out (it is a voluntary entry)."""
    return (Payment(original.payments[0].means, total),) if len(original.payments) == 1 else ()


def _day(original: Invoice, happened_on: dt.date | None) -> dt.date:
    if happened_on is None:
        raise NotAmendable("original_date_needed")
    if happened_on < original.written_on:
        raise NotAmendable("before_original")
    return happened_on


def _dated(invoice: Invoice, original: Invoice, day: dt.date) -> Invoice:
    """Written on the day of the cause; the remark tells the original's day, as the decree asks."""
    return _remarked(replace(invoice, written_on=day), f"당초 작성일자 {original.written_on:%Y-%m-%d}")


def _remarked(invoice: Invoice, remark: str) -> Invoice:
    kept = tuple(each for each in invoice.remarks if each != remark)[: REMARKS_MAX - 1]
    return replace(invoice, remarks=(remark, *kept))
