"""What the administrator's pages say."""

SENTENCES: dict[str, str] = {
    "last_admin": "관리자가 한 명도 남지 않게 됩니다. 다른 사람에게 관리자 역할을 먼저 주세요.",
    "not_oneself": "본인의 계정은 직접 중지할 수 없습니다. 다른 관리자에게 요청해 주세요.",
    "member_changed": "다른 사람이 먼저 바꾸었습니다. 새로 고친 뒤 다시 시도해 주세요.",
    "company_changed": "다른 사람이 먼저 바꾸었습니다. 새로 고친 뒤 다시 시도해 주세요.",
    "not_blockable": "지금 상태에서는 할 수 없습니다. 새로 고쳐 현재 상태를 확인해 주세요.",
    "delegation_over": "이미 끝났거나 취소된 위임입니다.",
}

ACT: dict[str, str] = {
    "create": "등록",
    "edit": "수정",
    "roles": "역할 변경",
    "password": "임시 비밀번호 전송",
    "suspend": "이용 중지",
    "resume": "이용 재개",
    "end_sessions": "로그인 종료",
    "unlock": "로그인 잠금 해제",
    "reset_authenticator": "인증 앱 해제",
    "block": "가입불가 지정",
    "unblock": "가입불가 해제",
    "send_code": "인증번호 전송",
    "revoke": "위임 취소",
    "disclose": "개인정보 열람",
}

FIELD: dict[str, str] = {
    "login": "아이디",
    "name": "이름",
    "email": "이메일",
    "phone": "전화번호",
    "department": "부서명",
    "position": "직급/호칭",
    "extension": "내선번호",
    "roles": "역할",
    "status": "상태",
    "reason": "사유",
    "sessions": "종료한 로그인",
    "attempts": "지운 실패 기록",
    "kind": "회원구분",
    "business_number": "사업자등록번호",
    "representative": "대표자",
    "business_type": "대표 업태",
    "business_item": "대표 업종",
    "zip_code": "우편번호",
    "address": "주소",
    "address_detail": "상세주소",
    "number": "전환번호",
    "from": "위임하는 사람",
    "to": "위임받는 사람",
    "role": "역할",
    "starts_on": "시작일",
    "ends_on": "종료일",
}

OUTCOME: dict[str, str] = {
    "pending": "확인 중",
    "failed": "비밀번호 틀림",
    "code_failed": "인증번호 틀림",
    "password_ok": "비밀번호 확인",
    "succeeded": "로그인",
    "cleared": "실패 (잠금 해제됨)",
}

DELEGATION_STATE: dict[str, str] = {"ahead": "예정", "now": "위임 중", "over": "종료", "revoked": "취소"}
DELEGATION_TONE: dict[str, str] = {"ahead": "go", "now": "wait", "over": "mute", "revoked": "stop"}
"""Keys: `models.members.delegations.state_of`."""
