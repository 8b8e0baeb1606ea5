"""How the terms and what is wrong with an agreement are called."""

from models.terms.rules import TermsAudience, TermsKey

AUDIENCE: dict[TermsAudience, str] = {TermsAudience.PARTNER: "구매포털 협력사", TermsAudience.MEDIA: "미디어 파트너"}

KEY: dict[TermsKey, str] = {
    TermsKey.SERVICE: "이용약관",
    TermsKey.PRIVACY: "개인정보 수집·이용",
    TermsKey.MARKETING: "소식 수신",
}

FULL_TEXT: dict[TermsKey, str] = {
    TermsKey.SERVICE: "이용약관 전문",
    TermsKey.PRIVACY: "동의서 전문",
    TermsKey.MARKETING: "동의서 전문",
}

SENTENCES: dict[str, str] = {
    "terms_not_agreed": "필수 항목에 모두 동의해 주세요.",
    "terms_changed": "그 사이 약관이 바뀌었습니다. 새 내용을 확인하고 다시 동의해 주세요.",
    "terms_in_force": "이미 시행된 약관은 거둘 수 없습니다. 새 버전을 만들어 주세요.",
}
