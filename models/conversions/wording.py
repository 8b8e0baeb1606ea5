"""Korean of conversions, as the manual prints it (2-1, 2-2 포탈미사용회원)."""

from models.conversions.rules import CODE_TRIES_MAX, EXPIRE, LAPSE, RESEND, SEND, USE, Status
from models.processes.kinds import Words

WORDS = Words(
    name="포탈미사용회원 전환",
    status={
        Status.PREPARING: "전송 준비",
        Status.SENT: "인증번호 전송",
        Status.EXPIRED: "인증번호 만료",
        Status.USED: "가입요청 완료",
        Status.LAPSED: "기한 지남",
        Status.CANCELLED: "전환 취소",
    },
    tone={
        Status.PREPARING: "go",
        Status.SENT: "wait",
        Status.EXPIRED: "wait",
        Status.USED: "done",
        Status.LAPSED: "stop",
        Status.CANCELLED: "stop",
    },
    act={USE: "인증번호로 가입요청", RESEND: "인증번호 재전송", "cancel": "전환 취소"},
    done={
        USE: "인증번호로 가입을 요청했습니다",
        RESEND: "인증번호를 다시 보냈습니다. 앞서 보낸 번호는 쓸 수 없습니다",
        "cancel": "전환을 취소했습니다",
    },
    event={
        SEND: "인증번호 전송",
        RESEND: "인증번호 재전송",
        USE: "인증번호로 가입요청",
        EXPIRE: "인증번호 만료",
        LAPSE: "전환 기한 지남",
        "cancel": "전환 취소",
        "remind": "가입 안내 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.PREPARING: "전환 시작",
        Status.SENT: "협력사 가입요청",
        Status.EXPIRED: "인증번호 재전송",
        Status.USED: "가입요청 완료",
        Status.LAPSED: "기한 지남",
        Status.CANCELLED: "전환 취소",
    },
    hint={
        Status.PREPARING: "인증번호를 만들어 이메일로 보냅니다.",
        Status.SENT: "협력사가 유효기간 안에 회원가입 화면에서 인증번호를 넣고 가입을 요청합니다.",
        Status.EXPIRED: "인증번호의 유효기간이 지났습니다. 다시 보내면 새 번호로 가입할 수 있습니다.",
        Status.USED: "가입요청을 승인하면 포탈을 사용하는 회원이 됩니다.",
        Status.LAPSED: "정해진 기간에 가입요청이 없어 끝났습니다. 다시 보내려면 새로 시작합니다.",
        Status.CANCELLED: "보낸 인증번호는 쓸 수 없습니다.",
    },
    reason={"cancel": "취소 사유"},
    sentences={
        "conversion_open": "이 협력사에는 이미 인증번호를 보냈습니다. {number}에서 다시 보낼 수 있습니다.",
        "not_portal_unused": "포탈을 사용하지 않는 협력사에만 인증번호를 보낼 수 있습니다.",
        "conversion_code_none": "보낸 인증번호가 없습니다. 구매담당자에게 인증번호를 요청해 주세요.",
        "conversion_code_wrong": "인증번호가 맞지 않습니다. {left}번 더 입력할 수 있습니다.",
        "conversion_code_expired": "인증번호의 유효기간이 지났습니다. 구매담당자에게 다시 요청해 주세요.",
        "conversion_tries_used": (
            f"인증번호를 {CODE_TRIES_MAX}번 잘못 입력해 쓸 수 없습니다. 구매담당자에게 다시 요청해 주세요."
        ),
        "conversion_used": "이미 이 인증번호로 가입을 요청했습니다. 가입요청에서 처리해 주세요.",
        "conversion_not_used": "가입요청과 함께 쓰인 인증번호가 아닙니다.",
    },
)
