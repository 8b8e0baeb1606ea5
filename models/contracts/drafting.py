"""What a draft adds up to and what it lacks. Pure."""

from models.contracts import papers
from models.contracts.messages import Draft, InstalmentRow, ItemRow, PaperRow
from models.contracts.rules import SettlementType, Type
from models.kernel.money import AMOUNT_MAX
from models.kernel.wording import date, won

QUANTITY_MAX = 1_000_000_000
UNIT_PRICE_QUANTITY = 1
"""A unit price contract names no quantity; its lines are kept as one unit and shown without."""


def quantity(draft: Draft, item: ItemRow) -> int:
    """Units of a line."""
    return UNIT_PRICE_QUANTITY if draft.contract_type == Type.UNIT_PRICE else item.quantity or 0


def total(draft: Draft) -> int | None:
    """Sum of quantity x unit price in whole won, VAT excluded; None for a unit price contract (단가계약)."""
    if draft.contract_type == Type.UNIT_PRICE:
        return None
    return sum((item.quantity or 0) * (item.unit_price or 0) for item in draft.items)


def faults(draft: Draft) -> dict[str, str]:
    """Field -> sentence of everything that keeps the draft from being saved; empty when it is sound."""
    found = _head_faults(draft)
    for index, item in enumerate(draft.items):
        found |= _item_faults(f"items-{index}-", item, draft.contract_type == Type.UNIT_PRICE)
    if not draft.items:
        found["items"] = "계약품목을 한 줄 이상 입력해 주세요."
    if (total(draft) or 0) > AMOUNT_MAX:
        found["items"] = f"계약 금액은 {won(AMOUNT_MAX)}을 넘을 수 없습니다."
    if draft.settlement_type == SettlementType.INSTALMENTS:
        found |= _instalment_faults(draft)
    return found | _paper_faults(draft.papers)


def _head_faults(draft: Draft) -> dict[str, str]:
    needed = {
        "title": ("계약명을 입력해 주세요.", draft.title),
        "contract_date": ("계약일자를 입력해 주세요.", draft.contract_date),
        "starts_on": ("계약기간의 시작일을 입력해 주세요.", draft.starts_on),
        "ends_on": ("계약기간의 종료일을 입력해 주세요.", draft.ends_on),
        "payment_terms": ("지불방법을 입력해 주세요.", draft.payment_terms),
    }
    found = {name: sentence for name, (sentence, value) in needed.items() if not value}
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        found["ends_on"] = f"계약기간의 종료일은 시작일({date(draft.starts_on)})보다 앞설 수 없습니다."
    return found


def _item_faults(prefix: str, item: ItemRow, by_unit_price: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    if not item.name:
        found[f"{prefix}name"] = "품목명을 입력해 주세요."
    if not by_unit_price and not 0 < (item.quantity or 0) <= QUANTITY_MAX:
        found[f"{prefix}quantity"] = "수량은 1 이상의 정수로 입력해 주세요."
    if item.unit_price is None or not 0 <= item.unit_price <= AMOUNT_MAX:
        found[f"{prefix}unit_price"] = "단가를 0원 이상으로 입력해 주세요."
    return found


def _instalment_faults(draft: Draft) -> dict[str, str]:
    amount = total(draft)
    if amount is None:
        return {"settlement_type": "단가계약은 금액이 정해지지 않아 분할정산을 쓸 수 없습니다."}
    if not draft.instalments:
        return {"instalments": "분할정산의 선금, 중도금, 잔금을 입력해 주세요."}
    found: dict[str, str] = {}
    for index, row in enumerate(draft.instalments):
        found |= _instalment_row_faults(f"instalments-{index}-", row)
    planned = sum(row.amount or 0 for row in draft.instalments)
    if planned != amount:
        found["instalments"] = f"분할정산 금액의 합 {won(planned)}은 계약 금액 {won(amount)}과 같아야 합니다."
    return found


def _instalment_row_faults(prefix: str, row: InstalmentRow) -> dict[str, str]:
    found: dict[str, str] = {}
    if not row.label:
        found[f"{prefix}label"] = "구분(선금, 중도금, 잔금)을 입력해 주세요."
    if (row.amount or 0) <= 0:
        found[f"{prefix}amount"] = "금액을 1원 이상으로 입력해 주세요."
    return found


def _paper_faults(rows: list[PaperRow]) -> dict[str, str]:
    found: dict[str, str] = {}
    if not rows or rows[0].template != papers.CONTRACT:
        found["papers"] = "첫 문서는 계약서여야 합니다."
    for index, row in enumerate(rows):
        if not row.title:
            found[f"papers-{index}-title"] = "문서 이름을 입력해 주세요."
        if not papers.clauses_of(row.text or ""):
            found[f"papers-{index}-text"] = "문서의 내용을 입력해 주세요."
    titles = [row.title for row in rows]
    found |= {
        f"papers-{index}-title": f"「{title}」 문서가 두 번 있습니다. 이름을 다르게 해 주세요."
        for index, title in enumerate(titles)
        if title and title in titles[:index]
    }
    return found
