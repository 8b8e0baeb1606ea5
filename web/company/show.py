"""What the pages of a partner's own data show: facts in words, accounts masked, papers, requests so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models.changes import queries
from models.changes.writes import ACCOUNT_COPY, REGISTRATION
from models.files.rules import FileRole
from models.files.tables import DocumentFile, StoredFile
from models.kernel.identifiers import format_brn, format_crn
from models.kernel.roles import Role
from models.kernel.text import mask_account
from models.kernel.wording import ROLE
from models.members.places import COUNTRIES
from models.members.rules import CompanyKind, CompanyStatus, MemberStatus, Sex
from models.members.tables import BankAccount, Company
from models.members.wording import COMPANY_KIND, COMPANY_STATUS, MEMBER_STATUS, SEX
from models.processes.messages import Actor

PAPERS_OF = ("company", "signup", "conversion", "change")
"""Documents through which a company's papers came in."""


@dataclass(frozen=True)
class AccountShown:
    """One account as everybody sees it: its number masked."""

    id: int
    country: str
    bank: str
    number: str
    holder: str
    is_virtual: bool
    virtual_amount: int | None
    swift: str
    bic: str
    iban: str
    is_default: bool
    copy_file_id: int | None


def is_individual(company: Company) -> bool:
    return company.kind == CompanyKind.INDIVIDUAL


def crumbs(actor: Actor, company: Company | None, number: str) -> dict[str, Any]:
    """Of a request's page: a partner comes from its own facts, the buyer from the list."""
    if actor.side == "buyer":
        return {}
    label, href = "회원정보", "/company/me"
    if Role.PARTNER_OWNER in actor.roles:
        label, href = "개인 회원정보" if company is not None and is_individual(company) else "기업정보", "/company"
    return {"nav": href, "crumbs": [(label, href), (number, None)]}


def country(code: str) -> str:
    return COUNTRIES.get(code, code)


def address(row: Any) -> str:
    """「(13529) 경기도 성남시 … 8층」"""
    zip_code = f"({row.zip_code}) " if row.zip_code else ""
    return f"{zip_code}{row.address} {row.address_detail}".strip()


def company_words(company: Company) -> dict[str, str]:
    """What a company's facts are called on screen."""
    return {
        "kind": COMPANY_KIND[CompanyKind(company.kind)],
        "status": COMPANY_STATUS[CompanyStatus(company.status)],
        "business_number": format_brn(company.business_number) if company.business_number else "",
        "corporate_number": format_crn(company.corporate_number) if company.corporate_number else "",
        "foreign": "예" if company.representative_foreign else "아니요",
        "artist": "가입" if company.artist_insurance else "해당 없음",
        "country": country(company.country),
        "address": address(company),
    }


def member_words(member: Any) -> dict[str, str]:
    """What a person's facts are called on screen."""
    owner = "partner_owner" in member.roles
    return {
        "kind": ROLE["partner_owner"] if owner else "부담당자",
        "status": MEMBER_STATUS[MemberStatus(member.status)],
        "sex": SEX[Sex(member.sex)] if member.sex else "",
        "foreign": "외국인" if member.foreign_national else "내국인",
        "birth_date": (member.birth_date or "").replace("-", "."),
    }


def accounts(session: Session, company_id: int) -> list[AccountShown]:
    """The open accounts, numbers masked."""
    return [account_shown(row) for row in queries.accounts(session, company_id)]


def account_shown(row: BankAccount) -> AccountShown:
    return AccountShown(
        id=row.id or 0,
        country=country(row.country),
        bank=row.bank_name,
        number=mask_account(row.account_number) if row.account_number else "",
        holder=row.holder,
        is_virtual=row.is_virtual,
        virtual_amount=row.virtual_amount,
        swift=row.swift,
        bic=row.bic,
        iban=mask_account(row.iban) if row.iban else "",
        is_default=row.is_default,
        copy_file_id=row.copy_file_id,
    )


def papers(session: Session, company_id: int) -> Sequence[tuple[StoredFile, DocumentFile]]:
    """첨부문서: what was attached to sign-ups and change requests, the newest first; account copies are elsewhere."""
    rows = (
        select(StoredFile, DocumentFile)
        .join(DocumentFile, col(DocumentFile.file_id) == col(StoredFile.id))
        .where(
            col(DocumentFile.company_id) == company_id,
            col(DocumentFile.kind).in_(PAPERS_OF),
            col(DocumentFile.role) == FileRole.ATTACHMENT.value,
            col(DocumentFile.title) != ACCOUNT_COPY,
        )
        .order_by(col(DocumentFile.id).desc())
        .limit(20)
    )
    return [(row[0], row[1]) for row in session.execute(rows)]


def papers_of(session: Session, kind: str, document_id: int) -> Sequence[tuple[StoredFile, DocumentFile]]:
    """The papers of one request, in their order."""
    rows = (
        select(StoredFile, DocumentFile)
        .join(DocumentFile, col(DocumentFile.file_id) == col(StoredFile.id))
        .where(col(DocumentFile.kind) == kind, col(DocumentFile.document_id) == document_id)
        .order_by(col(DocumentFile.position), col(DocumentFile.id))
    )
    return [(row[0], row[1]) for row in session.execute(rows)]


def file_names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """File id -> its name, of those this person may see."""
    found = session.execute(select(col(StoredFile.id), col(StoredFile.name)).where(col(StoredFile.id).in_(list(ids))))
    return {row[0]: row[1] for row in found}


__all__ = [
    "ACCOUNT_COPY",
    "REGISTRATION",
    "AccountShown",
    "account_shown",
    "accounts",
    "address",
    "company_words",
    "country",
    "file_names",
    "is_individual",
    "member_words",
    "papers",
    "papers_of",
]
