"""Korean of Harmony's front door, as the guide prints it (ch. 1)."""

from models.harmony.rules import LAPSE, SEND, Service, Space, SpaceRole, Status
from models.notifications.rules import Event
from models.processes.kinds import Words

SPACE: dict[Space, str] = {Space.STUDIO: "스튜디오", Space.CREDIT: "크레딧"}
ROLE: dict[SpaceRole, str] = {SpaceRole.MASTER: "마스터", SpaceRole.EDITOR: "에디터", SpaceRole.USER: "사용자"}
SERVICE: dict[Service, str] = {Service.NEWS: "뉴스", Service.CAR: "자동차전문지", Service.ONEBOON: "1boon"}

SWITCH: dict[Event, tuple[str, str]] = {
    Event.CONTENT_CHANGED: ("내 콘텐츠 수정 · 삭제", "다른 사용자가 내 콘텐츠를 고치거나 지웠을 때"),
    Event.CONTENT_PUBLISHED: ("예약 콘텐츠 발행", "예약한 콘텐츠가 발행되었거나 발행하지 못했을 때"),
    Event.USER_JOINED: ("초대한 사용자 가입", "초대받은 사용자가 가입했을 때"),
    Event.REPORT_PUBLISHED: ("정산리포트 발행", "새 정산리포트가 발행되었을 때"),
    Event.PAYOUT_CHANGED: ("지급정보 변경", "지급계좌나 담당자 정보가 바뀌었을 때"),
    Event.PROGRESS_CHANGED: ("정산 진행현황 변경", "세금계산서와 지급의 단계가 바뀌었을 때"),
    Event.DEADLINE_NEAR: ("정산 마감 임박 · 미처리", "마감이 가까운데 처리하지 않은 정산이 있을 때"),
    Event.AMOUNT_PAID: ("대금 지급 완료", "대금이 지급되었을 때"),
}
"""「알림 설정」: the switch's name and when it rings."""

OVER: dict[str, str] = {
    Status.PREPARING: "초대 메일을 준비하고 있습니다. 잠시 뒤에 다시 열어 주세요.",
    Status.JOINED: "이미 가입에 쓴 초대입니다. 가입한 계정으로 로그인해 주세요.",
    Status.EXPIRED: "초대의 유효기간이 지났습니다. 초대한 제휴담당자에게 다시 보내 달라고 요청해 주세요.",
    Status.CANCELLED: "취소된 초대입니다. 궁금한 점은 초대한 제휴담당자에게 문의해 주세요.",
    Status.DECLINED: "거절하신 초대입니다. 다시 참여하시려면 제휴담당자에게 초대를 요청해 주세요.",
}

SENTENCES: dict[str, str] = {
    "invitation_unknown": "사용할 수 없는 초대 링크입니다. 가장 최근에 받은 초대 메일의 링크를 열어 주세요.",
    "invitation_over": "이 초대는 더 이상 쓸 수 없습니다. 초대한 제휴담당자에게 문의해 주세요.",
    "already_invited": "{email}: 이미 초대 중인 이메일입니다. 초대이력에서 다시 보낼 수 있습니다.",
    "already_joined": "이미 참여하고 있는 곳입니다.",
    "master_taken": "마스터가 이미 있습니다. 스튜디오의 마스터는 한 명입니다.",
    "account_taken": "이미 카카오하모니에 가입한 계정입니다. 로그인한 뒤 초대 메일의 링크를 다시 열어 주세요.",
    "not_invited": "카카오하모니는 초대받은 제휴사만 이용할 수 있습니다. 초대 메일의 링크로 먼저 가입해 주세요.",
    "entry_over": "시간이 지났거나 다른 화면에서 시작한 로그인입니다. 처음부터 다시 해 주세요.",
    "password_link_over": "이미 쓰셨거나 유효기간이 지난 링크입니다. 비밀번호 찾기를 다시 해 주세요.",
    "provider_away": "카카오계정 로그인이 응답하지 않습니다. 잠시 뒤에 다시 시도해 주세요.",
    "provider_refused": "카카오계정을 확인하지 못했습니다. 처음부터 다시 로그인해 주세요.",
    "phone_unconfirmed": "휴대폰번호를 인증해 주세요.",
    "step_up_needed": "추가인증을 한 뒤에 볼 수 있습니다.",
}

WORDS = Words(
    name="초대",
    status={
        Status.PREPARING: "발송 준비",
        Status.SENT: "초대 중",
        Status.JOINED: "가입완료",
        Status.EXPIRED: "기간만료",
        Status.CANCELLED: "초대취소",
        Status.DECLINED: "거절",
    },
    tone={
        Status.PREPARING: "mute",
        Status.SENT: "wait",
        Status.JOINED: "done",
        Status.EXPIRED: "mute",
        Status.CANCELLED: "stop",
        Status.DECLINED: "stop",
    },
    act={"join": "카카오하모니 시작하기", "decline": "초대 거절", "resend": "다시 보내기", "cancel": "초대 취소"},
    done={
        "join": "가입했습니다",
        "decline": "초대를 거절했습니다",
        "resend": "초대 메일을 다시 보냅니다. 앞서 보낸 링크는 쓸 수 없습니다",
        "cancel": "초대를 취소했습니다",
    },
    event={
        SEND: "초대 메일 발송",
        "join": "가입",
        "decline": "초대 거절",
        "resend": "초대 메일 다시 보냄",
        "cancel": "초대 취소",
        LAPSE: "초대 기간 만료",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.PREPARING: "초대 작성",
        Status.SENT: "가입",
        Status.JOINED: "가입완료",
        Status.EXPIRED: "기간만료",
        Status.CANCELLED: "초대취소",
        Status.DECLINED: "거절",
    },
    hint={
        Status.PREPARING: "초대 메일을 보내고 있습니다.",
        Status.SENT: "메일의 링크로 가입하면 이곳의 사용자가 됩니다. 기한이 지나면 링크를 쓸 수 없습니다.",
        Status.JOINED: "초대받은 분이 가입했습니다.",
        Status.EXPIRED: "같은 이메일로 다시 초대할 수 있습니다.",
        Status.CANCELLED: "같은 이메일로 다시 초대할 수 있습니다.",
        Status.DECLINED: "초대받은 분이 거절했습니다.",
    },
    reason={"cancel": "취소 사유"},
    sentences=SENTENCES,
)


def invited_to(space: str, name: str, role: str) -> str:
    """「초대받은 크레딧 (주)머니투데이 (사용자)」 without its label."""
    return f"{name} ({ROLE[SpaceRole(role)]})" if space else name
