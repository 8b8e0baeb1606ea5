"""How people and companies are called on screen; roles are in the kernel's wording."""

from models.members.rules import CompanyKind, CompanyStatus, MemberStatus

COMPANY_KIND: dict[CompanyKind, str] = {
    CompanyKind.CORPORATION: "법인사업자",
    CompanyKind.SOLE: "개인사업자",
    CompanyKind.INDIVIDUAL: "개인",
}

COMPANY_STATUS: dict[CompanyStatus, str] = {
    CompanyStatus.ACTIVE: "정상",
    CompanyStatus.PORTAL_UNUSED: "포탈미사용",
    CompanyStatus.WITHDRAWN: "탈퇴",
    CompanyStatus.BLOCKED: "가입불가",
}

MEMBER_STATUS: dict[MemberStatus, str] = {
    MemberStatus.ACTIVE: "정상",
    MemberStatus.DORMANT: "휴면",
    MemberStatus.WITHDRAWN: "탈퇴",
}


def staff_label(login: str, name: str) -> str:
    """`amela.cha(차지애)`: staff are known by both names."""
    return f"{login}({name})"
