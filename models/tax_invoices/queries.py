"""Reads of tax invoices. What people see starts from `visible_to`; the rest is for steps and writes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import load_only
from sqlmodel import Session, col

from models.files.rules import FileRole
from models.files.tables import DocumentFile
from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.kernel.vat import Taxed
from models.members.rules import MemberStatus
from models.members.tables import Company, Member
from models.processes.messages import Actor
from models.processes.queries import visible_document, visible_to
from models.settlements.queries import evidence_holder
from models.tax_invoices.rules import DEAD, KIND, OPEN, UNSIGNED, Status
from models.tax_invoices.tables import TaxInvoice, TaxInvoiceLine

ADMINS_MAX = 50


def listed(actor: Actor) -> Select[TaxInvoice]:
    """세금계산서 목록: every one a person may see."""
    return visible_to(actor, TaxInvoice)


def lines(session: Session, invoice_id: int) -> Sequence[TaxInvoiceLine]:
    """The lines of an invoice the caller was allowed to find."""
    rows = select(TaxInvoiceLine).where(col(TaxInvoiceLine.tax_invoice_id) == invoice_id)
    return session.execute(rows.order_by(col(TaxInvoiceLine.position))).scalars().all()


def of_settlement(session: Session, actor: Actor, settlement_id: int) -> Sequence[TaxInvoice]:
    """Every invoice of a settlement the person may see, amendments included, oldest first."""
    rows = visible_to(actor, TaxInvoice).where(col(TaxInvoice.settlement_id) == settlement_id)
    return session.execute(rows.order_by(col(TaxInvoice.id))).scalars().all()


def amendments(session: Session, actor: Actor, invoice_id: int) -> Sequence[TaxInvoice]:
    """What amends an invoice, of what the person may see."""
    rows = visible_to(actor, TaxInvoice).where(col(TaxInvoice.original_id) == invoice_id)
    return session.execute(rows.order_by(col(TaxInvoice.id))).scalars().all()


def original(session: Session, actor: Actor, invoice: TaxInvoice) -> TaxInvoice | None:
    """What an invoice amends, if the person may see it."""
    if invoice.original_id is None:
        return None
    try:
        return visible_document(session, actor, TaxInvoice, invoice.original_id)
    except NotFound:
        return None


def live_of_settlement(session: Session, settlement_id: int) -> TaxInvoice | None:
    """The settlement's own invoice, drafted or further, that did not end without one."""
    row = select(TaxInvoice).where(
        col(TaxInvoice.settlement_id) == settlement_id,
        col(TaxInvoice.amendment_reason).is_(None),
        col(TaxInvoice.status).not_in(sorted(DEAD)),
    )
    found: TaxInvoice | None = session.execute(row).scalar_one_or_none()
    return found


def open_amendment_of_settlement(session: Session, settlement_id: int) -> TaxInvoice | None:
    """An amendment of the settlement's invoice that is past its draft and not done with."""
    row = select(TaxInvoice).where(
        col(TaxInvoice.settlement_id) == settlement_id,
        col(TaxInvoice.amendment_reason).is_not(None),
        col(TaxInvoice.status).in_(sorted(OPEN - {Status.DRAFTING})),
    )
    found: TaxInvoice | None = session.execute(row.order_by(col(TaxInvoice.id)).limit(1)).scalar_one_or_none()
    return found


def open_amendment(session: Session, invoice_id: int) -> TaxInvoice | None:
    """An amendment of the invoice that is drafted or on its way."""
    row = select(TaxInvoice).where(col(TaxInvoice.original_id) == invoice_id, col(TaxInvoice.status).in_(sorted(OPEN)))
    found: TaxInvoice | None = session.execute(row.order_by(col(TaxInvoice.id)).limit(1)).scalar_one_or_none()
    return found


def amended_by(session: Session, invoice_id: int) -> Taxed:
    """What the tax service has taken back from (minus) or added to an invoice, in won."""
    sums = select(
        func.coalesce(func.sum(col(TaxInvoice.supply_amount)), 0),
        func.coalesce(func.sum(col(TaxInvoice.vat_amount)), 0),
    ).where(col(TaxInvoice.original_id) == invoice_id, col(TaxInvoice.status) == Status.NTS_ACCEPTED)
    found = session.execute(sums).one()
    return Taxed(int(found[0]), int(found[1]))


def amendments_of_settlement(session: Session, settlement_id: int) -> Taxed:
    """What verified amendments the tax service has add to a settlement (minus: take from it), in won."""
    return _accepted(session, settlement_id, col(TaxInvoice.amendment_reason).is_not(None))


def net_of_settlement(session: Session, settlement_id: int) -> Taxed:
    """What the tax service has of a settlement, amendments added, in won."""
    return _accepted(session, settlement_id)


def _accepted(session: Session, settlement_id: int, *which: ColumnElement[bool]) -> Taxed:
    sums = select(
        func.coalesce(func.sum(col(TaxInvoice.supply_amount)), 0),
        func.coalesce(func.sum(col(TaxInvoice.vat_amount)), 0),
    ).where(
        col(TaxInvoice.settlement_id) == settlement_id,
        col(TaxInvoice.status) == Status.NTS_ACCEPTED,
        col(TaxInvoice.verified_at).is_not(None),
        *which,
    )
    found = session.execute(sums).one()
    return Taxed(int(found[0]), int(found[1]))


def preview_file(session: Session, row: TaxInvoice) -> int | None:
    """The PDF of a draft as it stands now: its place is the version it was drawn of."""
    place = select(col(DocumentFile.file_id)).where(
        col(DocumentFile.kind) == KIND,
        col(DocumentFile.document_id) == row.id,
        col(DocumentFile.role) == FileRole.DRAFT.value,
        col(DocumentFile.position) == row.edit_version,
    )
    found: int | None = session.execute(place.order_by(col(DocumentFile.id).desc()).limit(1)).scalar_one_or_none()
    return found


def by_approval_number(session: Session, number: str) -> TaxInvoice | None:
    """The invoice with that 승인번호."""
    row = select(TaxInvoice).where(col(TaxInvoice.approval_number) == number)
    found: TaxInvoice | None = session.execute(row).scalar_one_or_none()
    return found


def holder(session: Session, number: str, but: TaxInvoice) -> str | None:
    """Number of the document that has the 승인번호 besides this invoice and its own settlement."""
    other = by_approval_number(session, number)
    if other is not None and other.id != but.id:
        return other.number
    return evidence_holder(session, number, but=but.settlement_id)


def contact_of(session: Session, company_id: int) -> Member | None:
    """Who at the supplier is asked to sign: the 주담당자, else the one who joined first."""
    people = _people().where(
        col(Member.company_id) == company_id, col(Member.status) == MemberStatus.ACTIVE.value, col(Member.email) != ""
    )
    owner = col(Member.roles).contains([Role.PARTNER_OWNER.value])
    found: Member | None = session.execute(people.order_by(owner.desc(), col(Member.id)).limit(1)).scalar_one_or_none()
    return found


def person(session: Session, member_id: int) -> Member:
    """Somebody of either side, as an invoice names people."""
    found: Member = session.execute(_people().where(col(Member.id) == member_id)).scalar_one()
    return found


def _people() -> Select[Member]:
    """Only what the web may read of people."""
    shown: tuple[Any, ...] = (Member.id, Member.name, Member.email, Member.phone, Member.department)
    return select(Member).options(load_only(*shown))


def company_by_number(session: Session, number: str) -> Company | None:
    """The partner with a 사업자등록번호, of what the session may see."""
    found: Company | None = session.execute(
        select(Company).where(col(Company.business_number) == number)
    ).scalar_one_or_none()
    return found


def administrators(session: Session) -> list[int]:
    """Whom to tell besides the officer."""
    people = select(col(Member.id)).where(
        col(Member.company_id).is_(None),
        col(Member.status) == MemberStatus.ACTIVE.value,
        col(Member.roles).contains([Role.ADMIN.value]),
    )
    return list(session.execute(people.order_by(col(Member.id)).limit(ADMINS_MAX)).scalars())


def unsigned(actor: Actor) -> Select[TaxInvoice]:
    """서명 대기: asked for and not signed yet."""
    return visible_to(actor, TaxInvoice).where(col(TaxInvoice.status).in_(sorted(UNSIGNED)))
