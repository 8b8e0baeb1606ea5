"""Korean of purchase orders, as the manual prints it."""

from collections.abc import Mapping

from models.orders.rules import EvidenceType, Form, Status, Taxation
from models.processes.kinds import Words

FORM: Mapping[str, str] = {Form.NEW: "신규발주", Form.CHANGE: "변경발주"}
SETTLEMENT_TYPE: Mapping[str, str] = {"by_inspection": "검수기반", "instalments": "분할정산"}
EVIDENCE_TYPE: Mapping[str, str] = {
    EvidenceType.TAX_INVOICE_AUTO: "세금계산서(자동입력)",
    EvidenceType.TAX_INVOICE_MANUAL: "세금계산서(수동입력)",
    EvidenceType.RECEIPT: "영수증",
}
TAXATION: Mapping[str, str] = {Taxation.TAXED: "과세", Taxation.ZERO_RATED: "영세율", Taxation.EXEMPT: "면세"}
OTHER_BASIS = "기타발주"

WORDS = Words(
    name="발주",
    status={
        Status.DRAFTING: "작성중",
        Status.CONFIRMATION_REQUESTED: "발주확인요청",
        Status.REFUSED: "발주확인거절",
        Status.CONFIRMED: "완료",
        Status.CANCELLED: "발주취소",
    },
    tone={
        Status.DRAFTING: "mute",
        Status.CONFIRMATION_REQUESTED: "wait",
        Status.REFUSED: "stop",
        Status.CONFIRMED: "done",
        Status.CANCELLED: "stop",
    },
    act={
        "request_confirmation": "발주확인요청",
        "confirm": "발주서확인",
        "refuse": "발주확인거절",
        "revise": "다시 작성",
        "cancel": "발주취소",
    },
    done={
        "request_confirmation": "발주확인을 요청했습니다",
        "confirm": "발주서를 확인했습니다",
        "refuse": "발주확인을 거절했습니다",
        "revise": "작성중으로 되돌렸습니다",
        "cancel": "발주를 취소했습니다",
    },
    event={
        "request_confirmation": "발주확인 요청",
        "confirm": "발주서 확인",
        "refuse": "발주확인 거절",
        "revise": "다시 작성",
        "cancel": "발주 취소",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.DRAFTING: "발주서 작성",
        Status.CONFIRMATION_REQUESTED: "발주서 확인",
        Status.REFUSED: "거절 사유 검토",
        Status.CONFIRMED: "완료",
        Status.CANCELLED: "발주취소",
    },
    hint={
        Status.DRAFTING: "품목과 금액을 확인하고 발주확인요청을 누르면 공급사가 발주서를 받습니다.",
        Status.CONFIRMATION_REQUESTED: (
            "발주서를 끝까지 읽고 발주서확인을 누르면 직인이 찍히고, 납품 일정을 계획할 수 있습니다."
        ),
        Status.REFUSED: "거절 사유를 보고 발주서를 다시 작성하거나 발주를 취소합니다.",
        Status.CONFIRMED: "공급사가 납품 일정을 계획합니다.",
        Status.CANCELLED: "취소된 발주입니다.",
    },
    reason={"refuse": "거절 사유", "cancel": "취소 사유"},
    sentences={
        "order_empty": "발주 품목이 없습니다. 품목을 넣은 뒤 발주확인을 요청해 주세요.",
        "sheet_not_ready": "발주서를 만들고 있습니다. 잠시 뒤 화면이 바뀌면 다시 눌러 주세요.",
        "sheet_changed": "보신 뒤에 발주서가 바뀌었습니다. 새 발주서를 읽고 다시 확인해 주세요.",
        "sheet_unread": "발주서를 끝까지 읽은 뒤 확인해 주세요. {pages}쪽 가운데 {seen}쪽을 보셨습니다.",
        "seal_missing": "직인이 없습니다. 「직인첨부」로 직인을 올려 주세요.",
        "seal_not_yours": "쓸 수 없는 직인입니다. 「직인첨부」로 직인을 다시 올려 주세요.",
        "signature_missing": "사인이 없습니다. 사인을 그린 뒤 확인해 주세요.",
        "contract_not_completed": "완료된 계약만 발주할 수 있습니다.",
        "over_contract": "{name:은} 계약 수량 {limit:,} 가운데 {left:,}까지 발주할 수 있습니다.",
        "below_delivered": "{name:은} 납품 일정에 {planned:,}이 잡혀 있어 그보다 줄일 수 없습니다.",
        "order_not_editable": "작성중인 발주서만 고칠 수 있습니다.",
        "order_not_changeable": "완료된 가장 새 발주만 변경발주할 수 있습니다.",
    },
)
