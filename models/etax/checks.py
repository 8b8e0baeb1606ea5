"""Rules between fields. Each says (path, code) for what is wrong and is silent about what it cannot read."""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from models.etax.codes import FOREIGNER_NUMBER, Amendment, BusinessType, Form, Trade
from models.etax.structure import Reading, is_day
from models.kernel.identifiers import brn_fault, rrn_birth_date

Finding: TypeAlias = tuple[str, str]
TOP = "/TaxInvoice"
DOCUMENT = f"{TOP}/TaxInvoiceDocument"
SETTLEMENT = f"{TOP}/TaxInvoiceTradeSettlement"
SUPPLIER, BUYER, BROKER = (f"{SETTLEMENT}/{name}Party" for name in ("Invoicer", "Invoicee", "Broker"))
TOTALS = f"{SETTLEMENT}/SpecifiedMonetarySummation"
CHARGE, TAX, GRAND = (f"{TOTALS}/{name}TotalAmount" for name in ("Charge", "Tax", "Grand"))
IMPORT = f"{DOCUMENT}/ReferencedImportDocument"
ISSUE_ID, ORIGINAL_ID = f"{DOCUMENT}/IssueID", f"{DOCUMENT}/OriginalIssueID"
WRITTEN, TYPE = f"{DOCUMENT}/IssueDateTime", f"{DOCUMENT}/TypeCode"
PURPOSE, AMENDMENT = f"{DOCUMENT}/PurposeCode", f"{DOCUMENT}/AmendmentStatusCode"
UNTAXED_BELOW = 10
"""A supply of less than ten won has no tax of a whole won."""
_DAY = slice(0, 8)
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;.]+(\.[^@\s<>,;.]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,18}[0-9]")
_CONTACTS = (
    f"{SUPPLIER}/DefinedContact",
    f"{BUYER}/PrimaryDefinedContact",
    f"{BUYER}/SecondaryDefinedContact",
    f"{BROKER}/DefinedContact",
)
_KEEPS_THE_DAY = frozenset({Amendment.CORRECTION, Amendment.LETTER_OF_CREDIT, Amendment.DUPLICATE})
_ALWAYS_MINUS = frozenset({Amendment.RETURN, Amendment.CANCELLATION})


class Facts:
    """A reading with its values as numbers and codes; None for what is missing or wrong by itself."""

    def __init__(self, reading: Reading) -> None:
        self.values, self.present = reading.values, reading.present
        code = self.values.get(TYPE)
        self.form = Form(code[:2]) if code else None
        self.trade = Trade(code[2:]) if code else None
        amendment = self.values.get(AMENDMENT)
        self.amendment = Amendment(amendment) if amendment else None
        self.charge, self.tax, self.grand = self.won(CHARGE), self.won(TAX), self.won(GRAND)
        self.lines = self.repeated(f"{TOP}/TaxInvoiceTradeLineItem")
        self.payments = self.repeated(f"{SETTLEMENT}/SpecifiedPaymentMeans")

    def won(self, path: str) -> int | None:
        """An amount, None where there is no right one."""
        text = self.values.get(path)
        return None if text is None else int(text)

    def repeated(self, path: str) -> list[str]:
        """Paths of an element that may repeat."""
        found: list[str] = []
        while (each := f"{path}[{len(found) + 1}]") in self.present:
            found.append(each)
        return found

    @property
    def untaxed(self) -> bool:
        """Whether there may be no VAT: exempt or zero-rated."""
        return bool((self.form and self.form.exempt) or (self.trade and self.trade.zero_rated))


def numbers(facts: Facts) -> Iterator[Finding]:
    """Registration numbers, and that the parties are different ones."""
    for party in (SUPPLIER, BROKER):
        number = facts.values.get(f"{party}/ID")
        if number and brn_fault(number):
            yield f"{party}/ID", "brn"
    yield from _buyer_number(facts)
    identities = {party: _who(facts, party) for party in (SUPPLIER, BUYER, BROKER)}
    if identities[SUPPLIER] and identities[SUPPLIER] == identities[BUYER]:
        yield f"{BUYER}/ID", "same_party"
    if identities[BROKER] and identities[BROKER] in {identities[SUPPLIER], identities[BUYER]}:
        yield f"{BROKER}/ID", "broker_same_party"


def _who(facts: Facts, party: str) -> tuple[str, str] | None:
    number = facts.values.get(f"{party}/ID")
    return (number, facts.values.get(f"{party}/SpecifiedOrganization/TaxRegistrationID", "")) if number else None


def _buyer_number(facts: Facts) -> Iterator[Finding]:
    path, number = f"{BUYER}/ID", facts.values.get(f"{BUYER}/ID")
    kind = facts.values.get(f"{BUYER}/SpecifiedOrganization/BusinessTypeCode")
    if kind == BusinessType.FOREIGNER and f"{DOCUMENT}/DescriptionText[1]" not in facts.present:
        yield f"{DOCUMENT}/DescriptionText", "foreigner_remark"
    if not number or not kind:
        return
    fits = {
        BusinessType.BUSINESS: len(number) == 10,  # noqa: PLR2004 - a 사업자등록번호
        BusinessType.INDIVIDUAL: len(number) == 13 and number != FOREIGNER_NUMBER,  # noqa: PLR2004 - a 주민등록번호
        BusinessType.FOREIGNER: number == FOREIGNER_NUMBER,
    }
    if not fits[BusinessType(kind)]:
        yield path, "buyer_number_kind"
    elif kind == BusinessType.BUSINESS and brn_fault(number):
        yield path, "brn"
    elif kind == BusinessType.INDIVIDUAL and rrn_birth_date(number) is None:
        yield path, "rrn_birth_date"


def contacts(facts: Facts) -> Iterator[Finding]:
    """Mail addresses and phones by their shape."""
    for contact in _CONTACTS:
        email = facts.values.get(f"{contact}/URICommunication")
        if email and not _EMAIL.fullmatch(email):
            yield f"{contact}/URICommunication", "email"
        phone = facts.values.get(f"{contact}/TelephoneCommunication")
        if phone and not _PHONE.fullmatch(phone):
            yield f"{contact}/TelephoneCommunication", "phone"


def days(facts: Facts) -> Iterator[Finding]:
    """The day of writing against the approval number and the instant of issuing."""
    written, number = facts.values.get(WRITTEN), facts.values.get(ISSUE_ID)
    if written and number and number[_DAY] != written:
        yield ISSUE_ID, "issue_id_day"
    issued = facts.values.get(f"{TOP}/ExchangedDocument/IssueDateTime")
    if written and issued and written > issued[_DAY]:
        yield WRITTEN, "written_after_issue"


def kinds(facts: Facts) -> Iterator[Finding]:
    """What the type code asks for and forbids."""
    if facts.form is None or facts.trade is None:
        return
    if facts.form.exempt and facts.trade.zero_rated:
        yield TYPE, "type_combination"
    if facts.trade is not Trade.IMPORT and PURPOSE not in facts.present:
        yield PURPOSE, "purpose_missing"
    yield from _needed(facts, facts.trade.consigned, BROKER, "broker")
    yield from _needed(facts, facts.trade is Trade.IMPORT, IMPORT, "import")
    yield from _needed(facts, facts.form.amended, AMENDMENT, "amendment")
    yield from _needed(facts, facts.form.amended, ORIGINAL_ID, "original")


def _needed(facts: Facts, needed: bool, path: str, name: str) -> Iterator[Finding]:
    if needed != (path in facts.present):
        yield path, f"{name}_missing" if needed else f"{name}_forbidden"


def imports(facts: Facts) -> Iterator[Finding]:
    """The customs declaration."""
    start, end = (facts.values.get(f"{IMPORT}/AcceptablePeriod/{name}DateTime") for name in ("Start", "End"))
    if start and end and end < start:
        yield f"{IMPORT}/AcceptablePeriod/EndDateTime", "import_period"
    if facts.won(f"{IMPORT}/ItemQuantity") == 0:
        yield f"{IMPORT}/ItemQuantity", "import_count"


def amendments(facts: Facts) -> Iterator[Finding]:
    """The day an amendment must have, and that it amends another document."""
    original, written = facts.values.get(ORIGINAL_ID), facts.values.get(WRITTEN)
    if original and original == facts.values.get(ISSUE_ID):
        yield ORIGINAL_ID, "original_is_itself"
    if original and not is_day(original[_DAY]):
        yield ORIGINAL_ID, "original_id_day"
        return
    if facts.amendment and original and written:
        if facts.amendment in _KEEPS_THE_DAY and original[_DAY] != written:
            yield WRITTEN, "amendment_written_on"
        elif original[_DAY] > written:
            yield WRITTEN, "amendment_before_original"


def signs(facts: Facts) -> Iterator[Finding]:
    """The sign an amendment must have."""
    if facts.amendment in _ALWAYS_MINUS and facts.grand is not None and facts.grand > 0:
        yield GRAND, "amendment_sign"
    if facts.amendment is Amendment.LETTER_OF_CREDIT and facts.trade and facts.charge:
        if facts.trade is Trade.IMPORT:
            yield AMENDMENT, "import_letter_of_credit"
        elif facts.trade.zero_rated != (facts.charge > 0):
            yield CHARGE, "letter_of_credit_sign"


def totals(facts: Facts) -> Iterator[Finding]:
    """Charge, tax and grand total among themselves."""
    charge, tax, grand = facts.charge, facts.tax, facts.grand
    if charge is None or tax is None:
        return
    if grand is not None and grand != charge + tax:
        yield GRAND, "grand_total"
    if facts.form is None:
        return
    if facts.untaxed and tax:
        yield TAX, "tax_not_zero"
    if not facts.untaxed and not tax and abs(charge) >= UNTAXED_BELOW:
        yield TAX, "tax_zero"
    if charge * tax < 0:
        yield TAX, "tax_sign"


def payments(facts: Facts) -> Iterator[Finding]:
    """Means of payment, if there are any, make up the grand total, each once."""
    amounts = [facts.won(f"{each}/PaidAmount") for each in facts.payments]
    if amounts and facts.grand is not None and None not in amounts and sum(a or 0 for a in amounts) != facts.grand:
        yield f"{SETTLEMENT}/SpecifiedPaymentMeans", "payments_total"
    seen: set[str] = set()
    for each in facts.payments:
        means = facts.values.get(f"{each}/TypeCode")
        if means in seen:
            yield f"{each}/TypeCode", "payment_repeated"
        seen |= {means} if means else set()


def lines(facts: Facts) -> Iterator[Finding]:
    """Each line, and what the lines add up to."""
    for position, line in enumerate(facts.lines, start=1):
        number = facts.values.get(f"{line}/SequenceNumeric")
        if number and number != str(position):
            yield f"{line}/SequenceNumeric", "line_sequence"
        yield from _line_tax(facts, line)
    amounts = [facts.won(f"{line}/InvoiceAmount") for line in facts.lines]
    taxes = [_tax_of(facts, line) for line in facts.lines]
    for name, parts, total, path in (("charge", amounts, facts.charge, CHARGE), ("tax", taxes, facts.tax, TAX)):
        if total is not None and parts and None not in parts and sum(part or 0 for part in parts) != total:
            yield path, f"lines_{name}_total"


def _tax_of(facts: Facts, line: str) -> int | None:
    return facts.won(f"{line}/TotalTax/CalculatedAmount") if f"{line}/TotalTax" in facts.present else 0


def _line_tax(facts: Facts, line: str) -> Iterator[Finding]:
    path, amount, tax = f"{line}/TotalTax", facts.won(f"{line}/InvoiceAmount"), _tax_of(facts, line)
    if facts.form is None or amount is None or tax is None:
        return
    if facts.untaxed:
        if tax:
            yield f"{path}/CalculatedAmount", "line_tax_not_zero"
    elif path not in facts.present and abs(amount) >= UNTAXED_BELOW:
        yield path, "line_tax_missing"
    if amount * tax < 0:
        yield f"{path}/CalculatedAmount", "line_tax_sign"


CHECKS: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    numbers,
    contacts,
    days,
    kinds,
    imports,
    amendments,
    signs,
    totals,
    payments,
    lines,
)
