"""지급계좌 관리: masked for everybody, in full and to be changed after 추가인증 (guide p. 33)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.auth.messages import Visit
from models.credits import account_writes, partner
from models.credits.account_tables import CreditAccount, CreditContact
from models.credits.account_wording import ACCOUNT_SENTENCES, ACCOUNT_WORDS
from models.credits.kind import CREDIT_ACCOUNT
from models.credits.partner_messages import AccountForm, account_values
from models.credits.partner_wording import CONSENT
from models.harmony import queries, stepups
from models.harmony.messages import CodeForm, PhoneForm
from models.harmony.rules import STEP_UP_HOLDS
from models.harmony.tables import CreditGroup
from models.kernel.refusals import NotFound, Refusal
from models.members.places import BANKS
from models.notifications.rules import Channel
from models.processes.messages import Actor
from models.processes.queries import pending, shown_document
from models.processes.writes import audit_of
from web import forms
from web.auth.audience import CurrentVisit
from web.documents.view import live_mark
from web.errors import sentence
from web.forms import Parsed
from web.harmony.credits.common import ACCOUNTS, BASE, chosen, guard, press, said, shown
from web.harmony.doors import MediaActor, go
from web.render import page

router = APIRouter(prefix=BASE, include_in_schema=False)
STEP_UP = "account"
CONTACT_PHONE = "contact_phone"
GROUPS_SHOWN = 20


@router.get("/accounts")
def list_accounts(
    request: Request, actor: MediaActor, company: int | None = None, group: int | None = None
) -> Response:
    """담당자 and account of every group, masked; a change under way with its day and 「변경 취소」."""
    return _list(request, actor, company, group)


def _list(
    request: Request, actor: Actor, company: int | None, group: int | None, refusal: Refusal | None = None
) -> Response:
    with database.reading(actor) as session:
        found, one = chosen(session, actor, company)
        groups, others = _page_of(one.groups if one else (), group)
        cards = _cards(session, actor, groups)
        days = partner.cooling_days(session)
        live_url = _followed(session, actor, [card["coming"] for card in cards if card["coming"]])
    return page(
        request,
        "harmony/credits/accounts.html",
        status=refusal.status if refusal else 200,
        cards=cards,
        others=others,
        banks=BANKS,
        words_table=ACCOUNT_WORDS,
        days=days,
        live_url=live_url,
        **said(request),
        base=BASE,
        refused=sentence(refusal, ACCOUNT_SENTENCES) if refusal else "",
        **shown(found, one, ACCOUNTS),
    )


def _followed(session: Session, actor: Actor, coming: Sequence[CreditAccount]) -> str:
    """Where the page hears of the newest change on its way, until it is in force or came to nothing."""
    if not coming:
        return ""
    newest = max(coming, key=lambda one: one.id or 0)
    shown = shown_document(session, actor, CreditAccount, newest.id or 0)
    mark = live_mark(shown, pending(session, newest.workflow_id, actor))
    return f"/live/{CREDIT_ACCOUNT.key}/{newest.id}?seen={mark}"


def _page_of(groups: Sequence[CreditGroup], group_id: int | None) -> tuple[Sequence[CreditGroup], dict[str, Any]]:
    """The page with this group on it, or the first; where the pages before and after it begin."""
    place = next((number for number, one in enumerate(groups) if one.id == group_id), 0)
    first = place - place % GROUPS_SHOWN
    before = groups[first - GROUPS_SHOWN].id if first else None
    after = groups[first + GROUPS_SHOWN].id if first + GROUPS_SHOWN < len(groups) else None
    shown = groups[first : first + GROUPS_SHOWN]
    return shown, {"before": before, "after": after, "first": first + 1, "last": first + len(shown)}


def _cards(session: Session, actor: Actor, groups: Sequence[CreditGroup]) -> list[dict[str, Any]]:
    """Of each group its 담당자, account, what is on its way and what came to nothing."""
    ids = [group.id or 0 for group in groups]
    accounts = partner.accounts_of(session, actor, ids)
    contacts = partner.contacts_of(session, ids)
    return [_card(group, contacts.get(group.id or 0), accounts.get(group.id or 0, [])) for group in groups]


def _card(group: CreditGroup, contact: CreditContact | None, held: Sequence[CreditAccount]) -> dict[str, Any]:
    return {
        "group": group,
        "contact": contact,
        "account": partner.in_force(held),
        "coming": partner.to_come(held),
        "refused": partner.last_refused(held),
        "history": held[: partner.ACCOUNTS_SHOWN],
        "count": len(held),
    }


@router.get("/{group_id:int}/account")
def show_account(request: Request, actor: MediaActor, visit: CurrentVisit, group_id: int) -> Response:
    """「지급계좌 정보 수정」, unmasked."""
    guard(actor, visit, STEP_UP, group_id)
    with database.writing(actor) as session:
        partner.group(session, actor, group_id)
        # Who saw it in full is kept.
        audit_of(session, actor, (CreditContact.__tablename__, group_id, None), "unmask")
        held = partner.accounts(session, actor, group_id)
        values = account_values(partner.contact(session, group_id), partner.in_force(held))
    return _edit(request, actor, visit, group_id, forms.blank(values))


def _edit(
    request: Request, actor: Actor, visit: Visit, group_id: int, form: Parsed[Any], *, status: int = 200
) -> Response:
    with database.reading(actor) as session:
        group = partner.group(session, actor, group_id)
        held = partner.accounts(session, actor, group_id)
        contact = partner.contact(session, group_id)
        made = queries.step_up(session, actor, visit.session_id, CONTACT_PHONE)
        days = partner.cooling_days(session)
    now = clock.now()
    waiting = made is not None and made.passed_at is None and now < made.expires_at
    return page(
        request,
        "harmony/credits/account.html",
        status=status,
        nav=ACCOUNTS,
        group=group,
        form=form,
        banks=list(BANKS.items()),
        bank_words=BANKS,
        account=partner.in_force(held),
        coming=partner.to_come(held),
        contact=contact,
        days=days,
        consent=CONSENT,
        sent_to=made.phone if made is not None and waiting else "",
        confirmed=_confirmed(actor, visit, now),
        base=f"{BASE}/{group_id}/account",
        back=ACCOUNTS,
    )


def _confirmed(actor: Actor, visit: Visit, now: dt.datetime) -> str:
    """The new 연락처 whose code was right lately; empty without one."""
    with database.reading(actor) as session:
        made = queries.step_up(session, actor, visit.session_id, CONTACT_PHONE)
    right = made is not None and made.passed_at is not None and made.passed_at > now - STEP_UP_HOLDS
    return (made.phone or "") if made is not None and right else ""


@router.post("/{group_id:int}/account")
async def save_account(request: Request, actor: MediaActor, visit: CurrentVisit, group_id: int) -> Response:
    """「확인」."""
    await run_in_threadpool(guard, actor, visit, STEP_UP, group_id)
    form = forms.parse(AccountForm, await request.form())
    return await run_in_threadpool(_save, request, actor, visit, group_id, form)


def _save(request: Request, actor: Actor, visit: Visit, group_id: int, form: Parsed[AccountForm]) -> Response:
    if form.value is None:
        return _edit(request, actor, visit, group_id, form, status=422)
    now = clock.now()
    proved = _confirmed(actor, visit, now)
    try:
        with database.writing(actor) as session:
            group = partner.group(session, actor, group_id)
            if not _phone_is_known(partner.contact(session, group_id), form.value.phone, proved):
                wrong = form.with_errors({"phone": "바꾼 연락처는 「인증」을 마쳐 주세요."})
                return _edit(request, actor, visit, group_id, wrong, status=422)
            changed = account_writes.save_account(session, actor, group, form.value, now)
            company_id = group.credit_company_id
    except NotFound:
        raise
    except Refusal as refusal:
        again = form.refused(refusal, sentence(refusal, ACCOUNT_SENTENCES))
        return _edit(request, actor, visit, group_id, again, status=refusal.status)
    done = "contact" if changed is None else "account"
    return go(_home(company_id, group_id, done))


def _home(company_id: int | None, group_id: int, done: str = "") -> str:
    """A group's place among the others, with the word of what was done."""
    return f"{ACCOUNTS}?company={company_id or 0}&group={group_id}{'&done=' + done if done else ''}#group-{group_id}"


def _phone_is_known(contact: Any, phone: str, proved: str) -> bool:
    return phone == proved or (contact is not None and contact.phone == phone)


@router.post("/{group_id:int}/account/phone")
async def send_code(request: Request, actor: MediaActor, visit: CurrentVisit, group_id: int) -> Response:
    """「인증」 of a new 연락처: the code goes there; what was typed stays."""
    await run_in_threadpool(guard, actor, visit, STEP_UP, group_id)
    data = await request.form()
    return await run_in_threadpool(
        _send, request, actor, visit, group_id, forms.parse(PhoneForm, data), _typed(forms.parse(AccountForm, data))
    )


def _typed(form: Parsed[Any]) -> Parsed[Any]:
    """What was typed, without a word about what is still missing."""
    return Parsed(values=form.values, labels=form.labels)


def _send(
    request: Request, actor: Actor, visit: Visit, group_id: int, phone: Parsed[PhoneForm], typed: Parsed[Any]
) -> Response:
    if phone.value is None:
        wrong = typed.with_errors({"phone": phone.errors["phone"][0] if "phone" in phone.errors else ""})
        return _edit(request, actor, visit, group_id, wrong, status=422)
    with database.reading(actor) as session:
        partner.group(session, actor, group_id)
    to = phone.value.phone
    try:
        stepups.send(actor, visit.session_id, CONTACT_PHONE, Channel.KAKAOTALK, clock.now(), phone=to)
    except Refusal as refusal:
        wrong = typed.with_errors({"phone": sentence(refusal)})
        return _edit(request, actor, visit, group_id, wrong, status=refusal.status)
    return _edit(request, actor, visit, group_id, typed)


@router.post("/{group_id:int}/account/phone/confirmation")
async def confirm_code(request: Request, actor: MediaActor, visit: CurrentVisit, group_id: int) -> Response:
    """「확인」 of the code that went to the new 연락처."""
    await run_in_threadpool(guard, actor, visit, STEP_UP, group_id)
    data = await request.form()
    return await run_in_threadpool(
        _confirm, request, actor, visit, group_id, forms.parse(CodeForm, data), _typed(forms.parse(AccountForm, data))
    )


def _confirm(
    request: Request, actor: Actor, visit: Visit, group_id: int, code: Parsed[CodeForm], typed: Parsed[Any]
) -> Response:
    if code.value is None:
        wrong = typed.with_errors({"code": "인증번호 6자리를 입력해 주세요."})
        return _edit(request, actor, visit, group_id, wrong, status=422)
    typed_code = code.value.code.replace(" ", "")
    try:
        stepups.confirm(actor, visit.session_id, CONTACT_PHONE, typed_code, clock.now())
    except Refusal as refusal:
        wrong = typed.with_errors({"code": sentence(refusal)})
        return _edit(request, actor, visit, group_id, wrong, status=refusal.status)
    return _edit(request, actor, visit, group_id, typed)


@router.post("/{group_id:int}/account/cancellation")
async def cancel_change(request: Request, actor: MediaActor, group_id: int) -> Response:
    """「변경 취소」: anybody of the credit, without a code; the account before stays."""
    form = forms.parse(CREDIT_ACCOUNT.payload("cancel"), await request.form())
    group, coming = await run_in_threadpool(_coming, actor, group_id)
    if coming is None:
        return go(_home(group.credit_company_id, group_id))
    try:
        await press(request, actor, CREDIT_ACCOUNT, coming, "cancel", form)
    except NotFound:
        raise
    except Refusal as refusal:
        return await run_in_threadpool(_list, request, actor, group.credit_company_id, group_id, refusal)
    return go(_home(group.credit_company_id, group_id, "cancelled"))


def _coming(actor: Actor, group_id: int) -> tuple[CreditGroup, int | None]:
    with database.reading(actor) as session:
        group = partner.group(session, actor, group_id)
        found = partner.to_come(partner.accounts(session, actor, group_id))
        return group, found.id if found else None
