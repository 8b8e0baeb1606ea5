"""What identity verification, e-mail verification and the outside worlds say on screen. Pure."""

from models.identity.messages import StandingState
from models.identity.rules import EMAIL_TRIES_MAX, Carrier, Method, Why, World

SENTENCES: dict[str, str] = {
    "identity_missing": "본인인증을 먼저 해 주세요.",
    "identity_lapsed": "본인인증을 한 지 30분이 지났습니다. 본인인증을 다시 해 주세요.",
    "identity_used": "이미 사용한 본인인증입니다. 본인인증을 다시 해 주세요.",
    "email_unverified": "이메일인증을 먼저 해 주세요.",
    "email_lapsed": "이메일인증을 한 지 1시간이 지났습니다. 이메일인증을 다시 해 주세요.",
    "email_used": "이미 사용한 이메일인증입니다. 이메일인증을 다시 해 주세요.",
    "email_code_wrong": "인증번호가 맞지 않습니다. {left}번 더 입력할 수 있습니다.",
    "email_code_expired": "인증번호의 유효시간 10분이 지났습니다. 인증번호를 다시 받아 주세요.",
    "email_tries_used": f"인증번호를 {EMAIL_TRIES_MAX}번 잘못 입력했습니다. 인증번호를 다시 받아 주세요.",
    "email_resend_too_soon": "{seconds}초 뒤에 다시 받을 수 있습니다.",
    "email_resends_used": "인증번호를 더 보낼 수 없습니다. 이메일 주소를 확인하고 처음부터 다시 해 주세요.",
    "world_away": "{world}에서 답이 오지 않습니다. 입력하신 내용은 그대로이니 잠시 뒤 다시 시도해 주세요.",
    "question_refused": "{world}에서 이 내용으로는 조회할 수 없다고 합니다. 입력하신 내용을 확인해 주세요.",
    "too_many_requests": "짧은 시간에 여러 번 시도하셨습니다. {minutes}분 뒤에 다시 시도해 주세요.",
}

WORLD: dict[World, str] = {
    World.IDENTITY: "본인인증 기관",
    World.REGISTRY: "국세청 사업자 조회",
    World.ADDRESSES: "주소 조회",
}

WHY: dict[Why, str] = {
    Why.CANCELLED: "본인인증을 취소하셨습니다.",
    Why.MISMATCH: "입력하신 정보가 통신사에 등록된 정보와 다릅니다.",
    Why.CODE_WRONG: "인증번호가 맞지 않습니다.",
    Why.TRIES_USED: "인증번호를 여러 번 잘못 입력하여 본인인증이 끝났습니다.",
    Why.EXPIRED: "본인인증 시간이 지났습니다.",
    Why.UNKNOWN: "본인인증 기관에서 본인을 확인하지 못했습니다.",
}

STANDING: dict[StandingState, str] = {
    StandingState.ACTIVE: "계속사업자",
    StandingState.SUSPENDED: "휴업자",
    StandingState.CLOSED: "폐업자",
    StandingState.UNKNOWN: "국세청에 등록되지 않은 번호",
}

CARRIER: dict[Carrier, str] = {
    Carrier.SKT: "SKT",
    Carrier.KT: "KT",
    Carrier.LGU: "LG U+",
    Carrier.SKT_MVNO: "SKT 알뜰폰",
    Carrier.KT_MVNO: "KT 알뜰폰",
    Carrier.LGU_MVNO: "LG U+ 알뜰폰",
}

METHOD: dict[Method, str] = {Method.APP: "PASS 앱", Method.SMS: "문자(SMS)"}
