"""Korean of change requests, as the manual prints it (3-1 to 3-5)."""

from collections.abc import Mapping

from models.changes.rules import ACCOUNT, Status, Subject
from models.processes.kinds import Words

SUBJECT: Mapping[str, str] = {
    Subject.COMPANY: "기업정보 변경",
    Subject.MEMBER: "회원정보 변경",
    Subject.OWNER: "주담당자 변경",
}
INDIVIDUAL_SUBJECT = "개인회원 정보 변경"

FIELD: Mapping[str, str] = {
    "name": "기업명",
    "corporate_number": "법인등록번호",
    "representative": "대표자 성명",
    "representative_foreign": "대표자 외국인 여부",
    "business_type": "대표 업태",
    "business_item": "대표 업종",
    "country": "국가",
    "currency": "거래통화",
    "artist_insurance": "예술인 고용보험",
    "zip_code": "우편번호",
    "address": "주소",
    "address_detail": "상세주소",
    "owner": "주담당자",
}
MEMBER_FIELD: Mapping[str, str] = {"name": "성명", "login": "아이디 (이메일)"}
ACCOUNT_FIELD: Mapping[str, str] = {
    "country": "국가",
    "bank_name": "은행명",
    "account_number": "계좌번호",
    "holder": "예금주",
    "is_virtual": "가상계좌",
    "virtual_amount": "가상계좌 (금액)",
    "swift": "SWIFT",
    "bic": "BIC",
    "iban": "IBAN",
    "copy_file_id": "계좌사본",
    "is_default": "기본계좌",
}


def field_words(subject: str, field: str) -> str:
    """「대표자 성명」, 「계좌정보」."""
    if field.startswith(f"{ACCOUNT}-"):
        return "계좌정보"
    return (MEMBER_FIELD if subject == Subject.MEMBER else FIELD).get(field, field)


WORDS = Words(
    name="변경요청",
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
        "approve": "변경요청을 승인했습니다",
        "reject": "변경요청을 반려했습니다",
        "cancel": "변경요청을 취소했습니다",
    },
    event={
        "create": "변경 요청",
        "approve": "변경 승인",
        "reject": "변경 반려",
        "cancel": "요청 취소",
        "remind": "독촉 알림",
        "escalate": "지연 알림",
    },
    step={
        Status.REQUESTED: "변경요청 처리",
        Status.OWNER_REQUESTED: "담당자 요청 처리",
        Status.APPROVED: "변경 적용",
        Status.REJECTED: "반려",
        Status.CANCELLED: "요청취소",
    },
    hint={
        Status.REQUESTED: "변경 전후와 첨부 문서를 확인하고 승인하면 바로 적용됩니다.",
        Status.OWNER_REQUESTED: "변경 전후를 확인하고 승인하면 바로 적용됩니다.",
        Status.APPROVED: "변경된 내용이 적용되었습니다.",
        Status.REJECTED: "사유를 확인한 뒤 다시 요청할 수 있습니다.",
        Status.CANCELLED: "요청한 분이 취소했습니다.",
    },
    reason={"reject": "반려 사유"},
    sentences={
        "change_open": "처리를 기다리는 변경요청 {number:이} 있습니다. 처리된 뒤에 다시 요청해 주세요.",
        "nothing_changed": "바뀐 내용이 없습니다. 바꿀 항목을 고친 뒤 요청해 주세요.",
        "registration_missing": "사업자등록증을 다시 첨부해 주세요.",
        "withdrawal_open": "탈퇴 요청 {number:이} 처리를 기다리고 있어 요청할 수 없습니다.",
        "not_requester": "요청한 분이나 주담당자만 요청을 취소할 수 있습니다.",
        "own_request": "본인의 요청은 본인이 처리할 수 없습니다.",
        "email_taken": "이미 사용 중인 이메일이라 승인할 수 없습니다. 사유를 적어 반려해 주세요.",
        "fact_moved": "요청한 뒤에 {field:이} 바뀌어 승인할 수 없습니다. 사유를 적어 반려해 주세요.",
        "not_member": "이 회사의 담당자가 아니거나 이미 탈퇴한 담당자입니다.",
        "no_longer_owner": "주담당자 권한이 이미 다른 담당자에게 위임되었습니다.",
        "has_open_request": "처리하지 않은 요청 {number:이} 있는 담당자입니다. 먼저 요청을 처리해 주세요.",
        "other_person": "본인인증한 분이 회원님과 다릅니다. 본인 명의로 다시 인증해 주세요.",
    },
)
