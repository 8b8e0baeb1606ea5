"""What web writes of contracts beside steps: drafts. One transaction each; the draft's own version is checked."""

import datetime as dt
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlmodel import Session, col

from models import clock
from models.contracts import drafting, papers
from models.contracts.kind import CONTRACT
from models.contracts.messages import Draft, InstalmentRow, ItemRow, PaperRow
from models.contracts.refusals import ChangeInProgress, ContractNotEditable
from models.contracts.rules import EDITABLE, KIND, RULES, Form, SettlementType, Status
from models.contracts.tables import Contract, ContractInstalment, ContractItem, ContractPaper
from models.contracts.wording import STATUS
from models.kernel.refusals import ActNotPossible, FieldErrors, NotFound, StaleDocument
from models.kernel.roles import Role
from models.members.queries import staff_labels
from models.members.rules import CompanyStatus, MemberStatus
from models.members.tables import Company, Member
from models.plain import Plain, add, one_or_none, together
from models.processes.messages import Actor
from models.processes.queries import locked_document, visible_to
from models.processes.writes import announce, audit, next_number, place, start_process

PREFIX = "CR"
ROWS = (ContractItem, ContractInstalment, ContractPaper)


def create(session: Session, actor: Actor, draft: Draft) -> Contract:
    """A new draft with its number and its process. Raises FieldErrors, NotYourTurn (only a 구매담당자 drafts)."""
    actor.must_hold(Role.BUYER)
    company = one_or_none(session, _CHOSEN, {"company": draft.company_id, "owner": [Role.PARTNER_OWNER.value]})
    _must_be_sound(draft, {} if company else {"company_id": "공급사를 선택해 주세요."})
    if company is None:
        raise NotFound
    now = clock.now()
    facts: dict[str, Any] = {"company_id": company.id, "company_name": company.name}
    facts["buyer_name"] = staff_labels(session, [actor.member_id]).get(actor.member_id, actor.name)
    facts["partner_contact"] = company.owner_name or ""
    # Whoever saves at the same moment waits for this number: what can be asked before it is.
    number = next_number(session, PREFIX, now)
    contract = _opened(Contract(number=number, revision=1, form=Form.NEW.value, **facts), actor, now)
    _write_facts(contract, draft, now)
    _keep(session, actor, contract, draft, {})
    return contract


def edit(session: Session, actor: Actor, contract_id: int, draft: Draft) -> Contract:
    """The draft replaced by another state of it. Raises FieldErrors, StaleDocument, ContractNotEditable, NotFound."""
    actor.must_hold(Role.BUYER)
    contract = locked_document(session, actor, Contract, contract_id)
    if contract.status not in EDITABLE:
        raise ContractNotEditable(status=STATUS[contract.status])
    if draft.edit_version != contract.edit_version:
        raise StaleDocument(version=contract.edit_version)
    _must_be_sound(draft, {})
    _write_facts(contract, draft, clock.now())
    contract.edit_version += 1
    contract.papers_ready = False
    for table in ROWS:
        session.execute(delete(table).where(col(table.contract_id) == contract_id))
    _add_rows(session, contract, draft)
    _note(session, actor, contract, "edit", {"edit_version": contract.edit_version})
    return contract


def start_change(session: Session, actor: Actor, contract_id: int) -> Contract:
    """변경계약: the next version of a completed contract, as a draft with the same content; the old one stays.

    Raises ActNotPossible before completion, ChangeInProgress while a later version is open or done.
    """
    actor.must_hold(Role.BUYER)
    old = locked_document(session, actor, Contract, contract_id)
    if old.status != Status.COMPLETED:
        raise ActNotPossible(kind=KIND, status=old.status, act="change")
    _must_be_newest(session, actor, old)
    now = clock.now()
    facts: dict[str, Any] = {"company_id": old.company_id, "company_name": old.company_name}
    revision = _last_revision(session, actor, old.number) + 1
    change = Contract(number=old.number, revision=revision, form=Form.CHANGE.value, **facts)
    contract = _opened(change, actor, now)
    _write_facts(contract, draft_of(session, old), now)
    contract.buyer_name = staff_labels(session, [actor.member_id]).get(actor.member_id, actor.name)
    contract.partner_contact = old.partner_contact
    _keep(session, actor, contract, draft_of(session, old), {"changes": old.workflow_id})
    return contract


def draft_of(session: Session, contract: Contract) -> Draft:
    """The stored draft in the shape it is edited in."""
    assert contract.id is not None  # noqa: S101 - a stored row
    by_unit_price = contract.amount is None
    items = [
        ItemRow.model_validate(
            item.model_dump() | {"quantity": None if by_unit_price else item.quantity},
        )
        for item in rows_of(session, ContractItem, contract.id)
    ]
    plan = rows_of(session, ContractInstalment, contract.id)
    kept = rows_of(session, ContractPaper, contract.id)
    return Draft.model_validate(
        contract.model_dump()
        | {
            "items": items,
            "instalments": [InstalmentRow.model_validate(row.model_dump()) for row in plan],
            "papers": [
                PaperRow(template=row.template, title=row.title, text=papers.text_of(row.clauses)) for row in kept
            ],
        }
    )


def rows_of(session: Session, table: Any, contract_id: int) -> list[Any]:
    """The rows of one contract, in their order."""
    rows = select(table).where(table.contract_id == contract_id).order_by(table.position)
    return list(session.execute(rows).scalars())


def _must_be_sound(draft: Draft, more: dict[str, str]) -> None:
    found = drafting.faults(draft) | more
    if found:
        raise FieldErrors(found)


# Only the house's buyers draft, who see every company.
_CHOSEN: Plain[Any] = Plain(
    select(
        col(Company.id),
        col(Company.name),
        select(col(Member.name))
        .where(
            col(Member.company_id) == col(Company.id),
            col(Member.status) == MemberStatus.ACTIVE.value,
            col(Member.roles).contains(bindparam("owner")),
        )
        .limit(1)
        .scalar_subquery()
        .label("owner_name"),
    ).where(col(Company.id) == bindparam("company"), col(Company.status) == CompanyStatus.ACTIVE.value)
)


def _must_be_newest(session: Session, actor: Actor, old: Contract) -> None:
    later = visible_to(actor, Contract).where(
        col(Contract.number) == old.number,
        col(Contract.revision) > old.revision,
        col(Contract.status).not_in([Status.CANCELLED.value, Status.ENDED.value]),
    )
    found = session.execute(later.limit(1)).scalar_one_or_none()
    if found is not None:
        raise ChangeInProgress(revision=found.revision)


def _last_revision(session: Session, actor: Actor, number: str) -> int:
    rows = visible_to(actor, Contract).where(col(Contract.number) == number)
    return int(session.execute(rows.with_only_columns(func.max(col(Contract.revision)))).scalar_one())


def _opened(contract: Contract, actor: Actor, now: dt.datetime) -> Contract:
    """The columns of the process and of who made it."""
    contract.workflow_id = f"{KIND}/{contract.number}/{contract.revision}"
    contract.case_key = contract.number
    contract.status = RULES.initial
    contract.turn = RULES.turn(RULES.initial)
    contract.turn_member_id = contract.created_by = contract.buyer_id = actor.member_id
    contract.status_since = contract.created_at = now
    return contract


def _write_facts(contract: Contract, draft: Draft, now: dt.datetime) -> None:
    contract.title = draft.title or ""
    contract.contract_type = draft.contract_type.value
    contract.amount = drafting.total(draft)
    contract.payment_terms = draft.payment_terms or ""
    contract.settlement_type = draft.settlement_type.value
    contract.note_to_partner = draft.note_to_partner or ""
    contract.edited_at = now
    if draft.contract_date and draft.starts_on and draft.ends_on:
        contract.contract_date = draft.contract_date
        contract.starts_on, contract.ends_on = draft.starts_on, draft.ends_on


def _keep(session: Session, actor: Actor, contract: Contract, draft: Draft, detail: dict[str, Any]) -> None:
    alarms = place(session, CONTRACT, contract)
    with together(session):
        start_process(session, contract, KIND, alarms=alarms)
        _add_rows(session, contract, draft)
        _note(session, actor, contract, "create", detail)


def _note(session: Session, actor: Actor, contract: Contract, act: str, detail: dict[str, Any]) -> None:
    audit(session, actor, KIND, contract, act, detail)
    announce(session, KIND, contract.id or 0, contract.company_id)


def _add_rows(session: Session, contract: Contract, draft: Draft) -> None:
    of = {"contract_id": contract.id, "company_id": contract.company_id}
    add(session, ContractItem, [of | {"position": n} | _item(draft, row) for n, row in enumerate(draft.items)])
    if draft.settlement_type == SettlementType.INSTALMENTS:
        plan = enumerate(draft.instalments)
        add(session, ContractInstalment, [of | {"position": n} | row.model_dump() for n, row in plan])
    add(session, ContractPaper, [of | {"position": n} | _paper(row) for n, row in enumerate(draft.papers)])


def _item(draft: Draft, item: ItemRow) -> dict[str, Any]:
    units = drafting.quantity(draft, item)
    return item.model_dump() | {
        "category": item.category or "",
        "spec": item.spec or "",
        "unit": item.unit or "EA",
        "requested_place": item.requested_place or "",
        "quantity": units,
        "amount": units * (item.unit_price or 0),
    }


def _paper(paper: PaperRow) -> dict[str, Any]:
    clauses = papers.clauses_of(paper.text or "")
    return {"template": paper.template, "title": paper.title or "", "clauses": clauses}
