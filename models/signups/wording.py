"""Korean of joining, as the manual prints it (2-1, 2-2)."""

from collections.abc import Mapping
from typing import NamedTuple

from models.processes.kinds import Words
from models.signups.rules import RECEIVE, Answer, SignupKind, SignupMode, Status

SIGNUP_KIND: Mapping[str, str] = {
    SignupKind.INDIVIDUAL: "개인회원",
    SignupKind.COMPANY: "기업회원",
    SignupKind.CONTACT: "부담당자",
}

MODE: Mapping[str, str] = {
    SignupMode.NEW: "신규가입",
    SignupMode.AGAIN: "재가입",
    SignupMode.CONVERSION: "포탈미사용회원전환가입",
}

CERTIFICATE = "사업자등록증"
ACCOUNT_COPY = "계좌사본"


class Told(NamedTuple):
    """The manual's message and question of an answer; `question` empty: there is no way on."""

    message: str
    question: str = ""


ANSWERS: Mapping[tuple[SignupKind, Answer], Told] = {
    (SignupKind.INDIVIDUAL, Answer.NEW): Told("회원정보가 존재하지 않습니다.", "신규 회원으로 등록하시겠습니까?"),
    (SignupKind.INDIVIDUAL, Answer.MEMBER): Told("이미 등록된 개인회원입니다.\n로그인 페이지로 이동합니다."),
    (SignupKind.INDIVIDUAL, Answer.REJECTED): Told(
        "가입 요청이 반려된 개인회원입니다.", "정보수정 후 재가입요청 하시겠습니까?"
    ),
    (SignupKind.INDIVIDUAL, Answer.PORTAL_UNUSED): Told(
        "포탈 미사용중인 개인회원입니다.", "포탈 사용이 가능한 회원으로 등록하시겠습니까?"
    ),
    (SignupKind.COMPANY, Answer.NEW): Told("회원 정보가 존재하지 않습니다.", "신규 기업회원으로 등록하시겠습니까?"),
    (SignupKind.COMPANY, Answer.MEMBER): Told("이미 등록된 기업회원 입니다.", "부담당자로 가입하시겠습니까?"),
    (SignupKind.COMPANY, Answer.REJECTED): Told(
        "가입 요청이 반려된 회원입니다.", "정보수정 후 재가입요청 하시겠습니까?"
    ),
    (SignupKind.COMPANY, Answer.PORTAL_UNUSED): Told(
        "포탈 미사용중인 기업회원입니다.", "포탈 사용이 가능한 회원으로 등록하시겠습니까?"
    ),
    (SignupKind.CONTACT, Answer.NEW): Told("담당자 정보가 존재하지 않습니다.", "신규 부담당자로 등록하시겠습니까?"),
    (SignupKind.CONTACT, Answer.MEMBER): Told("이미 등록된 회원입니다.\n로그인 페이지로 이동합니다."),
    (SignupKind.CONTACT, Answer.REJECTED): Told(
        "가입 요청이 반려된 회원입니다.", "정보수정 후 재가입요청 하시겠습니까?"
    ),
}
WAITING = Told("이미 가입을 요청하여 승인을 기다리고 있습니다.")
BLOCKED = Told(
    "Partner on Kakao (PoK)을 직접 가입해서 이용하실 수 없는 회원입니다.\n"
    "Partner on Kakao (PoK) 사용을 원하시면 카카오 담당자에게 문의해 주세요."
)
CONTACT_ADDRESS = "pcc@kakaocorp.com"


def told(kind: SignupKind, answer: Answer) -> Told:
    """What the check says to this applicant."""
    if answer is Answer.WAITING:
        return WAITING
    return BLOCKED if answer is Answer.BLOCKED else ANSWERS[kind, answer]


WORDS = Words(
    name="가입요청",
    status={
        Status.RECEIVED: "접수",
        Status.REQUESTED: "승인 대기",
        Status.OWNER_REQUESTED: "승인 대기",
        Status.APPROVED: "승인",
        Status.REJECTED: "반려",
    },
    tone={
        Status.RECEIVED: "go",
        Status.REQUESTED: "wait",
        Status.OWNER_REQUESTED: "wait",
        Status.APPROVED: "done",
        Status.REJECTED: "stop",
    },
    act={"approve": "승인", "reject": "반려"},
    done={"approve": "가입을 승인했습니다", "reject": "가입요청을 반려했습니다"},
    event={
        RECEIVE: "접수",
        "approve": "가입 승인",
        "reject": "가입요청 반려",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.RECEIVED: "가입요청",
        Status.REQUESTED: "가입요청 승인",
        Status.OWNER_REQUESTED: "가입요청 승인",
        Status.APPROVED: "승인",
        Status.REJECTED: "반려",
    },
    hint={
        Status.RECEIVED: "담당자에게 알립니다.",
        Status.REQUESTED: "첨부문서와 입력 내용을 견주어 보고 승인하거나 사유를 적어 반려합니다.",
        Status.OWNER_REQUESTED: "우리 회사 담당자가 맞는지 확인하고 승인하거나 사유를 적어 반려합니다.",
        Status.APPROVED: "신청한 분이 로그인하여 사용할 수 있습니다.",
        Status.REJECTED: "신청한 분에게 사유를 메일로 보냈습니다.",
    },
    reason={"reject": "반려사유"},
    sentences={
        "signup_refused": "가입을 요청할 수 없습니다. 가입여부 확인부터 다시 진행해 주세요.",
        "person_taken": "개인정보가 일치하는 계정이 이미 있어 가입할 수 없습니다. 로그인해 주세요.",
        "signup_email_taken": "이 이메일로는 가입할 수 없습니다. 다른 이메일로 인증해 주세요.",
        "number_taken": "이 사업자등록번호로 먼저 접수된 가입요청이 있습니다. 가입여부 확인부터 다시 진행해 주세요.",
        "signup_blocked": BLOCKED.message.replace("\n", " ") + f" (문의 이메일 주소 : {CONTACT_ADDRESS})",
        "company_unused": "포탈 미사용중인 기업회원입니다. 가입여부 확인부터 다시 진행해 주세요.",
        "company_gone": "가입하려는 기업이 지금은 포탈을 사용하지 않습니다. 기업의 주담당자에게 문의해 주세요.",
        "too_many_files": "파일은 {limit}개까지 올릴 수 있습니다. 쓰지 않는 계좌를 삭제해 주세요.",
        "draft_gone": "입력하던 가입정보가 남아 있지 않습니다. 가입여부 확인부터 다시 진행해 주세요.",
    },
)
