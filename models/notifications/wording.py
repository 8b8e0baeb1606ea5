"""The words of a message: one folder per event, one file per channel, `$name` for what is filled in.

Plain text and ``string.Template`` on purpose: the carrier compares 알림톡 with an approved wording letter by
letter, so there is nothing to branch on.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template

from models.notifications.rules import Channel, Event

FOLDER = Path(__file__).parent / "templates"

FILE: dict[Channel, str] = {
    Channel.KAKAOTALK: "alimtalk.txt",
    Channel.SMS: "sms.txt",
    Channel.EMAIL: "email.txt",
}

EVENT: dict[Event, str] = {
    Event.LOGIN_OTP: "로그인 인증번호",
    Event.YOUR_TURN: "내 차례",
    Event.REMINDER: "독촉",
    Event.ESCALATION: "지연",
    Event.DECIDED: "처리 결과",
    Event.CLOSED: "완료",
    Event.PAYMENT_DONE: "지급",
    Event.OWNER_CHANGED: "주담당자 변경",
    Event.WITHDRAWN: "탈퇴",
    Event.INVITATION: "초대",
    Event.INVITATION_REMINDER: "초대 알림",
    Event.STEP_UP: "추가인증",
    Event.HARMONY_PASSWORD: "비밀번호 찾기",
    Event.CONTENT_CHANGED: "콘텐츠 수정 · 삭제",
    Event.CONTENT_PUBLISHED: "예약 콘텐츠 발행",
    Event.USER_JOINED: "초대한 사용자 가입",
    Event.REPORT_PUBLISHED: "정산리포트 발행",
    Event.PAYOUT_CHANGED: "지급정보 변경",
    Event.PROGRESS_CHANGED: "정산 진행현황 변경",
    Event.DEADLINE_NEAR: "정산 마감 임박",
    Event.AMOUNT_PAID: "대금 지급 완료",
    Event.SIGNUP_RECEIVED: "가입요청 접수",
    Event.SIGNUP_APPROVED: "가입 승인",
    Event.SIGNUP_REJECTED: "가입 반려",
    Event.SIGNUP_BARRED: "가입 불가",
    Event.CONVERSION_CODE: "전환가입 인증번호",
    Event.CONVERSION_REMINDER: "전환가입 안내",
    Event.STAFF_WELCOME: "임직원 계정 안내",
    Event.EMAIL_CODE: "이메일 인증번호",
    Event.EMAIL_TAKEN: "이미 가입된 이메일",
    Event.TEMPORARY_PASSWORD: "임시 비밀번호",
    Event.PHONE_CHANGED: "휴대폰번호 변경",
    Event.DORMANCY_WARNING: "휴면 예정",
    Event.DORMANT: "휴면",
    Event.AUTHENTICATOR_CHANGED: "인증 앱 변경",
    Event.TERMS_AHEAD: "약관 변경 예고",
    Event.TAX_INVOICE_WRONG: "세금계산서 확인 필요",
    Event.CREDIT_DAY: "크레딧 정산 오늘 할 일",
}

CHANNEL: dict[Channel, str] = {Channel.KAKAOTALK: "알림톡", Channel.SMS: "문자", Channel.EMAIL: "이메일"}


@cache
def _template(event: str, file: str) -> Template:
    return Template((FOLDER / event / file).read_text(encoding="utf-8").rstrip("\n"))


def has(event: Event, channel: Channel) -> bool:
    """Whether an event has a wording for a channel."""
    return (FOLDER / event.value / FILE[channel]).is_file()


def body(event: Event, channel: Channel, params: Mapping[str, str]) -> str:
    """The finished text; raises KeyError when a parameter of the wording is missing."""
    return _template(event.value, FILE[channel]).substitute(params)


def subject(event: Event, params: Mapping[str, str]) -> str:
    """The line of the bell and the subject of the mail; one line whatever the parameters hold."""
    return " ".join(_template(event.value, "subject.txt").substitute(params).split())
