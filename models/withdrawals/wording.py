"""Korean of withdrawals, as the manual prints it (3-1 to 3-5)."""

from collections.abc import Mapping

from models.processes.kinds import Words
from models.withdrawals.rules import Origin, Status, Subject

SUBJECT: Mapping[str, str] = {Subject.COMPANY: "회원 탈퇴", Subject.CONTACT: "담당자 탈퇴"}
ORIGIN: Mapping[str, str] = {Origin.SELF: "본인", Origin.OWNER: "주담당자"}

OWNER_ADVICE = (
    "주 담당자는 직접 탈퇴 요청을 할 수 없습니다.",
    (
        "사용자 본인만 탈퇴하는 경우, 「회원정보 > 담당자 관리」 페이지에서"
        " 다른 담당자에게 주담당자를 위임한 후 탈퇴요청을 하세요."
    ),
    "기업이 탈퇴를 하시는 경우, 「회원정보 > 기업정보」 페이지에서 탈퇴요청을 하세요.",
)

WORDS = Words(
    name="탈퇴요청",
    status={
        Status.REQUESTED: "승인 대기",
        Status.OWNER_REQUESTED: "주담당자 승인 대기",
        Status.APPROVED: "승인",
        Status.REJECTED: "반려",
        Status.CANCELLED: "요청취소",
    },
    tone={
        Status.REQUESTED: "wait",
        Status.OWNER_REQUESTED: "wait",
        Status.APPROVED: "done",
        Status.REJECTED: "stop",
        Status.CANCELLED: "mute",
    },
    act={"approve": "승인", "reject": "반려", "cancel": "요청취소"},
    done={
        "approve": "탈퇴 처리했습니다",
        "reject": "탈퇴요청을 반려했습니다",
        "cancel": "탈퇴요청을 취소했습니다",
    },
    event={
        "create": "탈퇴 요청",
        "approve": "탈퇴 승인",
        "reject": "탈퇴 반려",
        "cancel": "요청 취소",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.REQUESTED: "탈퇴요청 처리",
        Status.OWNER_REQUESTED: "담당자 탈퇴요청 처리",
        Status.APPROVED: "탈퇴",
        Status.REJECTED: "반려",
        Status.CANCELLED: "요청취소",
    },
    hint={
        Status.REQUESTED: "진행 중인 문서가 없는지 확인하고 승인하면 소속 담당자까지 모두 탈퇴 처리됩니다.",
        Status.OWNER_REQUESTED: "승인하면 담당자가 바로 탈퇴 처리되고 더 이상 로그인할 수 없습니다.",
        Status.APPROVED: "개인정보는 법으로 정한 기록만 남기고 지워졌습니다.",
        Status.REJECTED: "사유를 확인해 주세요. 다시 요청할 수 있습니다.",
        Status.CANCELLED: "요청한 분이 취소했습니다.",
    },
    reason={"reject": "반려 사유"},
    sentences={
        "owner_must_delegate": (
            "주 담당자는 직접 탈퇴 요청을 할 수 없습니다. 다른 담당자에게 주담당자를 위임한 후 탈퇴요청을 하세요."
        ),
        "unfinished_business": "처리 중인 문서 {count}건이 있어 탈퇴할 수 없습니다. 먼저 {first:을} 마무리해 주세요.",
        "withdrawal_waiting": "처리를 기다리는 탈퇴요청 {number:이} 있습니다.",
        "wrong_person": "회원정보와 다릅니다. 가입한 정보와 같게 입력해 주세요.",
        "already_left": "이미 탈퇴했거나 탈퇴할 수 없는 상태입니다.",
    },
)
