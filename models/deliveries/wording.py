"""Korean of delivery rounds, as the manual prints it."""

from collections.abc import Mapping

from models.deliveries.rules import Progress, Status
from models.processes.kinds import Words

PROGRESS: Mapping[str, str] = {
    Progress.NOT_STARTED: "납품미진행",
    Progress.UNDER_WAY: "납품진행중",
    Progress.DONE: "납품완료",
}
PROGRESS_TONE: Mapping[str, str] = {
    Progress.NOT_STARTED: "mute",
    Progress.UNDER_WAY: "go",
    Progress.DONE: "done",
}
SERIALS_MISSING = "미작성"
SERIALS_DONE = "작성완료"

WORDS = Words(
    name="납품 일정",
    status={
        Status.PLANNED: "예정",
        Status.REQUESTED: "확정요청",
        Status.CONFIRMED: "확정",
        Status.RECEIVED: "입고완료",
        Status.REMOVED: "삭제",
    },
    tone={
        Status.PLANNED: "mute",
        Status.REQUESTED: "wait",
        Status.CONFIRMED: "go",
        Status.RECEIVED: "done",
        Status.REMOVED: "stop",
    },
    act={
        "request": "확정요청",
        "remove": "삭제",
        "withdraw": "확정요청취소",
        "confirm": "확정",
        "return": "반려",
        "receive": "입고",
    },
    done={
        "request": "확정을 요청했습니다",
        "remove": "일정을 삭제했습니다",
        "withdraw": "확정요청을 취소했습니다",
        "confirm": "납품 일정을 확정했습니다",
        "return": "납품 일정을 반려했습니다",
        "receive": "입고로 처리했습니다",
    },
    event={
        "request": "확정 요청",
        "remove": "일정 삭제",
        "withdraw": "확정요청 취소",
        "confirm": "일정 확정",
        "return": "일정 반려",
        "receive": "입고",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.PLANNED: "납품 계획",
        Status.REQUESTED: "일정 확정",
        Status.CONFIRMED: "입고",
        Status.RECEIVED: "입고완료",
        Status.REMOVED: "삭제",
    },
    hint={
        Status.PLANNED: "날짜, 위치, 수량과 시리얼번호를 맞춘 뒤 확정요청을 누르면 구매담당자가 확정합니다.",
        Status.REQUESTED: "일정이 맞으면 확정을, 바꿔야 하면 사유와 함께 반려를 누릅니다.",
        Status.CONFIRMED: "물건이 들어오면 수량과 날짜를 적어 입고를 누릅니다. 일부만 들어와도 됩니다.",
        Status.RECEIVED: "모두 입고되어 검수로 넘어갔습니다.",
        Status.REMOVED: "삭제된 일정입니다.",
    },
    reason={"return": "반려 사유"},
    sentences={
        "serials_missing": "{item} {round}차에 시리얼번호가 {needed:,}개 필요한데 {have:,}개 있습니다.",
        "serial_duplicate": "시리얼번호 {serial:은} 이 제품의 다른 납품에 이미 쓰였습니다.",
        "serial_count": "시리얼번호는 수량과 같은 {needed:,}개여야 합니다. {given:,}개를 입력하셨습니다.",
        "serial_twice": "시리얼번호 {serial:이} 두 번 있습니다.",
        "serial_bad": "「{serial}」에 쓸 수 없는 글자가 있거나 {limit}자를 넘습니다.",
        "serial_row_unknown": "일정번호 「{given}」은 선택하신 납품 일정이 아닙니다.",
        "serials_not_needed": "시리얼번호를 관리하지 않는 품목입니다.",
        "round_not_editable": "예정인 일정만 고칠 수 있습니다. {round}차는 {status}입니다.",
        "rounds_over_ordered": "{item:은} 발주량 {limit:,}까지 계획할 수 있는데 모두 {planned:,}입니다.",
        "item_not_open": "발주서를 확인한 발주의 품목만 납품 일정을 계획할 수 있습니다.",
        "over_round": "남은 입고 수량은 {left:,}입니다. 입력하신 수량은 {asked:,}입니다.",
        "received_in_future": "입고일은 오늘까지만 입력할 수 있습니다.",
        "received_before_order": "입고일이 발주일자 {ordered}보다 빠릅니다.",
        "too_many_rows": "한 번에 {limit:,}줄까지 저장할 수 있습니다.",
        "sheet_unreadable": "파일을 읽지 못했습니다. 「양식 다운로드」로 받은 양식에 입력해 주세요.",
    },
)
