"""Korean of inspections, as the manual prints it (8-1, 8-2)."""

from models.inspections.rules import Status
from models.processes.kinds import Words

SETTLED = "정산"
UNSETTLED = "미정산"
CANCEL_REASONS = ("재검 필요", "수량 부족", "사양 불일치", "파손")
"""The usual reasons, offered where one is asked for."""

WORDS = Words(
    name="검수",
    status={Status.WAITING: "검수대기", Status.ACCEPTED: "검수완료", Status.CANCELLED: "검수취소"},
    tone={Status.WAITING: "wait", Status.ACCEPTED: "done", Status.CANCELLED: "stop"},
    act={"accept": "검수완료", "cancel": "검수취소"},
    done={"accept": "검수완료로 처리했습니다", "cancel": "검수를 취소했습니다"},
    event={
        "accept": "검수 완료",
        "cancel": "검수 취소",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={Status.WAITING: "검수", Status.ACCEPTED: "검수완료", Status.CANCELLED: "검수취소"},
    hint={
        Status.WAITING: (
            "입고된 품목을 확인하고 검수완료를 누르면 정산할 수 있습니다. 맞지 않으면 사유와 함께 검수취소를 누릅니다."
        ),
        Status.ACCEPTED: "정산담당자가 정산을 작성합니다.",
        Status.CANCELLED: "취소된 수량은 공급사가 다시 납품 일정을 계획합니다.",
    },
    reason={"cancel": "검수취소 사유"},
)
