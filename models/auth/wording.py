"""What the log-in says."""

from models.auth.rules import OTP_TRIES_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PASSWORD_MARKS

SENTENCES: dict[str, str] = {
    "bad_credentials": "아이디 또는 비밀번호가 맞지 않습니다.",
    "logged_out": "로그인이 필요합니다.",
    "too_many_attempts": "로그인 시도가 많아 잠시 막았습니다. {minutes}분 뒤에 다시 시도해 주세요.",
    "code_wrong": "인증번호가 맞지 않습니다. {left}번 더 입력할 수 있습니다.",
    "code_expired": "인증번호의 유효시간 5분이 지났습니다. 인증번호를 다시 받아 주세요.",
    "code_tries_used": f"인증번호를 {OTP_TRIES_MAX}번 잘못 입력했습니다. 처음부터 다시 로그인해 주세요.",
    "code_used": "이미 사용한 인증번호입니다. 처음부터 다시 로그인해 주세요.",
    "resend_too_soon": "{seconds}초 뒤에 다시 받을 수 있습니다.",
    "resends_used": "인증번호를 더 보낼 수 없습니다. 처음부터 다시 로그인해 주세요.",
    "disclosure_reason_missing": "열람 사유를 입력해 주세요.",
    "login_steps_left": "먼저 확인할 일이 있습니다. 웹 화면에서 로그인해 주세요.",
    "identity_differs": "본인인증한 분이 이 아이디의 회원과 다릅니다. 회원 본인의 명의로 인증해 주세요.",
    "phone_not_asked": "인증 앱을 쓰는 계정은 로그인할 때 휴대폰번호를 바꿀 수 없습니다.",
    "app_code_wrong": "인증 앱의 번호가 맞지 않습니다. 새로 바뀐 번호를 입력해 주세요.",
    "form_forged": "화면이 오래되었거나 다른 곳에서 보낸 요청입니다. 새로 고친 뒤 다시 시도해 주세요.",
    "audience_refused": "이 화면을 볼 수 있는 권한이 없습니다.",
    "password_change_needed": "새 비밀번호로 바꾼 뒤에 이용할 수 있습니다.",
}

PASSWORD: dict[str, str] = {
    "password_length": f"비밀번호는 {PASSWORD_CHARS_MIN}~{PASSWORD_CHARS_MAX}자로 입력해 주세요.",
    "password_chars": "비밀번호에는 영문, 숫자, 특수문자만 쓸 수 있습니다.",
    "password_letter": "영문자를 하나 이상 넣어 주세요.",
    "password_digit": "숫자를 하나 이상 넣어 주세요.",
    "password_mark": f"특수문자 {PASSWORD_MARKS} 가운데 하나를 넣어 주세요.",
    "password_same": "지금 비밀번호와 다른 비밀번호를 입력해 주세요.",
    "password_unlike": "두 비밀번호가 서로 다릅니다.",
    "password_current": "현재 비밀번호가 맞지 않습니다.",
}

PASSWORD_HINT = (
    f"{PASSWORD_CHARS_MIN}~{PASSWORD_CHARS_MAX}자, 영문·숫자·특수문자({PASSWORD_MARKS})를 모두 포함해 주세요."
)

DISCLOSED_KIND: dict[str, str] = {
    "member": "회원",
    "bank_account": "계좌",
    "signup": "가입요청",
    "change_item": "변경요청",
}

DISCLOSED_FIELD: dict[str, str] = {
    "phone": "휴대폰번호",
    "birth_date": "생년월일",
    "account_number": "계좌번호",
    "iban": "IBAN",
    "holder": "예금주",
}
