"""Purchase order (발주): issue and confirmation (manual 6-1; pok.md §6)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.text import clean_line
from models.kernel.transitions import Move, ProcessRules
from models.kernel.vat import Taxed, taxed_lines, taxed_sum, vat_floor, vat_zero

KIND = "order"


class Status(StrEnum):
    DRAFTING = "drafting"  # 작성중
    CONFIRMATION_REQUESTED = "confirmation_requested"  # 발주확인요청
    REFUSED = "refused"  # 발주확인거절
    CONFIRMED = "confirmed"  # 완료
    CANCELLED = "cancelled"  # 발주취소


class Form(StrEnum):
    """작성유형."""

    NEW = "new"  # 신규발주
    CHANGE = "change"  # 변경발주


class EvidenceType(StrEnum):
    """증빙유형."""

    TAX_INVOICE_AUTO = "tax_invoice_auto"  # 세금계산서(자동입력)
    TAX_INVOICE_MANUAL = "tax_invoice_manual"  # 세금계산서(수동입력)
    RECEIPT = "receipt"  # 영수증


class Taxation(StrEnum):
    """과세구분: which invoice the supply asks for."""

    TAXED = "taxed"  # 과세: 세금계산서
    ZERO_RATED = "zero_rated"  # 영세율: 세금계산서, tax 0
    EXEMPT = "exempt"  # 면세: 계산서


VAT_OF: Mapping[str, Callable[[int], int]] = {
    Taxation.TAXED: vat_floor,
    Taxation.ZERO_RATED: vat_zero,
    Taxation.EXEMPT: vat_zero,
}


BUYER = frozenset({Role.BUYER})
PARTNER = frozenset({Role.PARTNER})

RULES = ProcessRules(
    kind=KIND,
    initial=Status.DRAFTING,
    statuses=tuple(Status),
    moves=(
        Move(Status.DRAFTING, "request_confirmation", (Status.CONFIRMATION_REQUESTED,), BUYER, primary=True),
        Move(Status.DRAFTING, "cancel", (Status.CANCELLED,), BUYER, reason=True, danger=True),
        Move(Status.CONFIRMATION_REQUESTED, "confirm", (Status.CONFIRMED,), PARTNER, primary=True),
        Move(Status.CONFIRMATION_REQUESTED, "refuse", (Status.REFUSED,), PARTNER, reason=True, danger=True),
        Move(Status.CONFIRMATION_REQUESTED, "cancel", (Status.CANCELLED,), BUYER, reason=True, danger=True),
        Move(Status.REFUSED, "revise", (Status.DRAFTING,), BUYER, primary=True),
        Move(Status.REFUSED, "cancel", (Status.CANCELLED,), BUYER, reason=True, danger=True),
    ),
    turns={
        Status.DRAFTING: Role.BUYER,
        Status.CONFIRMATION_REQUESTED: Role.PARTNER,
        Status.REFUSED: Role.BUYER,
        Status.CONFIRMED: None,
        Status.CANCELLED: None,
    },
    path=(Status.DRAFTING, Status.CONFIRMATION_REQUESTED, Status.CONFIRMED),
)

EDITABLE = frozenset({Status.DRAFTING})

ITEMS_MAX = 200


class OrderEmpty(Refusal):
    """An order without items cannot be sent."""

    code = "order_empty"
    status = 422


class OrderNotEditable(Refusal):
    """Only a draft can be changed."""

    code = "order_not_editable"


class OrderNotChangeable(Refusal):
    """A change order follows the newest confirmed version only."""

    code = "order_not_changeable"


class SheetNotReady(Refusal):
    """The order sheet is still being made."""

    code = "sheet_not_ready"


class SheetChanged(Refusal):
    """Another sheet was read than the one there is now."""

    code = "sheet_changed"


class SheetUnread(Refusal):
    """Not all pages were shown; facts: `pages`, `seen`."""

    code = "sheet_unread"
    status = 422


class ContractNotCompleted(Refusal):
    """Orders follow completed contracts only."""

    code = "contract_not_completed"


class OverContract(Refusal):
    """More than the contract leaves; facts: `name`, `limit`, `left`, `asked`."""

    code = "over_contract"
    status = 422


class BelowDelivered(Refusal):
    """A change order below what is planned or delivered; facts: `name`, `planned`, `asked`."""

    code = "below_delivered"
    status = 422


@dataclass(frozen=True, slots=True)
class Priced:
    """The amounts of an order in minor units: of each line, and their sum."""

    lines: tuple[Taxed, ...]
    sum: Taxed


def priced(lines: Iterable[tuple[int, int]], taxation: str = Taxation.TAXED) -> Priced:
    """Amounts of (quantity, unit price) lines; tax is cut per line and the lines are added."""
    taxed = taxed_lines((quantity * unit_price for quantity, unit_price in lines), VAT_OF[taxation])
    return Priced(taxed, taxed_sum(taxed))


def check_within_contract(name: str, asked: int, limit: int, ordered: int) -> None:
    """A 일반계약 is ordered up to its quantity; `ordered` by its other live orders. Raises OverContract."""
    left = max(limit - ordered, 0)
    if asked > left:
        raise OverContract(name=name, limit=limit, left=left, asked=asked)


def check_read(pages: int, seen: int) -> None:
    """The whole sheet must have been on screen. Raises SheetUnread."""
    if seen < pages:
        raise SheetUnread(pages=pages, seen=seen)


def product_key(name: str, spec: str) -> str:
    """What makes two items the same product, for which a serial number may exist once."""
    return f"{clean_line(name)}|{clean_line(spec)}".casefold()
