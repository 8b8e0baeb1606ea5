"""How people and companies are called on screen; roles are in the kernel's wording."""

from models.members.rules import CompanyKind, CompanyStatus, MemberStatus, Sex

COMPANY_KIND: dict[CompanyKind, str] = {
    CompanyKind.CORPORATION: "법인사업자",
    CompanyKind.SOLE: "개인사업자",
    CompanyKind.INDIVIDUAL: "개인",
}

COMPANY_STATUS: dict[CompanyStatus, str] = {
    CompanyStatus.APPLYING: "승인 대기",
    CompanyStatus.ACTIVE: "정상",
    CompanyStatus.REJECTED: "반려",
    CompanyStatus.PORTAL_UNUSED: "포탈미사용",
    CompanyStatus.WITHDRAWN: "탈퇴",
    CompanyStatus.BLOCKED: "가입불가",
}

MEMBER_STATUS: dict[MemberStatus, str] = {
    MemberStatus.APPLYING: "승인 대기",
    MemberStatus.ACTIVE: "정상",
    MemberStatus.DORMANT: "휴면",
    MemberStatus.REJECTED: "반려",
    MemberStatus.WITHDRAWN: "탈퇴",
    MemberStatus.BLOCKED: "가입불가",
}

SEX: dict[Sex, str] = {Sex.MALE: "남성", Sex.FEMALE: "여성"}


def staff_label(login: str, name: str) -> str:
    """`amela.cha(차지애)`: staff are known by both names."""
    return f"{login}({name})"
