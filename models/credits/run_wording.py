"""Korean of the monthly run (월 정산)."""

from models.credits import run_rules as rules
from models.credits.run_rules import Status
from models.processes.kinds import Words

SENTENCES: dict[str, str] = {
    "run_open": "이 달의 정산이 이미 진행 중입니다: {number}",
    "month_ahead": "아직 끝나지 않은 달은 정산할 수 없습니다.",
    "month_approved": "{number} 정산을 승인해 발행하고 있습니다. 발행이 끝난 뒤 다음 달 정산에 정정으로 넣어 주세요.",
    "run_publishing": "{number} 정산을 발행하고 있어 지급처와 발행방식을 바꿀 수 없습니다. 발행이 끝난 뒤 바꿔 주세요.",
    "inputs_changed": "미리 계산한 뒤에 바뀐 것이 있습니다: {what}. 다시 계산해 금액을 확인한 뒤 승인해 주세요.",
    "pool_unshared": "{business} 재원을 나눌 소비량이 없습니다. 소비 자료를 먼저 올려 주세요.",
}

NOTE: dict[str, str] = {
    "pool_unshared": "{name}: 재원 {more}원을 나눌 소비량이 없습니다.",
    "pool_missing": "{name}: 소비량은 있으나 재원이 없습니다.",
    "rate_missing": "{name}: {more} 요율이 없어 계산하지 않았습니다.",
    "month_skipped": "{name} 정산을 발행하지 않았습니다. 이 달을 먼저 발행하면 {name}은 더 정산할 수 없습니다.",
    "carry_closed": "{name}: 지난달에서 이월한 {more}원이 있으나 정산그룹이 종료되어 지급하지 않습니다.",
    "group_missing": "{name} ({more}): 정산그룹이 없거나 종료되어 지급하지 않습니다.",
}
"""What the officer should know before approving."""
CHANGED: dict[str, str] = {
    "imports": "매출 · 소비 자료",
    "pools": "RS 재원",
    "adjustments": "정정 · 수기",
    "rates": "요율",
    "media": "매체의 정산그룹",
    "groups": "정산그룹",
    "companies": "지급처",
    "businesses": "사업의 품목",
    "carried": "앞선 달의 이월",
}
"""What of a preview's input has changed since."""
ERROR: dict[str, str] = {
    "no_company": "지급처가 없습니다. 정산그룹에 지급처를 정한 뒤 다시 시도해 주세요.",
    "company_closed": "지급처가 종료되었습니다.",
    "report_moved_on": "이미 처리 중인 정산리포트라 금액을 바꿀 수 없습니다. 다음 달에 정정해 주세요.",
    "report_stands": "발행된 정산리포트가 있는데 이번에는 정산할 것이 없습니다. 다음 달에 정정해 주세요.",
    "report_too_little": "발행된 정산리포트의 금액이 0원 이하가 되어 바꿀 수 없습니다. 다음 달에 정정해 주세요.",
    "carry_settled": "이월한 금액이 이미 다음 달 정산에 들어갔습니다. 다음 달에 정정해 주세요.",
}
"""Why a group failed, in words that say what to do."""
OTHER_ERROR = "계산하지 못했습니다. 자료를 고친 뒤 다시 시도해 주세요. ({})"
"""What nobody foresaw, as it came."""

WORDS = Words(
    name="월 정산",
    status={
        Status.DRAFTING: "계산중",
        Status.PREVIEWED: "승인 대기",
        Status.APPROVED: "승인",
        Status.PUBLISHING: "발행중",
        Status.PAUSED: "일시정지",
        Status.INCOMPLETE: "일부 실패",
        Status.PUBLISHED: "발행 완료",
        Status.STOPPED: "중단",
    },
    tone={
        Status.DRAFTING: "go",
        Status.PREVIEWED: "wait",
        Status.APPROVED: "go",
        Status.PUBLISHING: "go",
        Status.PAUSED: "wait",
        Status.INCOMPLETE: "stop",
        Status.PUBLISHED: "done",
        Status.STOPPED: "stop",
    },
    act={
        "approve": "승인하고 발행",
        "rerun": "다시 계산",
        "cancel": "정산 중단",
        "pause": "일시정지",
        "resume": "다시 시작",
        "retry_group": "실패한 그룹 다시 시도",
        "close": "실패를 두고 끝내기",
    },
    done={
        "approve": "승인했습니다. 정산리포트를 발행합니다",
        "rerun": "다시 계산합니다",
        "cancel": "정산을 중단했습니다",
        "pause": "일시정지했습니다",
        "resume": "다시 시작했습니다",
        "retry_group": "다시 시도합니다",
        "close": "정산을 끝냈습니다",
    },
    event={
        "create": "정산 시작",
        rules.COMPUTED: "미리 계산 완료",
        rules.COMPUTING_FAILED: "계산하지 못함",
        rules.PUBLISH: "발행 시작",
        rules.FINISHED: "정산그룹별 발행 마침",
        "approve": "승인",
        "rerun": "다시 계산",
        "cancel": "중단",
        "pause": "일시정지",
        "resume": "다시 시작",
        "retry_group": "다시 시도",
        "close": "실패를 두고 끝냄",
        "remind": "승인 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.DRAFTING: "계산",
        Status.PREVIEWED: "승인",
        Status.APPROVED: "발행 준비",
        Status.PUBLISHING: "발행",
        Status.PAUSED: "일시정지",
        Status.INCOMPLETE: "실패한 그룹 처리",
        Status.PUBLISHED: "발행 완료",
        Status.STOPPED: "중단",
    },
    hint={
        Status.DRAFTING: "정산그룹별 금액을 계산하고 있습니다. 아직 아무것도 발행되지 않습니다.",
        Status.PREVIEWED: "전월과의 차이와 이상치를 확인하고 승인해 주세요. 승인하면 정산리포트가 발행됩니다.",
        Status.APPROVED: "발행을 준비하고 있습니다.",
        Status.PUBLISHING: "정산그룹별로 발행하고 있습니다. 한 그룹이 실패해도 나머지는 계속됩니다.",
        Status.PAUSED: "다시 시작하면 남은 그룹부터 이어서 발행합니다.",
        Status.INCOMPLETE: "실패한 그룹의 원인을 고치고 다시 시도해 주세요.",
        Status.PUBLISHED: "모든 정산그룹의 처리가 끝났습니다.",
        Status.STOPPED: "이미 발행된 정산리포트는 그대로입니다. 같은 달을 다시 정산할 수 있습니다.",
    },
    reason={"cancel": "중단 사유", "close": "끝내는 사유"},
    sentences=SENTENCES,
)
