"""Korean of tax invoices."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from models.processes.kinds import Words
from models.tax_invoices import rules
from models.tax_invoices.rules import BuyerKind, Direction, Purpose, Reason, Status

DIRECTION: Mapping[str, str] = {Direction.REVERSE: "역발행", Direction.FORWARD: "정발행"}
PURPOSE: Mapping[str, str] = {Purpose.RECEIPT: "영수", Purpose.CHARGE: "청구"}
BUYER_KIND: Mapping[str, str] = {BuyerKind.BUSINESS: "사업자", BuyerKind.PERSON: "개인", BuyerKind.FOREIGNER: "외국인"}
REASON: Mapping[str, str] = {
    Reason.CORRECTION: "기재사항 착오정정",
    Reason.PRICE_CHANGE: "공급가액 변동",
    Reason.RETURN: "환입",
    Reason.TERMINATION: "계약의 해제",
    Reason.LETTER_OF_CREDIT: "내국신용장 사후개설",
    Reason.DUPLICATE: "착오에 의한 이중발급 등",
}
REASON_HINT: Mapping[str, str] = {
    Reason.CORRECTION: "적은 내용이 틀렸을 때. 원본 전액을 취소하는 한 장과 바르게 적은 한 장을 발급합니다.",
    Reason.PRICE_CHANGE: "공급 뒤에 금액이 늘거나 줄었을 때. 늘거나 준 금액만 한 장으로 발급합니다.",
    Reason.RETURN: "공급한 물건이 돌아왔을 때. 돌아온 만큼을 마이너스 한 장으로 발급합니다.",
    Reason.TERMINATION: "계약이 해제되어 공급이 없던 일이 되었을 때. 전액을 마이너스 한 장으로 발급합니다.",
    Reason.LETTER_OF_CREDIT: "공급 뒤에 내국신용장이 개설되었을 때. 과세분을 취소하고 영세율로 다시 발급합니다.",
    Reason.DUPLICATE: "같은 거래로 두 번 발급했을 때. 잘못 발급한 것을 마이너스 한 장으로 취소합니다.",
}
FORM: Mapping[str, str] = {"01": "세금계산서", "02": "수정세금계산서", "03": "계산서", "04": "수정계산서"}
TRADE: Mapping[str, str] = {
    "01": "일반",
    "02": "영세율",
    "03": "위수탁",
    "04": "수입",
    "05": "영세율위수탁",
}
NOT_FOR_INVOICE: Mapping[str, str] = {
    "evidence": "증빙유형이 세금계산서(자동입력)인 정산만 역발행을 요청할 수 있습니다.",
    "status": "공급사가 발행요청을 확인한 정산만 역발행을 요청할 수 있습니다.",
    "currency": "원화 정산만 전자세금계산서로 발급할 수 있습니다.",
    "cancel": "취소요청확인이 끝난 정산만 마이너스 세금계산서를 발급할 수 있습니다.",
}
MEMBERSHIP: Mapping[str, str] = {
    "not_member": "공급사가 세금계산서 중계사이트 회원이 아닙니다. 정회원 가입 뒤에 요청할 수 있습니다.",
    "associate": "공급사가 중계사이트 준회원이라 서명할 수 없습니다. 정회원으로 전환해 달라고 안내해 주세요.",
    "certificate": "공급사가 중계사이트에 등록한 인증서의 유효기간이 지났습니다. 갱신해 달라고 안내해 주세요.",
}
VERIFICATION: Mapping[str, str] = {
    "malformed": "발급된 파일을 표준 전자세금계산서로 읽을 수 없습니다.",
    "violations": "발급된 세금계산서가 표준 규칙에 맞지 않습니다.",
    "signature": "전자서명이 맞지 않습니다.",
    "certificate": "서명에 쓴 인증서를 믿을 수 없습니다.",
    "signer": "공급자의 인증서로 서명하지 않았습니다.",
    "content": "요청한 내용과 다르게 발급되었습니다.",
    "approval_number": "승인번호가 중계사이트의 대답과 다르거나 이미 쓰인 번호입니다.",
}
BUYER_NUMBER: Mapping[str, str] = {
    BuyerKind.BUSINESS: "사업자등록번호 10자리를 확인해 주세요.",
    BuyerKind.PERSON: "주민등록번호 13자리를 확인해 주세요.",
    BuyerKind.FOREIGNER: "여권번호나 외국인등록번호를 영문과 숫자 5자에서 20자까지 입력해 주세요.",
}
PARTY: Mapping[str, str] = {"supplier": "공급자", "buyer": "공급받는자"}


def late_issue_words(issue_by: dt.date, return_by: dt.date, *, exempt: bool) -> str:
    """The law's day to issue has passed: what it costs, in 부가가치세법 60조 for what is taxed or zero-rated."""
    late = f"발급기한 {issue_by:%Y.%m.%d}이 지났습니다."
    if exempt:
        return f"{late} 늦게 발급하거나 발급하지 않은 계산서에는 가산세가 붙습니다."
    return (
        f"{late} 확정신고기한 {return_by:%Y.%m.%d}까지 발급하면 공급가액의 1%(지연발급), "
        "그 뒤로는 2%(미발급)의 가산세가 공급자에게 붙습니다."
    )


def late_sending_words(transmit_by: dt.date) -> str:
    """The law's day to send on has passed: what it costs, of taxed and of exempt supplies alike."""
    return (
        f"전송기한 {transmit_by:%Y.%m.%d}이 지났습니다. 늦게 전송하면 공급가액의 0.3%(지연전송), "
        "확정신고기한까지 전송하지 않으면 0.5%(미전송)의 가산세가 공급자에게 붙습니다."
    )


def paid_words(number: str, owed: int) -> str:
    """What an amendment after the payment leaves to pay (won; minus: to be paid back)."""
    if owed == 0:
        return f"지급한 정산 {number}의 금액과 세금계산서가 다시 같아졌습니다."
    what = "더 지급해야" if owed > 0 else "돌려받아야"
    return f"이미 지급한 정산 {number}의 세금계산서가 수정되어 {abs(owed):,}원을 {what} 합니다."


WORDS = Words(
    name="세금계산서",
    status={
        Status.DRAFTING: "작성중",
        Status.FILING: "접수중",
        Status.REQUESTED: "발급대기",
        Status.CANCELLING_REQUEST: "요청취소중",
        Status.REFUSED: "거부",
        Status.REQUEST_CANCELLED: "요청취소",
        Status.ISSUED: "발급완료",
        Status.CANCELLING_ISSUE: "발행취소중",
        Status.ISSUE_CANCELLED: "발행취소",
        Status.NTS_WAITING: "전송대기",
        Status.NTS_SENDING: "전송중",
        Status.NTS_ACCEPTED: "전송성공",
        Status.NTS_FAILED: "전송실패",
        Status.CANCELLED: "작성취소",
    },
    tone={
        Status.DRAFTING: "mute",
        Status.FILING: "go",
        Status.REQUESTED: "wait",
        Status.CANCELLING_REQUEST: "go",
        Status.REFUSED: "stop",
        Status.REQUEST_CANCELLED: "stop",
        Status.ISSUED: "go",
        Status.CANCELLING_ISSUE: "go",
        Status.ISSUE_CANCELLED: "stop",
        Status.NTS_WAITING: "go",
        Status.NTS_SENDING: "go",
        Status.NTS_ACCEPTED: "done",
        Status.NTS_FAILED: "wait",
        Status.CANCELLED: "stop",
    },
    act={
        "request": "역발행 요청",
        "cancel": "작성취소",
        "cancel_request": "요청취소",
        "cancel_issue": "발행취소",
        "send": "국세청 즉시전송",
        "resend": "재전송",
    },
    done={
        "request": "역발행을 요청했습니다",
        "cancel": "작성을 취소했습니다",
        "cancel_request": "요청취소를 보냈습니다",
        "cancel_issue": "발행취소를 보냈습니다",
        "send": "국세청으로 바로 보냅니다",
        "resend": "다시 전송합니다",
    },
    event={
        "request": "역발행 요청",
        "cancel": "작성 취소",
        "cancel_request": "요청 취소 보냄",
        "cancel_issue": "발행 취소 보냄",
        "send": "국세청 즉시전송 요청",
        "resend": "재전송 요청",
        rules.FILED: "중계사이트 접수",
        rules.FILING_FAILED: "중계사이트에서 받지 않음",
        rules.SUPPLIER_SIGNED: "공급자 서명, 발급",
        rules.SUPPLIER_REFUSED: "공급자 거부",
        rules.REQUEST_WITHDRAWN: "요청 취소됨",
        rules.REQUEST_STANDS: "요청 취소되지 않음",
        rules.ISSUE_WITHDRAWN: "발행 취소됨",
        rules.ISSUE_STANDS: "발행 취소되지 않음",
        rules.SENDING_STANDS: "즉시전송되지 않음",
        rules.QUEUED: "국세청 전송 대기",
        rules.SENDING: "국세청 전송 시작",
        rules.ACCEPTED: "국세청 전송 성공",
        rules.REJECTED: "국세청 전송 실패",
        "remind": "서명 독촉",
        "escalate": "기한 알림",
    },
    step={
        Status.DRAFTING: "작성",
        Status.FILING: "중계사이트 접수",
        Status.REQUESTED: "공급자 서명",
        Status.CANCELLING_REQUEST: "요청 취소",
        Status.REFUSED: "거부",
        Status.REQUEST_CANCELLED: "요청취소",
        Status.ISSUED: "발급 확인",
        Status.CANCELLING_ISSUE: "발행 취소",
        Status.ISSUE_CANCELLED: "발행취소",
        Status.NTS_WAITING: "국세청 전송 대기",
        Status.NTS_SENDING: "국세청 전송",
        Status.NTS_ACCEPTED: "전송성공",
        Status.NTS_FAILED: "재전송",
        Status.CANCELLED: "작성취소",
    },
    hint={
        Status.DRAFTING: "내용과 작성일자를 확인하고 역발행 요청을 누르면 공급자가 중계사이트에서 서명할 수 있습니다.",
        Status.REQUESTED: "중계사이트의 미처리문서에서 세금계산서를 확인하고 인증서로 서명합니다.",
        Status.NTS_FAILED: "전송 결과를 확인하고 재전송을 누르면 국세청에 다시 보냅니다.",
    },
    reason={"cancel_request": "취소 사유", "cancel_issue": "취소 사유"},
    sentences={
        "future_written_on": "작성일자는 오늘까지만 입력할 수 있습니다.",
        "already_invoiced": "이 정산은 세금계산서 {number}로 이미 진행하고 있습니다.",
        "not_for_invoice": "{why}",
        "invoice_not_editable": "작성중인 세금계산서만 고칠 수 있습니다.",
        "invoice_under_way": "세금계산서 {number}의 처리가 끝나지 않았습니다. 먼저 요청이나 발행을 취소해 주세요.",
        "party_incomplete": "{party} 정보가 비어 있습니다: {missing}. 먼저 입력해 주세요.",
        "contact_missing": "공급사에 서명을 요청할 담당자의 이메일이 없습니다. 담당자 정보를 먼저 입력해 주세요.",
        "invoice_faulty": "표준 규칙에 맞지 않는 곳이 {count}군데 있습니다. {first}",
        "not_amendable": "국세청 전송이 끝난 세금계산서만 수정할 수 있습니다.",
        "amendment_under_way": "수정세금계산서 {number}가 진행 중입니다.",
        "amendment_too_large": "{asked:,}원은 남은 공급가액 {left:,}원을 넘습니다.",
        "amendment_refused": "{why}",
        "totals_differ": "품목의 합계 {given:,}원이 정산 금액 {needed:,}원과 다릅니다.",
        "amendment_empty": "바뀌는 내용이 없습니다.",
        "happened_on_wrong": "사유가 생긴 날은 {earliest}부터 오늘까지 입력할 수 있습니다.",
        "approval_number_taken": "이 승인번호는 {number}에 이미 쓰였습니다.",
        "received_faulty": "{why}",
        "buyer_number_wrong": "{why}",
        "asked_anew": "정산리포트에서 요청한 세금계산서입니다. 제휴사가 정산리포트에서 다시 요청합니다.",
        "still_alive": "세금계산서 {number}가 끝나지 않아 다시 요청할 수 없습니다.",
        "not_ready_to_remind": "발급대기 중인 세금계산서만 독촉할 수 있습니다.",
    },
)

SALE_WORDS = replace(
    WORDS,
    act={**WORDS.act, "request": "발급 요청"},
    done={**WORDS.done, "request": "발급을 요청했습니다"},
    event={**WORDS.event, "request": "발급 요청", rules.SUPPLIER_SIGNED: "우리 서명, 발급"},
    step={**WORDS.step, Status.REQUESTED: "우리 서명"},
    hint={
        **WORDS.hint,
        Status.DRAFTING: "내용을 확인하고 발급 요청을 누르면 중계사이트에서 우리 인증서로 서명할 수 있습니다.",
    },
)
"""Of an invoice of what the house itself supplied."""
