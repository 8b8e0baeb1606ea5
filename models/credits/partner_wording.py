"""What partners read about their credit: the guide's sentences of every step of 정산 진행현황."""

from collections.abc import Mapping

from models.credits.report_rules import Status
from models.credits.rules import IssueMode

GUIDE: Mapping[IssueMode, Mapping[str, tuple[str, ...]]] = {
    IssueMode.REVERSE: {
        "request": (
            "이번 달 정산 금액을 확인하고 세금계산서 역발행을 신청해 주세요.",
            "정산 금액에 궁금하신 점은 제휴담당자에게 문의해 주세요.",
            "역발행 신청시에는 정보보호를 위해서 관리자 추가인증이 필요합니다.",
        ),
        "sign": (
            (
                "세금계산서 역발행 신청이 완료되어 담당자 이메일({email})로 역발행 세금계산서를 보내드립니다. "
                "영업시간 기준 30분 ~ 1시간 가량 소요됩니다."
            ),
            (
                "이메일 링크로 이동하여 역발행된 세금계산서에 전자서명 후 최종 발행해 주세요. 문서함의 "
                "미처리문서에서도 확인할 수 있습니다."
            ),
            "전자서명은 정회원만 할 수 있으며, 역발행 정산 건에 대한 발급 비용은 모두 카카오에서 부담합니다.",
        ),
        "pay": (
            "세금계산서 확인이 완료되어 지급 처리중입니다.",
            "정산금 지급예정일: {pay_on} (주말/공휴일인 경우, 다음 영업일에 지급됩니다.)",
            "정산금을 지급 받을 계좌번호를 확인해 주세요.",
        ),
        "paid": ("{paid_on}에 대금 지급이 완료되었습니다.",),
    },
    IssueMode.FORWARD: {
        "issue": (
            "이번 달 정산 금액을 확인하고 같은 금액으로 세금계산서를 발행해 주세요.",
            (
                "발행하신 뒤 「세금계산서 등록」에서 승인번호와 작성일자를 등록해 주세요. XML 파일을 함께 "
                "올리시면 바로 확인됩니다."
            ),
        ),
        "check": (
            "등록해 주신 세금계산서를 확인하고 있습니다.",
            "금액이나 작성일자가 정산리포트와 다르면 다시 발행을 요청드립니다.",
        ),
        "pay": (
            "세금계산서 확인이 완료되어 지급 처리중입니다.",
            "정산금 지급예정일: {pay_on} (주말/공휴일인 경우, 다음 영업일에 지급됩니다.)",
            "정산금을 지급 받을 계좌번호를 확인해 주세요.",
        ),
        "paid": ("{paid_on}에 대금 지급이 완료되었습니다.",),
    },
    IssueMode.INDIVIDUAL: {
        "withhold": (
            "사업소득세 3%와 지방소득세(그 10%)를 원천징수하고 지급 처리중입니다. 세금계산서는 발행하지 않습니다.",
            "정산금 지급예정일: {pay_on} (주말/공휴일인 경우, 다음 영업일에 지급됩니다.)",
            "정산금을 지급 받을 계좌번호를 확인해 주세요.",
        ),
        "paid": ("{paid_on}에 대금 지급이 완료되었습니다.",),
    },
}
"""What a step says, by kind and step of `report_rules.STEPS`."""

BY_DAY: Mapping[str, str] = {
    "request": "{sign_by}까지 전자서명을 마치시면 {pay_on}에 지급합니다.",
    "sign": "서명 기한: {sign_by}. 기한이 지나 서명하시면 그다음 달 지급일에 지급합니다.",
    "issue": "{sign_by}까지 발행하시면 {pay_on}에 지급합니다.",
}
"""What a step says last, until its day."""
AFTER_DAY: Mapping[str, str] = {
    "request": "서명 기한({sign_by})이 지났습니다. 이번 달 안에 전자서명을 마치시면 {pay_on}에 지급합니다.",
    "sign": "서명 기한({sign_by})이 지났습니다. 이번 달 안에 전자서명을 마치시면 {pay_on}에 지급합니다.",
    "issue": "발행 기한({sign_by})이 지났습니다. 이번 달 안에 발행하시면 {pay_on}에 지급합니다.",
}
"""And after it."""
PAY_LATE = "지급예정일이 지났습니다. 지급이 끝나는 대로 알려드립니다."

SIGNED = (
    "전자서명하신 세금계산서를 확인하고 있습니다.",
    "국세청 전송이 끝나면 지급 처리를 시작합니다. 보통 서명한 다음 날까지 전송됩니다.",
)
"""Between the signature at the hub and the tax service's answer."""
UNSENT = (
    "세금계산서를 다시 보내는 중입니다.",
    "정산담당자가 확인해 다시 보내드립니다. 지금 하실 일은 없으며, 이메일이 전송되면 알려드립니다.",
)
"""While the hub has not taken the request."""
HELD = (
    "정산담당자가 확인하는 동안 정산을 보류했습니다.",
    "보류가 풀리면 이어서 진행하고 카카오톡으로 알려드립니다.",
    "궁금하신 점은 제휴담당자에게 문의해 주세요.",
)
FAILED = (
    "정산금을 지급하지 못했습니다. 정산금을 지급 받을 계좌번호를 확인해 주세요.",
    "지급계좌를 고치시면 새 계좌가 적용된 뒤의 지급일에 자동으로 다시 지급합니다.",
    "지금 계좌가 맞으면 「다시 지급」을 눌러 주세요. {again_on}에 다시 지급합니다.",
)
CORRECTED = (
    "바꾸신 지급계좌가 적용되기를 기다리고 있습니다.",
    "새 계좌가 적용되면 그 뒤의 지급일에 자동으로 다시 지급합니다. 지금 하실 일은 없습니다.",
)
"""After a payment failed, while the account that was put right is checked and cools off."""
ARTIST = "예술인 고용보험료는 이 지급액에 반영되어 있지 않습니다."
"""To an individual the insurance is for: the report does not compute it."""

TURN: Mapping[Status, str] = {
    Status.PUBLISHED: "지금 세금계산서 역발행을 신청하실 차례입니다.",
    Status.INVOICE_REQUESTED: "지금 세금계산서에 전자서명하실 차례입니다.",
    Status.INVOICE_WAITING: "지금 세금계산서를 발행하실 차례입니다.",
    Status.PAYMENT_FAILED: "지금 지급계좌를 확인하실 차례입니다.",
    Status.PAYING: "지급을 준비하고 있습니다.",
}
"""The bar above a report where it is not somebody's inside."""

CONSENT = (
    ("목적", "정산 지급 처리 및 문의 응대, 증빙서류 발급"),
    ("항목", "담당자 이름, 연락처, 이메일, 은행, 계좌번호, 예금주"),
    (
        "보유기간",
        (
            "계약 종료 후 정산을 위해 1개월간 보관 후 파기 (단, 전자상거래법 등 관련 법령에 의해 보존이 필요한 정보는 "
            "5년간 보관 후 파기)"
        ),
    ),
)
"""[필수] 개인정보 수집 및 이용목적에 대한 동의."""
