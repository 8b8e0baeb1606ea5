"""The tax invoice's page: the form exactly as it is issued, where it stands at the hub, who was reminded when."""

import datetime as dt
from typing import Any

from sqlmodel import Session

from models import clock
from models.etax.codes import Form
from models.etax.deadlines import return_by
from models.kernel.calendar import local_date
from models.kernel.identifiers import format_brn
from models.kernel.roles import Role
from models.processes import queries as processes
from models.processes.kinds import Words
from models.processes.messages import Actor
from models.settings import settings
from models.tax_invoices import drafting, form, queries, standard
from models.tax_invoices.form import Copy
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.messages import TaxInvoiceOut
from models.tax_invoices.rules import AT_HUB, DEAD, EDITABLE, LATE_SENDING, UNSIGNED, Status
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import (
    DIRECTION,
    MEMBERSHIP,
    PURPOSE,
    REASON,
    SALE_WORDS,
    VERIFICATION,
    WORDS,
    late_issue_words,
    late_sending_words,
)
from web import forms
from web.documents.kinds import WebKind
from web.tax_invoices.lists import kind_words

REMIND = "remind"
EXEMPT_FORMS = frozenset(form.value for form in Form if form.exempt)
DONE = {
    "saved": "저장했습니다. 아래 미리보기에서 확인한 뒤 역발행 요청을 눌러 주세요.",
    "reminded": "공급자 담당자에게 서명을 독촉했습니다.",
    "reminders_on": "자동 독촉을 켰습니다.",
    "reminders_off": "자동 독촉을 껐습니다.",
    "drawn": "미리보기 PDF를 만들고 있습니다. 다 되면 화면 위에 나타납니다.",
    "asked": "중계사이트에 지금 상태를 물었습니다. 바뀐 것이 있으면 곧 나타납니다.",
    "received": "세금계산서를 등록했습니다. 전자서명과 인증서를 확인하는 대로 정산에 반영합니다.",
}
HUB_SITES = {"": "", "popbill": "https://www.popbill.com", "popbill+http": "https://test.popbill.com"}


def context(session: Session, actor: Actor, invoice: TaxInvoice) -> dict[str, Any]:
    """Everything below the head of the invoice's page."""
    officer = Role.SETTLEMENT in actor.every_role
    office = actor.company_id is None
    sale = drafting.is_sale(invoice)
    amended = queries.amendments(session, actor, invoice.id or 0)
    lines = queries.lines(session, invoice.id or 0)
    return {
        "head_note": f"{invoice.company_name} · 합계 {invoice.total_amount:,}원",
        "invoice": invoice,
        "sale": sale,
        "boxes": form.boxes(standard.invoice(invoice, lines)),
        "mine": Copy.BUYER if office and not sale else Copy.SUPPLIER,
        "office": office,
        "kind_words": kind_words(invoice),
        "direction_words": DIRECTION[invoice.direction],
        "purpose_words": PURPOSE[invoice.purpose] if invoice.purpose else "",
        "reason_words": REASON[invoice.amendment_reason] if invoice.amendment_reason else "",
        "approval_words": form.approval_number(invoice.approval_number or ""),
        "original": queries.original(session, actor, invoice),
        "amendments": amended,
        "amendment_rows": [(f"수정 · {REASON[row.amendment_reason or '']}", row) for row in amended],
        "done_words": DONE,
        "remade_from": _remade_from(session, actor, invoice),
        "problems": problems(invoice, processes.holidays(session)),
        "may_edit": officer and invoice.status in EDITABLE,
        "preview_file_id": queries.preview_file(session, invoice) if office and invoice.status in EDITABLE else None,
        "may_remind": officer and invoice.status == Status.REQUESTED,
        "may_amend": officer and invoice.status == Status.NTS_ACCEPTED and invoice.amendment_reason is None,
        "may_remake": _may_remake(invoice, officer=officer),
        "unsigned": invoice.status in UNSIGNED,
        "reminders": reminders(session, invoice),
        "signer_words": format_brn(invoice.signer_number),
        "issuer_words": common_name(invoice.certificate_issuer),
        "sign_at": hub_site() if invoice.status == Status.REQUESTED and (sale or not office) else "",
        "today": local_date(clock.now()),
        "edit_form": edit_form(invoice),
    }


def _may_remake(invoice: TaxInvoice, *, officer: bool) -> bool:
    asked_here = bool(invoice.company_id) or drafting.is_sale(invoice)
    return officer and invoice.status in DEAD and invoice.amendment_reason is None and asked_here


def edit_form(invoice: TaxInvoice) -> forms.Parsed[Any]:
    """What may be changed of a draft on its own page."""
    return forms.blank(
        {
            "written_on": invoice.written_on,
            "purpose": invoice.purpose,
            "remarks": list(invoice.remarks),
            "edit_version": invoice.edit_version,
        }
    )


def problems(invoice: TaxInvoice, holidays: frozenset[dt.date] = frozenset()) -> list[tuple[str, str]]:
    """(tone, sentence) of everything that is not as it should be, the worst first."""
    told: list[tuple[str, str]] = []
    if invoice.verification_problem:
        words = VERIFICATION.get(invoice.verification_problem, invoice.verification_problem)
        detail = f" {invoice.verification_detail}" if invoice.verification_detail else ""
        told.append(("stop", f"발급된 세금계산서를 확인하지 못해 정산을 완료하지 않았습니다. {words}{detail}"))
    if invoice.status in {Status.DRAFTING, *UNSIGNED} and invoice.membership_problem:
        told.append(("stop", MEMBERSHIP.get(invoice.membership_problem, invoice.membership_problem)))
    if invoice.hub_problem and invoice.turn is not None:
        told.append(("stop", invoice.hub_problem))
    if invoice.status == Status.REFUSED:
        told.append(("stop", f"공급자가 거부했습니다. 사유: {invoice.refused_reason or '적지 않음'}"))
    if invoice.status == Status.NTS_FAILED:
        result = " ".join(part for part in (invoice.result_code, invoice.result_text) if part)
        told.append(("stop", f"국세청이 받지 않았습니다. {result}".rstrip()))
    told += [("stop", words) for words in late_words(invoice, local_date(clock.now()), holidays)]
    if invoice.hub_away_since is not None and invoice.status in AT_HUB:
        told.append(("wait", "중계사이트가 대답하지 않습니다. 다시 연결되면 저절로 이어집니다."))
    return told


def late_words(invoice: TaxInvoice, today: dt.date, holidays: frozenset[dt.date]) -> list[str]:
    """What the law has for an invoice past its day; of an amendment of a found mistake there is no fixed rate."""
    if invoice.status in LATE_SENDING and invoice.transmit_by is not None and invoice.transmit_by < today:
        return [late_sending_words(invoice.transmit_by)]
    if invoice.status in {Status.DRAFTING, *UNSIGNED} and invoice.issue_by < today and not invoice.amendment_reason:
        exempt = invoice.type_code[:2] in EXEMPT_FORMS
        return [late_issue_words(invoice.issue_by, return_by(invoice.written_on, holidays), exempt=exempt)]
    return []


def reminders(session: Session, invoice: TaxInvoice) -> list[Any]:
    """Who was reminded when, the newest first."""
    found = [event for event in processes.events(session, invoice.workflow_id) if event.act == REMIND]
    return found[::-1]


def common_name(distinguished: str) -> str:
    """Of 「CN=yessignCA,OU=AccreditedCA,O=yessign,C=kr」 the first; anything else as it is."""
    names = [part.partition("=")[2] for part in distinguished.split(",") if part.strip().upper().startswith("CN=")]
    return names[0].strip() if names else distinguished


def hub_site() -> str:
    """Where the supplier signs."""
    config = settings()
    scheme = config.tax_hub_url.partition(":")[0]
    return HUB_SITES.get(scheme, "") or (f"{config.sandbox_url}/hub" if not scheme else "")


def words_of(invoice: TaxInvoice) -> Words:
    """An invoice of the house's own is issued, not asked for."""
    return SALE_WORDS if drafting.is_sale(invoice) else WORDS


def _remade_from(session: Session, actor: Actor, invoice: TaxInvoice) -> TaxInvoice | None:
    if invoice.remade_from_id is None:
        return None
    found: TaxInvoice | None = processes.visible_document(session, actor, TaxInvoice, invoice.remade_from_id)
    return found


WEB = WebKind(
    kind=TAX_INVOICE,
    template="tax_invoices/detail.html",
    api=TaxInvoiceOut,
    list_label="세금계산서 목록",
    list_link="/tax-invoices",
    context=context,
    words=words_of,
)
