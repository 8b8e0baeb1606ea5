"""Korean of settlements, as the manual prints it (9-1, 9-3)."""

from collections.abc import Mapping
from typing import NamedTuple

from models.processes.kinds import Words
from models.settlements.rules import CANCEL_BY_INVOICE, SCHEDULE_PAYMENT, SETTLE_BY_INVOICE, Status

CONFIRMED = "확인"
UNCONFIRMED = "미확인"


class Payable(NamedTuple):
    """Whether the money comes, in a word; and the step it waits on."""

    words: str
    tone: str
    reason: str


PAYABLE: Mapping[str, Payable] = {
    Status.DRAFTING: Payable("지급 전", "mute", "정산담당자의 발행요청을 기다립니다."),
    Status.ISSUE_REQUESTED: Payable("지급 전", "wait", "공급사의 발행요청 확인을 기다립니다."),
    Status.ACKNOWLEDGED: Payable("지급 전", "wait", "계산서가 발행되어 정산완료되기를 기다립니다."),
    Status.SETTLED: Payable("지급 예정", "go", "지급예정일을 정하고 있습니다."),
    Status.PAYMENT_DUE: Payable("지급 예정", "go", "지급예정일에 지급합니다."),
    Status.CANCEL_REQUESTED: Payable("지급 보류", "wait", "공급사의 계산서 취소요청 확인을 기다립니다."),
    Status.CANCEL_CONFIRMED: Payable("지급 보류", "wait", "마이너스 세금계산서를 기다립니다."),
    Status.PAID: Payable("지급 완료", "done", "지급이 끝났습니다."),
    Status.CANCELLED: Payable("지급 없음", "stop", "취소된 정산입니다."),
}

WORDS = Words(
    name="정산",
    status={
        Status.DRAFTING: "작성중",
        Status.ISSUE_REQUESTED: "발행요청",
        Status.ACKNOWLEDGED: "확인",
        Status.SETTLED: "정산완료",
        Status.PAYMENT_DUE: "지급예정",
        Status.CANCEL_REQUESTED: "취소요청",
        Status.CANCEL_CONFIRMED: "취소요청확인",
        Status.PAID: "지급완료",
        Status.CANCELLED: "정산취소",
    },
    tone={
        Status.DRAFTING: "mute",
        Status.ISSUE_REQUESTED: "wait",
        Status.ACKNOWLEDGED: "go",
        Status.SETTLED: "go",
        Status.PAYMENT_DUE: "go",
        Status.CANCEL_REQUESTED: "wait",
        Status.CANCEL_CONFIRMED: "wait",
        Status.PAID: "done",
        Status.CANCELLED: "stop",
    },
    act={
        "request_issue": "발행요청",
        "acknowledge": "확인",
        "settle": "정산완료",
        "pay": "지급완료",
        "cancel": "정산취소",
        "request_cancel": "취소요청",
        "confirm_cancel": "취소요청확인",
        "withdraw_cancel": "취소요청 철회",
        "finish_cancel": "정산취소",
    },
    done={
        "request_issue": "계산서 발행을 요청했습니다",
        "acknowledge": "발행요청을 확인했습니다",
        "settle": "정산완료로 처리했습니다",
        "pay": "지급완료로 처리했습니다",
        "cancel": "정산을 취소했습니다",
        "request_cancel": "계산서 취소를 요청했습니다",
        "confirm_cancel": "취소요청을 확인했습니다",
        "withdraw_cancel": "취소요청을 철회했습니다",
        "finish_cancel": "정산을 취소했습니다",
    },
    event={
        "request_issue": "계산서 발행 요청",
        "acknowledge": "발행요청 확인",
        "settle": "정산 완료",
        SCHEDULE_PAYMENT: "지급예정일 정함",
        "pay": "지급 완료",
        "cancel": "정산 취소",
        "request_cancel": "계산서 취소 요청",
        "confirm_cancel": "취소요청 확인",
        "withdraw_cancel": "취소요청 철회",
        "finish_cancel": "정산 취소",
        SETTLE_BY_INVOICE: "세금계산서로 정산 완료",
        CANCEL_BY_INVOICE: "마이너스 세금계산서로 정산 취소",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.DRAFTING: "정산 작성",
        Status.ISSUE_REQUESTED: "발행요청 확인",
        Status.ACKNOWLEDGED: "정산완료 처리",
        Status.SETTLED: "지급예정일 정하기",
        Status.PAYMENT_DUE: "지급",
        Status.CANCEL_REQUESTED: "취소요청 확인",
        Status.CANCEL_CONFIRMED: "마이너스 계산서",
        Status.PAID: "지급완료",
        Status.CANCELLED: "정산취소",
    },
    hint={
        Status.DRAFTING: "품목과 금액을 확인하고 발행요청을 누르면 공급사가 계산서 발행요청을 받습니다.",
        Status.ISSUE_REQUESTED: "내용을 보고 확인을 누른 뒤, 전달받은 날짜로 계산서를 발행합니다.",
        Status.ACKNOWLEDGED: "발행된 계산서의 증빙번호와 발행일을 넣어 정산완료를 누르면 지급예정일이 정해집니다.",
        Status.SETTLED: "발행월의 다음 달 15일, 휴일이면 다음 영업일로 정합니다.",
        Status.CANCEL_REQUESTED: "취소 사유를 보고 확인을 누르면 마이너스 세금계산서를 발행합니다.",
        Status.CANCEL_CONFIRMED: "마이너스 세금계산서가 국세청에 전송되면 정산이 취소됩니다.",
        Status.PAYMENT_DUE: "지급한 뒤 지급일과 참조번호를 넣어 지급완료를 누릅니다.",
        Status.PAID: "지급이 끝났습니다.",
        Status.CANCELLED: "품목은 다시 정산할 수 있습니다.",
    },
    reason={"cancel": "취소 사유", "request_cancel": "취소 사유"},
    sentences={
        "already_settled": "{item:은} 다른 정산에 이미 들어 있습니다. {number}",
        "nothing_to_settle": "정산할 품목을 하나 이상 골라 주세요.",
        "one_order_only": "한 발주의 품목만 함께 정산할 수 있습니다. 같은 발주의 품목을 골라 주세요.",
        "over_order": "{asked:,}원은 발주 금액에서 정산하고 남은 {left:,}원을 넘습니다.",
        "settlement_not_editable": "작성중인 정산만 고칠 수 있습니다.",
        "evidence_number_wrong": "세금계산서 승인번호는 {needed}자리입니다. {given}자리를 입력하셨습니다."
        " 앞 16자리는 숫자입니다.",
        "evidence_number_taken": "이 증빙번호는 정산 {number}에 이미 쓰였습니다.",
        "by_hand_reason_required": "자동으로 들어오는 세금계산서입니다. 직접 입력하는 사유를 적어 주세요.",
        "minus_before_invoice": "마이너스 증빙은 원래 증빙발행일 {issued}부터 발행할 수 있습니다.",
        "evidence_in_future": "증빙발행일은 오늘까지만 입력할 수 있습니다.",
        "nothing_to_pay": "수정세금계산서를 반영하면 지급할 금액이 {amount:,}원입니다. 정산을 취소해 주세요.",
        "paid_in_future": "지급일은 오늘까지만 입력할 수 있습니다.",
        "early_reason_required": "지급예정일 {due}보다 먼저 지급한 사유를 입력해 주세요.",
    },
)
