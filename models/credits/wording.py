"""Korean of credits: words of the masters, of imports and of what may be refused."""

from collections.abc import Mapping

from models.credits.rules import (
    Adjustment,
    CompanyKind,
    ImportState,
    IssueMode,
    Method,
    OutcomeState,
    PayoutState,
    Source,
)

COMPANY_KIND: Mapping[str, str] = {
    CompanyKind.COMPANY: "법인사업자",
    CompanyKind.SOLE: "개인사업자",
    CompanyKind.INDIVIDUAL: "개인",
}
ISSUE_MODE: Mapping[str, str] = {
    IssueMode.REVERSE: "역발행",
    IssueMode.FORWARD: "정발행",
    IssueMode.INDIVIDUAL: "개인 (원천징수)",
}
METHOD: Mapping[str, str] = {Method.POOL: "재원 배분", Method.REVENUE: "매출 요율"}
METHOD_HINT: Mapping[str, str] = {
    Method.POOL: "그달의 재원을 매체의 소비량 × 요율에 비례해 나눕니다.",
    Method.REVENUE: "매체의 매출에 요율을 곱합니다. 원 미만은 버립니다.",
}
SOURCE: Mapping[str, str] = {
    Source.POOL: "재원 배분",
    Source.REVENUE: "매출",
    Source.MANUAL: "수기 입력",
    Source.CORRECTION: "정정",
    Source.CARRY: "이월",
}
ADJUSTMENT: Mapping[str, str] = {Adjustment.MANUAL: "수기 입력", Adjustment.CORRECTION: "정정"}
IMPORT: Mapping[str, str] = {
    ImportState.REJECTED: "오류",
    ImportState.CHECKED: "검증완료",
    ImportState.APPLIED: "반영",
    ImportState.REPLACED: "대체됨",
    ImportState.DISCARDED: "취소",
}
IMPORT_TONE: Mapping[str, str] = {
    ImportState.REJECTED: "stop",
    ImportState.CHECKED: "wait",
    ImportState.APPLIED: "done",
    ImportState.REPLACED: "mute",
    ImportState.DISCARDED: "mute",
}
OUTCOME: Mapping[str, str] = {
    OutcomeState.PENDING: "대기",
    OutcomeState.COMPUTED: "계산됨",
    OutcomeState.PUBLISHED: "발행",
    OutcomeState.UNCHANGED: "변동 없음",
    OutcomeState.CARRIED: "이월",
    OutcomeState.EMPTY: "정산 없음",
    OutcomeState.FAILED: "실패",
}
OUTCOME_TONE: Mapping[str, str] = {
    OutcomeState.PENDING: "mute",
    OutcomeState.COMPUTED: "go",
    OutcomeState.PUBLISHED: "done",
    OutcomeState.UNCHANGED: "mute",
    OutcomeState.CARRIED: "wait",
    OutcomeState.EMPTY: "mute",
    OutcomeState.FAILED: "stop",
}
PAYOUT: Mapping[str, str] = {
    PayoutState.WAITING: "이체 대기",
    PayoutState.SENT: "은행 전달",
    PayoutState.PAID: "지급 완료",
    PayoutState.FAILED: "지급 실패",
    PayoutState.DROPPED: "제외",
}
PAYOUT_TONE: Mapping[str, str] = {
    PayoutState.WAITING: "wait",
    PayoutState.SENT: "go",
    PayoutState.PAID: "done",
    PayoutState.FAILED: "stop",
    PayoutState.DROPPED: "mute",
}
OUTLIER: Mapping[str, str] = {
    "more": "전월보다 크게 늘었습니다",
    "less": "전월보다 크게 줄었습니다",
    "new": "처음 정산합니다",
    "gone": "전월에는 있었으나 이번 달은 없습니다",
    "negative": "합계가 음수입니다",
    "no_account": "지급계좌가 없습니다",
    "no_company": "지급처가 없습니다",
}

SENTENCES: dict[str, str] = {
    "rate_overlaps": "같은 매체와 사업의 요율이 {since}부터 {until}까지 이미 있습니다. 기간이 겹치지 않게 해 주세요.",
    "pool_taken": "이 사업의 그달 재원이 이미 있습니다. 목록에서 고쳐 주세요.",
    "medium_code_taken": "이미 쓰고 있는 매체코드입니다: {code_text}",
    "credit_company_known": "이미 등록된 사업자등록번호입니다: {number}",
    "same_file": "이미 반영한 파일과 같은 파일입니다. 내용을 고친 뒤 다시 올려 주세요.",
    "import_not_ready": "검증을 마친 파일만 반영하거나 취소할 수 있습니다.",
    "import_outdated": "검증한 뒤에 다른 파일이 반영되었습니다. 파일을 다시 올려 차이를 확인해 주세요.",
    "month_published": "{month} 정산리포트가 이미 발행되었습니다. 다음 달 정산에 정정으로 넣어 주세요.",
    "credit_import_unreadable": "첫 열 줄 안에서 열 이름을 찾지 못했습니다. {columns} 열이 있어야 합니다.",
    "credit_import_too_long": "한 파일에 {limit:,}줄까지 올릴 수 있습니다. 나누어 올려 주세요.",
    "credit_import_too_much": "모든 줄의 합계가 {limit:,}을 넘습니다. 단위를 확인해 주세요.",
    "credit_import_empty": "열 이름 아래에 채운 줄이 없습니다.",
    "not_a_month": "2026-10처럼 연월을 입력해 주세요.",
}
