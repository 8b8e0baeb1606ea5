"""Tax invoices (세금계산서) and their lines."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, Numeric
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, encrypted, instant, json, text, texts, won
from models.processes.tables import ProcessColumns
from models.tax_invoices.rules import DEAD

_DEAD = ", ".join(f"'{status}'" for status in sorted(DEAD))


class TaxInvoice(ProcessColumns, table=True):
    """One document of the national standard, from draft to the tax service; amounts in won.

    `total_amount` = supply_amount + vat_amount, all three negative on a minus invoice.
    """

    __tablename__ = "tax_invoice"

    SENT: ClassVar[str | None] = "requested_at"

    number: str = text(unique=True)
    hub_key: str = text(unique=True)
    """The document's name at the hub: ours, 1 to 24 of A-Z a-z 0-9 _ -; never used for a second document."""
    left_keys: list[str] = texts(default_factory=list)
    """Names it was to have at the hub and was not taken under: a filing that was late may still turn up there."""
    direction: str = text()
    title: str = text()
    settlement_id: int | None = big_int(default=None, foreign_key="settlement.id", index=True)
    settlement_number: str = text(default="")
    company_name: str = text()
    officer_id: int = big_int(foreign_key="member.id")
    officer_name: str = text()

    type_code: str = text()
    """분류 2 + 종류 2: 0101 세금계산서 일반."""
    written_on: dt.date = Field()
    """작성일자."""
    purpose: str | None = text(default=None)
    amendment_reason: str | None = text(default=None)
    happened_on: dt.date | None = Field(default=None)
    """When what an amendment is for happened (환입일, 계약해제일 …)."""
    original_id: int | None = big_int(default=None, foreign_key="tax_invoice.id", index=True)
    original_approval_number: str | None = text(default=None)
    remade_from_id: int | None = big_int(default=None, foreign_key="tax_invoice.id")
    """「다시 요청」: the refused or cancelled one this was drafted from."""
    currency: str = text(default="KRW")
    supply_amount: int = won()
    vat_amount: int = won()
    total_amount: int = won()
    paid_cash: int = won(default=0)
    paid_cheque: int = won(default=0)
    paid_note: int = won(default=0)
    paid_credit: int = won(default=0)
    """현금, 수표, 어음, 외상미수금; together the total, or all 0."""
    remarks: list[str] = texts(default_factory=list)

    supplier_number: str = text()
    """사업자등록번호, ten digits."""
    supplier_branch: str = text(default="")
    """종사업장번호, four digits."""
    supplier_name: str = text()
    supplier_representative: str = text(default="")
    supplier_address: str = text(default="")
    supplier_business_type: str = text(default="")
    supplier_business_item: str = text(default="")
    contact_name: str = text(default="")
    contact_email: str = text(default="")
    contact_phone: str | None = encrypted("tax_invoice.contact_phone", default=None)
    """Who at the supplier is asked to sign."""

    buyer_kind: str = text(default="01")
    buyer_number: str = text(default="")
    """사업자등록번호; empty for a person."""
    buyer_person_number: str | None = encrypted("tax_invoice.buyer_person_number", default=None)
    """주민등록번호 of a person who buys."""
    buyer_branch: str = text(default="")
    buyer_name: str = text()
    buyer_representative: str = text(default="")
    buyer_address: str = text(default="")
    buyer_business_type: str = text(default="")
    buyer_business_item: str = text(default="")
    buyer_contact_name: str = text(default="")
    buyer_email: str = text(default="")
    broker: dict[str, Any] | None = json(default=None, nullable=True)
    """수탁자 of a 위수탁 invoice: the fields of a party."""

    requested_at: dt.datetime | None = instant(default=None)
    cancel_reason: str = text(default="")
    hub_state: str | None = text(default=None)
    """What the hub answered last, in the words of `rules.HUB_STATUSES`."""
    hub_version: int | None = big_int(default=None)
    hub_asked_at: dt.datetime | None = instant(default=None)
    hub_away_since: dt.datetime | None = instant(default=None)
    """Since when the hub does not answer; empty when it does."""
    hub_problem: str = text(default="")
    """Why it did not take what it was asked, as a sentence."""
    membership_problem: str = text(default="")
    """not_member, associate, certificate; empty when the supplier can sign."""
    sending_wanted: bool = Field(default=False)
    """Somebody pressed 「국세청 즉시전송」 or 「재전송」, and the hub has not been told yet."""
    approval_number: str | None = text(default=None)
    """승인번호, 24 characters."""
    issued_at: dt.datetime | None = instant(default=None)
    sent_at: dt.datetime | None = instant(default=None)
    result_code: str = text(default="")
    result_text: str = text(default="")
    refused_reason: str = text(default="")

    verified_at: dt.datetime | None = instant(default=None)
    verification_problem: str = text(default="")
    """A key of `wording.VERIFICATION`; empty when sound or not looked at yet."""
    verification_detail: str = text(default="")
    signer_name: str = text(default="")
    signer_number: str = text(default="")
    certificate_serial: str = text(default="")
    certificate_issuer: str = text(default="")
    certificate_until: dt.datetime | None = instant(default=None)

    issue_by: dt.date = Field()
    """Last day to issue it by law."""
    transmit_by: dt.date | None = Field(default=None)
    reminders_on: bool = Field(default=True)
    reminded_at: dt.datetime | None = instant(default=None)
    reminders: int = Field(default=0)
    xml_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    pdf_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    edit_version: int = Field(default=1)

    __table_args__ = (
        CheckConstraint("total_amount = supply_amount + vat_amount", name="tax_invoice_total"),
        CheckConstraint("(amendment_reason is null) = (original_approval_number is null)", name="tax_invoice_amends"),
        CheckConstraint("hub_key ~ '^[A-Za-z0-9_-]{1,24}$'", name="tax_invoice_key"),
        Index(
            "tax_invoice_approval",
            "approval_number",
            unique=True,
            postgresql_where=sql("approval_number IS NOT NULL"),
        ),
        Index(
            "tax_invoice_once",
            "settlement_id",
            unique=True,
            postgresql_where=sql(f"amendment_reason IS NULL AND status NOT IN ({_DEAD})"),
        ),
        Index("tax_invoice_left", "left_keys", postgresql_using="gin"),
        Index("tax_invoice_list", "company_id", "created_at", "id"),
        Index("tax_invoice_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
        Index("tax_invoice_issue_by", "issue_by", postgresql_where=sql("status = 'requested'")),
    )


class TaxInvoiceLine(SQLModel, table=True):
    """품목: quantity and unit price may be absent, then the standard omits them."""

    __tablename__ = "tax_invoice_line"

    id: int | None = big_id()
    tax_invoice_id: int = big_int(foreign_key="tax_invoice.id", index=True)
    company_id: int = big_int(index=True)
    position: int = Field()
    supplied_on: dt.date | None = Field(default=None)
    name: str = text()
    spec: str = text(default="")
    quantity: Decimal | None = Field(default=None, sa_type=Numeric(18, 2))
    unit_price: Decimal | None = Field(default=None, sa_type=Numeric(18, 2))
    amount: int = won()
    tax: int = won()
    note: str = text(default="")
