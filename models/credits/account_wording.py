"""Korean of payout accounts (지급계좌) and of company change requests (회사정보 변경)."""

from models.credits import account_rules as rules
from models.credits.account_rules import ChangeStatus, Status
from models.processes.kinds import Words

ACCOUNT_SENTENCES: dict[str, str] = {
    "account_change_open": "아직 적용되지 않은 계좌 변경이 있습니다. 먼저 취소한 뒤에 다시 변경해 주세요.",
}
CHANGE_SENTENCES: dict[str, str] = {
    "credit_change_open": "확인을 기다리는 회사정보 변경요청이 있습니다.",
}

ACCOUNT_WORDS = Words(
    name="지급계좌",
    status={
        Status.CHECKING: "예금주 확인중",
        Status.COOLING: "변경 대기",
        Status.ACTIVE: "사용중",
        Status.REPLACED: "이전 계좌",
        Status.REJECTED: "예금주 불일치",
        Status.CANCELLED: "변경 취소",
    },
    tone={
        Status.CHECKING: "go",
        Status.COOLING: "wait",
        Status.ACTIVE: "done",
        Status.REPLACED: "mute",
        Status.REJECTED: "stop",
        Status.CANCELLED: "stop",
    },
    act={"cancel": "변경 취소"},
    done={"cancel": "계좌 변경을 취소했습니다. 지금 계좌를 그대로 씁니다"},
    event={
        rules.HOLDER_FOUND: "예금주 확인",
        rules.HOLDER_DIFFERS: "예금주 불일치",
        rules.TAKES_EFFECT: "새 계좌 적용",
        rules.SUPERSEDED: "다른 계좌로 바뀜",
        "cancel": "계좌 변경 취소",
        "remind": "알림",
        "escalate": "지연 알림",
    },
    step={
        Status.CHECKING: "예금주 확인",
        Status.COOLING: "변경 대기",
        Status.ACTIVE: "사용",
        Status.REPLACED: "이전 계좌",
        Status.REJECTED: "예금주 불일치",
        Status.CANCELLED: "변경 취소",
    },
    hint={
        Status.CHECKING: "은행에 예금주를 확인하고 있습니다.",
        Status.COOLING: "대기 기간이 지나면 새 계좌로 지급합니다. 그 전에는 누구나 변경을 취소할 수 있습니다.",
        Status.ACTIVE: "이 계좌로 지급합니다.",
        Status.REPLACED: "더 이상 쓰지 않는 계좌입니다.",
        Status.REJECTED: "은행에 등록된 예금주와 다릅니다. 계좌번호와 예금주를 확인해 다시 등록해 주세요.",
        Status.CANCELLED: "변경이 취소되어 앞의 계좌를 그대로 씁니다.",
    },
    sentences=ACCOUNT_SENTENCES,
)

CHANGE_WORDS = Words(
    name="회사정보 변경요청",
    status={
        ChangeStatus.REQUESTED: "승인 대기",
        ChangeStatus.APPROVED: "승인",
        ChangeStatus.REJECTED: "반려",
        ChangeStatus.CANCELLED: "요청취소",
    },
    tone={
        ChangeStatus.REQUESTED: "wait",
        ChangeStatus.APPROVED: "done",
        ChangeStatus.REJECTED: "stop",
        ChangeStatus.CANCELLED: "stop",
    },
    act={"approve": "승인", "reject": "반려", "cancel": "요청 취소"},
    done={
        "approve": "승인했습니다. 회사정보를 고쳐 주세요",
        "reject": "반려했습니다",
        "cancel": "요청을 취소했습니다",
    },
    event={
        "approve": "회사정보 변경 승인",
        "reject": "회사정보 변경 반려",
        "cancel": "요청 취소",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={
        ChangeStatus.REQUESTED: "사업자등록증 확인",
        ChangeStatus.APPROVED: "승인",
        ChangeStatus.REJECTED: "반려",
        ChangeStatus.CANCELLED: "요청취소",
    },
    hint={
        ChangeStatus.REQUESTED: "올려 주신 사업자등록증을 확인한 뒤 회사정보를 수정합니다.",
        ChangeStatus.APPROVED: "사업자등록증대로 회사정보를 수정했습니다.",
        ChangeStatus.REJECTED: "사유를 확인하고 다시 요청해 주세요.",
        ChangeStatus.CANCELLED: "요청이 취소되었습니다.",
    },
    reason={"reject": "반려 사유"},
    sentences=CHANGE_SENTENCES,
)
