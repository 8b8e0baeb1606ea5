"""What people write on tax invoices without a step: drafts, amendments, reminders, invoices issued elsewhere."""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models.etax.codes import Purpose as EtaxPurpose
from models.etax.document import Invoice, Line
from models.kernel.calendar import local_date
from models.kernel.refusals import StaleDocument
from models.kernel.roles import Role
from models.members.house import HOUSE
from models.members.tables import Company
from models.processes import queries as processes
from models.processes.messages import Actor
from models.processes.queries import locked_document
from models.processes.writes import audit, begin, lock_case, next_number, rearm, tell
from models.settlements.queries import items
from models.settlements.rules import Status as Settled
from models.settlements.rules import comes_by_itself
from models.settlements.tables import Settlement
from models.tax_invoices import drafting, queries, refusals, rules, standard
from models.tax_invoices.events import SIGNAL
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.messages import Amendment, Draft, DraftLine
from models.tax_invoices.rules import DEAD, EDITABLE, Direction, Purpose, Status
from models.tax_invoices.showing import show_anew
from models.tax_invoices.tables import TaxInvoice, TaxInvoiceLine
from models.tax_invoices.wording import NOT_FOR_INVOICE

PREFIX = "TX"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a new invoice has besides what the document says."""

    title: str
    company_id: int
    company_name: str
    case_key: str
    direction: Direction = Direction.REVERSE
    settlement: Settlement | None = None
    original: TaxInvoice | None = None
    remade_from_id: int | None = None
    happened_on: dt.date | None = None


def draft_from_settlement(
    session: Session,
    actor: Actor,
    settlement_id: int,
    written_on: dt.date,
    now: dt.datetime,
    purpose: Purpose = Purpose.CHARGE,
) -> TaxInvoice:
    """A draft of the invoice a settlement asks for, its process started; the request is the officer's next act.

    Raises NotYourTurn, NotFound, NotForInvoice, AlreadyInvoiced, FutureWrittenOn, PartyIncomplete, ContactMissing.
    """
    actor.must_hold(Role.SETTLEMENT)
    settlement = locked_document(session, actor, Settlement, settlement_id)
    why = why_not(settlement)
    if why:
        raise refusals.NotForInvoice(why=NOT_FOR_INVOICE[why])
    lock_case(session, f"tax-invoice/{settlement.number}")
    live = queries.live_of_settlement(session, settlement_id)
    if live is not None:
        raise refusals.AlreadyInvoiced(number=live.number)
    rules.check_written_on(written_on, local_date(now))
    company = session.get_one(Company, settlement.company_id)
    content = drafting.of_settlement(
        settlement, [item for item, _ in items(session, settlement_id)], written_on, EtaxPurpose(purpose)
    )
    made = new_draft(session, actor, _with_parties(session, actor, company, content), _frame_of(settlement), now)
    audit(session, actor, TAX_INVOICE.key, made, "create")
    return made


def why_not(settlement: Settlement) -> str:
    """A key of `wording.NOT_FOR_INVOICE` for a settlement that takes no invoice of the hub now, else empty."""
    if not comes_by_itself(settlement.evidence_type):
        return "evidence"
    if settlement.status != Settled.ACKNOWLEDGED:
        return "status"
    return "" if settlement.currency == "KRW" else "currency"


def _frame_of(settlement: Settlement, **more: Any) -> Frame:
    return Frame(
        title=settlement.title,
        company_id=settlement.company_id,
        company_name=settlement.company_name,
        case_key=settlement.case_key,
        settlement=settlement,
        **more,
    )


def _with_parties(session: Session, actor: Actor, company: Company, content: Invoice) -> Invoice:
    """Both parties as they are now. Raises PartyIncomplete, ContactMissing."""
    contact = queries.contact_of(session, company.id or 0)
    if contact is None:
        raise refusals.ContactMissing
    officer = queries.person(session, actor.member_id)
    return replace(content, supplier=drafting.supplier(company, contact), buyer=drafting.buyer(HOUSE, officer))


def _of_today(session: Session, actor: Actor, row: TaxInvoice, content: Invoice) -> Invoice:
    """With both parties as they are now; of a supplier that is no company of the procurement portal (Harmony's) as the
    row names them. Raises PartyIncomplete, ContactMissing.
    """
    if not row.company_id:
        return content
    return _with_parties(session, actor, session.get_one(Company, row.company_id), content)


def edit(session: Session, actor: Actor, invoice_id: int, draft: Draft, now: dt.datetime) -> TaxInvoice:
    """Change a draft that nobody changed meanwhile; parties and contact are taken as they are now.

    The day of an amendment is what its reason says it is, its parties are the original's. Raises NotYourTurn, NotFound,
    InvoiceNotEditable, StaleDocument, FutureWrittenOn, TotalsDiffer, PartyIncomplete, ContactMissing.
    """
    actor.must_hold(Role.SETTLEMENT)
    row = locked_document(session, actor, TaxInvoice, invoice_id)
    if row.status not in EDITABLE:
        raise refusals.InvoiceNotEditable
    if draft.edit_version is not None and row.edit_version != draft.edit_version:
        raise StaleDocument(version=row.edit_version)
    rules.check_written_on(draft.written_on, local_date(now))
    old = standard.draft(row, queries.lines(session, invoice_id))
    new = _edited(old, draft)
    asked_for = row.settlement_id is not None or not (row.company_id or drafting.is_sale(row))
    if asked_for and (new.charge_total, new.tax_total) != (old.charge_total, old.tax_total):
        raise refusals.TotalsDiffer(needed=old.grand_total, given=new.grand_total)
    if new.amendment is None:
        new = _of_today(session, actor, row, new)
    for name, value in (standard.content_columns(new) | standard.party_columns(new)).items():
        setattr(row, name, value)
    found_on = local_date(row.created_at)
    free = processes.holidays(session)
    row.issue_by = drafting.issue_by(new, row.happened_on, _original_day(session, row), found_on, free)
    row.edit_version += 1
    session.execute(delete(TaxInvoiceLine).where(col(TaxInvoiceLine.tax_invoice_id) == row.id))
    save_lines(session, row, new.lines)
    audit(session, actor, TAX_INVOICE.key, row, "edit", {"edit_version": row.edit_version})
    return row


def _edited(old: Invoice, draft: Draft) -> Invoice:
    lines = old.lines if draft.lines is None else _lines(draft.lines)
    amends = old.amendment is not None
    charge, tax = sum(line.amount for line in lines), sum(line.tax for line in lines)
    same = (charge, tax) == (old.charge_total, old.tax_total)
    return replace(
        old,
        written_on=old.written_on if amends else draft.written_on,
        purpose=EtaxPurpose(draft.purpose),
        remarks=(*_kept_remarks(old), *(remark.strip() for remark in draft.remarks if remark.strip())),
        lines=lines,
        charge_total=charge,
        tax_total=tax,
        grand_total=charge + tax,
        payments=old.payments if same else (),
    )


def _kept_remarks(old: Invoice) -> tuple[str, ...]:
    """The number of a foreigner is no remark of the officer's: it stays."""
    number = standard.foreign_number(old)
    return (f"{rules.FOREIGN_REMARK}{number}",) if number else ()


def _lines(drafts: Iterable[DraftLine]) -> tuple[Line, ...]:
    return tuple(Line(position=number, **line.model_dump()) for number, line in enumerate(drafts, start=1))


def _original_day(session: Session, row: TaxInvoice) -> dt.date:
    return row.written_on if row.original_id is None else session.get_one(TaxInvoice, row.original_id).written_on


def make_again(session: Session, actor: Actor, invoice_id: int, written_on: dt.date, now: dt.datetime) -> TaxInvoice:
    """「다시 요청」: a new draft with what one said that was refused or cancelled, under a number and key of its own.

    Raises NotYourTurn, NotFound, StillAlive, AskedAnew, AlreadyInvoiced, AmendmentUnderWay, FutureWrittenOn,
    PartyIncomplete, ContactMissing.
    """
    actor.must_hold(Role.SETTLEMENT)
    old = locked_document(session, actor, TaxInvoice, invoice_id)
    if old.status not in DEAD:
        raise refusals.StillAlive(number=old.number)
    if not (old.company_id or drafting.is_sale(old)):
        raise refusals.AskedAnew(number=old.number)
    lock_case(session, f"tax-invoice/{old.settlement_number or old.number}")
    _check_free(session, old)
    rules.check_written_on(written_on, local_date(now))
    content = standard.draft(old, queries.lines(session, invoice_id))
    if content.amendment is None:
        content = replace(content, written_on=written_on)
    content = _of_today(session, actor, old, content)
    settlement = session.get_one(Settlement, old.settlement_id) if old.settlement_id else None
    frame = Frame(
        title=old.title,
        company_id=old.company_id,
        company_name=old.company_name,
        case_key=old.case_key,
        direction=Direction(old.direction),
        settlement=settlement,
        original=session.get_one(TaxInvoice, old.original_id) if old.original_id else None,
        remade_from_id=old.id,
        happened_on=old.happened_on,
    )
    made = new_draft(session, actor, content, frame, now)
    audit(session, actor, TAX_INVOICE.key, made, "create", {"remade_from": old.number})
    return made


def _check_free(session: Session, old: TaxInvoice) -> None:
    """Nothing else has taken the place of what ended. Raises AlreadyInvoiced, AmendmentUnderWay."""
    if old.original_id is not None:
        opened = queries.open_amendment(session, old.original_id)
        if opened is not None:
            raise refusals.AmendmentUnderWay(number=opened.number)
    elif old.settlement_id is not None:
        live = queries.live_of_settlement(session, old.settlement_id)
        if live is not None:
            raise refusals.AlreadyInvoiced(number=live.number)


def amend(
    session: Session, actor: Actor, invoice_id: int, amendment: Amendment, now: dt.datetime
) -> tuple[TaxInvoice, ...]:
    """Drafts of the one or two documents the reason asks for; amounts are the original's mirrored, never recomputed.

    Raises NotYourTurn, NotFound, NotAmendable, AmendmentUnderWay, AmendmentRefused, AmendmentTooLarge,
    AmendmentEmpty, HappenedOnWrong, PartyIncomplete, ContactMissing.
    """
    row, contents = _amended(session, actor, invoice_id, amendment, now)
    frame = Frame(
        title=row.title,
        company_id=row.company_id,
        company_name=row.company_name,
        case_key=row.case_key,
        direction=Direction.FORWARD if drafting.is_sale(row) else Direction.REVERSE,
        settlement=session.get_one(Settlement, row.settlement_id) if row.settlement_id else None,
        original=row,
        happened_on=amendment.happened_on,
    )
    made = tuple(new_draft(session, actor, content, frame, now) for content in contents)
    for one in made:
        audit(session, actor, TAX_INVOICE.key, one, "create", {"amends": row.number, "reason": amendment.reason})
    show_anew(session, invoice_id, row.company_id)
    return made


def previewed(
    session: Session, actor: Actor, invoice_id: int, amendment: Amendment, now: dt.datetime
) -> tuple[Invoice, ...]:
    """The documents `amend` would make, for the eye. Raises what it raises."""
    return _amended(session, actor, invoice_id, amendment, now)[1]


def _amended(
    session: Session, actor: Actor, invoice_id: int, amendment: Amendment, now: dt.datetime
) -> tuple[TaxInvoice, tuple[Invoice, ...]]:
    actor.must_hold(Role.SETTLEMENT)
    row = locked_document(session, actor, TaxInvoice, invoice_id)
    if row.status != Status.NTS_ACCEPTED or row.approval_number is None:
        raise refusals.NotAmendable(number=row.number)
    opened = queries.open_amendment(session, invoice_id)
    if opened is not None:
        raise refusals.AmendmentUnderWay(number=opened.number)
    original = standard.invoice(row, queries.lines(session, invoice_id))
    fresh = _of_today(session, actor, row, original)
    left = drafting.left_of(row, queries.amended_by(session, invoice_id))
    return row, drafting.amended(original, fresh, amendment, left, local_date(now), processes.holidays(session))


def new_draft(session: Session, actor: Actor, content: Invoice, frame: Frame, now: dt.datetime) -> TaxInvoice:
    """A draft with its lines and its process. Raises AlreadyInvoiced."""
    row = new_row(session, actor, content, frame, now)
    row.turn = TAX_INVOICE.rules.turn(row.status)
    row.turn_member_id = actor.member_id
    _insert(session, row, content.lines, frame)
    begin(session, TAX_INVOICE, row)
    return row


def new_key(number: str) -> str:
    """A name at the hub no document ever had: a copy of this database must not meet its own documents there."""
    return f"{number[: rules.HUB_KEY_LENGTH_MAX - 7]}-{secrets.token_hex(3)}"


def new_row(session: Session, actor: Actor, content: Invoice, frame: Frame, now: dt.datetime) -> TaxInvoice:
    """An invoice under a number and a key of its own, not yet added."""
    number = next_number(session, PREFIX, now)
    original = frame.original
    facts: Mapping[str, Any] = standard.content_columns(content) | standard.party_columns(content)
    original_day = original.written_on if original else content.written_on
    return TaxInvoice(
        number=number,
        hub_key=new_key(number),
        workflow_id=f"tax-invoice/{number}",
        direction=frame.direction,
        title=frame.title,
        company_id=frame.company_id,
        company_name=frame.company_name,
        case_key=frame.case_key or number,
        settlement_id=frame.settlement.id if frame.settlement else None,
        settlement_number=frame.settlement.number if frame.settlement else "",
        officer_id=actor.member_id,
        officer_name=actor.name,
        original_id=original.id if original else None,
        remade_from_id=frame.remade_from_id,
        happened_on=frame.happened_on,
        issue_by=drafting.issue_by(
            content, frame.happened_on, original_day, local_date(now), processes.holidays(session)
        ),
        status=Status.DRAFTING,
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
        **facts,
    )


def _insert(session: Session, row: TaxInvoice, lines: Sequence[Line], frame: Frame) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError as taken:
        # The database's last line: somebody else drafted one first.
        number = frame.settlement.number if frame.settlement else row.number
        raise refusals.AlreadyInvoiced(number=number) from taken
    save_lines(session, row, lines)


def save_lines(session: Session, row: TaxInvoice, lines: Iterable[Line]) -> None:
    for line in lines:
        facts = standard.line_columns(line)
        session.add(TaxInvoiceLine(tax_invoice_id=row.id or 0, company_id=row.company_id, **facts))
    session.flush()


def set_reminders(session: Session, actor: Actor, invoice_id: int, now: dt.datetime, *, on: bool) -> TaxInvoice:
    """Reminders to the supplier on or off; the law's own alarms ring in either case. Raises NotYourTurn, NotFound."""
    actor.must_hold(Role.SETTLEMENT)
    row = locked_document(session, actor, TaxInvoice, invoice_id)
    if row.reminders_on != on:
        row.reminders_on = on
        session.add(row)
        session.flush()
        rearm(session, row, f"reminders-{now.timestamp():.6f}")
        audit(session, actor, TAX_INVOICE.key, row, "reminders_on" if on else "reminders_off")
    return row


def remind_now(session: Session, actor: Actor, invoice_id: int, now: dt.datetime) -> TaxInvoice:
    """「독촉」: the supplier is reminded at once, here and by the hub.

    Raises NotYourTurn, NotFound, NotReadyToRemind.
    """
    actor.must_hold(Role.SETTLEMENT)
    row = locked_document(session, actor, TaxInvoice, invoice_id)
    if row.status != Status.REQUESTED:
        raise refusals.NotReadyToRemind
    tell(session, row.workflow_id, REMIND_SIGNAL, f"remind-{now.timestamp():.6f}")
    audit(session, actor, TAX_INVOICE.key, row, "remind_now")
    return row


def ask_now(session: Session, actor: Actor, invoice_id: int, now: dt.datetime) -> TaxInvoice:
    """「상태 확인」: the hub is asked at once. Raises NotFound."""
    row = locked_document(session, actor, TaxInvoice, invoice_id)
    tell(session, row.workflow_id, SIGNAL, f"ask-{actor.member_id}-{now.timestamp():.6f}")
    return row


def draw(session: Session, actor: Actor, invoice_id: int) -> TaxInvoice:
    """「미리보기 PDF」 of a draft: the worker draws what is saved now, once a version.

    Raises NotYourTurn, NotFound, InvoiceNotEditable.
    """
    actor.must_hold(Role.SETTLEMENT)
    row = locked_document(session, actor, TaxInvoice, invoice_id)
    if row.status not in EDITABLE:
        raise refusals.InvoiceNotEditable
    if queries.preview_file(session, row) is None:
        tell(session, row.workflow_id, DRAW_SIGNAL, f"draw-{row.edit_version}")
    return row


REMIND_SIGNAL = "remind_supplier"
DRAW_SIGNAL = "paper_wanted"
