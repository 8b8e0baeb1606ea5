"""Korean of settlement reports (정산리포트), in the guide's words where it has them."""

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from models.credits import report_rules as rules
from models.credits.report_rules import Status
from models.credits.rules import IssueMode, month_key
from models.processes.kinds import Words

STEP: Mapping[IssueMode, Mapping[str, str]] = {
    IssueMode.REVERSE: {
        "request": "세금계산서 역발행요청",
        "sign": "세금계산서 서명요청",
        "pay": "지급 처리중",
        "paid": "지급 완료",
    },
    IssueMode.FORWARD: {
        "issue": "세금계산서 발행",
        "check": "세금계산서 확인",
        "pay": "지급 처리중",
        "paid": "지급 완료",
    },
    IssueMode.INDIVIDUAL: {"withhold": "지급 처리중 (원천징수)", "paid": "지급 완료"},
}
"""정산 진행현황: what the steps of `rules.STEPS` are called."""

SENTENCES: dict[str, str] = {
    "account_missing": "지급계좌가 등록되지 않았습니다. 지급계좌 관리에서 먼저 등록해 주세요.",
    "facts_missing": "회사정보 또는 담당자 정보가 입력되어 있지 않습니다: {fields}",
    "written_on_outside": "작성일자는 {first}부터 {last}까지 고를 수 있습니다. 미래 날짜는 쓸 수 없습니다.",
    "invoice_differs": "올리신 세금계산서가 등록하려는 정산과 다릅니다: {what}",
    "approval_number_day": "승인번호는 작성일자로 시작합니다. 앞 8자리가 {day}인지 확인해 주세요.",
    "account_cooling": "바꾼 지급계좌는 {until}부터 쓸 수 있습니다. 그때 자동으로 다시 지급합니다.",
    "payout_unknown": "이 정산리포트의 지급이 아니거나 이미 결과가 반영된 지급입니다.",
    "no_settlement_officer": "정산담당자가 없어 세금계산서를 요청할 수 없습니다. 제휴담당자에게 문의해 주세요.",
    "nobody_to_pay": "지급할 정산이 없습니다. 지급일이 된 정산과 지급계좌를 확인해 주세요.",
    "payout_taken": "이미 다른 지급 파일에 들어 있는 정산이 있습니다. 다시 시도해 주세요.",
    "payout_file_sent": "이미 은행에 전달한 파일입니다. 은행의 결과로만 바꿀 수 있습니다.",
    "payout_file_not_sent": "은행에 전달한 뒤에 결과를 올릴 수 있습니다.",
    "payout_file_closed": "취소한 파일입니다.",
    "accounts_changed": "파일을 만든 뒤 지급계좌가 바뀐 정산이 {count}건 있습니다. 파일을 취소하고 다시 만들어 주세요.",
    "results_unreadable": "이체 결과를 읽을 수 없습니다. 순번, 결과, 금액 열이 있는 xlsx, csv 파일을 올려 주세요.",
    "results_faulty": "보낸 파일과 맞지 않는 줄이 {count}건 있어 아무것도 반영하지 않았습니다.",
    "payout_running": "이미 은행에 보낸 지급입니다. 결과를 반영한 뒤에 다시 시도해 주세요.",
}

WORDS = Words(
    name="정산리포트",
    status={
        Status.PUBLISHED: "정산리포트 발행",
        Status.INVOICE_REQUESTED: "역발행요청",
        Status.INVOICE_WAITING: "세금계산서 발행 대기",
        Status.INVOICE_CHECKING: "세금계산서 확인",
        Status.PAYING: "지급 처리중",
        Status.PAID: "지급 완료",
        Status.PAYMENT_FAILED: "지급 실패",
        Status.HELD: "보류",
    },
    tone={
        Status.PUBLISHED: "wait",
        Status.INVOICE_REQUESTED: "wait",
        Status.INVOICE_WAITING: "wait",
        Status.INVOICE_CHECKING: "go",
        Status.PAYING: "go",
        Status.PAID: "done",
        Status.PAYMENT_FAILED: "stop",
        Status.HELD: "stop",
    },
    act={
        "request_invoice": "세금계산서 역발행 신청",
        "register_invoice": "세금계산서 등록",
        "confirm_invoice": "세금계산서 확인",
        "return_invoice": "다시 발행 요청",
        "pay": "지급 완료",
        "payment_failed": "지급 실패",
        "retry": "다시 지급",
        "hold": "보류",
        "release": "보류 해제",
    },
    done={
        "request_invoice": "세금계산서 역발행을 신청했습니다",
        "register_invoice": "세금계산서를 등록했습니다",
        "confirm_invoice": "세금계산서를 확인했습니다",
        "return_invoice": "세금계산서를 다시 발행해 달라고 요청했습니다",
        "pay": "지급 완료로 처리했습니다",
        "payment_failed": "지급 실패로 처리했습니다",
        "retry": "다음 지급일에 다시 지급합니다",
        "hold": "보류했습니다",
        "release": "보류를 풀었습니다",
    },
    event={
        "publish": "정산리포트 발행",
        "request_invoice": "세금계산서 역발행 신청",
        rules.INVOICE_SIGNED: "세금계산서 서명",
        rules.INVOICE_REFUSED: "세금계산서 서명 거부",
        rules.INVOICE_DROPPED: "역발행 요청 취소",
        rules.REVISED: "정산 금액 변경",
        "register_invoice": "세금계산서 등록",
        "confirm_invoice": "세금계산서 확인",
        "return_invoice": "세금계산서 재발행 요청",
        "pay": "지급 완료",
        "payment_failed": "지급 실패",
        "retry": "재지급 요청",
        "hold": "보류",
        "release": "보류 해제",
        "remind": "마감 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.PUBLISHED: "세금계산서 역발행요청",
        Status.INVOICE_REQUESTED: "세금계산서 서명요청",
        Status.INVOICE_WAITING: "세금계산서 발행",
        Status.INVOICE_CHECKING: "세금계산서 확인",
        Status.PAYING: "지급",
        Status.PAID: "지급 완료",
        Status.PAYMENT_FAILED: "계좌 확인",
        Status.HELD: "보류 검토",
    },
    hint={
        Status.PUBLISHED: "이번 달 정산 금액을 확인하고 세금계산서 역발행을 신청해 주세요.",
        Status.INVOICE_REQUESTED: "담당자 이메일로 역발행 세금계산서를 보내드립니다. 전자서명 후 최종 발행해 주세요.",
        Status.INVOICE_WAITING: "정산 금액으로 세금계산서를 발행하고 승인번호를 등록해 주세요.",
        Status.INVOICE_CHECKING: "등록된 세금계산서가 정산 금액과 같은지 확인합니다.",
        Status.PAYING: "지급예정일에 지급합니다. 주말, 공휴일인 경우 다음 영업일에 지급합니다.",
        Status.PAID: "대금 지급이 완료되었습니다.",
        Status.PAYMENT_FAILED: "지급하지 못했습니다. 지급계좌를 확인해 고치면 다음 지급일에 다시 지급합니다.",
        Status.HELD: "정산담당자가 보류를 풀면 이어서 진행합니다.",
    },
    reason={"hold": "보류 사유", "return_invoice": "요청 사유", "payment_failed": "실패 사유"},
    sentences=SENTENCES,
)


class Named(Protocol):
    """What a report is called by."""

    company_name: str
    group_name: str
    month: dt.date


def report_title(report: Named) -> str:
    """「주식회사 카카오 “다음스포츠 외” 2019-02」: how messages name a report."""
    return f"{report.company_name} “{report.group_name}” {month_key(report.month)}"
