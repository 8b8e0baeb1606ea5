"""크레딧정보 관리: users, and who is paid; a company's facts change by its paper, a person's after 추가인증."""

from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.credits import account_writes, partner
from models.credits.account_wording import CHANGE_SENTENCES, CHANGE_WORDS
from models.credits.kind import CREDIT_CHANGE
from models.credits.partner_messages import ChangeForm, PersonForm
from models.credits.rules import CompanyKind
from models.credits.tables import CreditPerson
from models.credits.wording import COMPANY_KIND, ISSUE_MODE
from models.files.rules import PAPER, FileRefusal
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.files.writes import stage_once
from models.harmony.queries import people_of
from models.harmony.rules import Space
from models.kernel.refusals import NotFound, Refusal
from models.processes.messages import Actor
from web import forms
from web.auth.audience import CurrentVisit
from web.errors import sentence
from web.forms import Parsed
from web.harmony.credits.common import BASE, INFORMATION, chosen, guard, press, said, shown
from web.harmony.doors import MediaActor, go
from web.render import page

router = APIRouter(prefix=BASE, include_in_schema=False)
STEP_UP = "person"


@router.get("/information")
def show_information(request: Request, actor: MediaActor, company: int | None = None) -> Response:
    """크레딧 사용자 and 회사정보 (of a person 정산정보, masked)."""
    return _page(request, actor, company, forms.blank())


def _page(request: Request, actor: Actor, company: int | None, form: Parsed[Any], *, status: int = 200) -> Response:
    with database.reading(actor) as session:
        found, one = chosen(session, actor, company)
        asked = partner.changes(session, actor, one.group_ids) if one else []
        firm = one.company if one else None
        own = session.get(CreditPerson, firm.id) if firm and firm.kind == CompanyKind.INDIVIDUAL else None
        people = _people(session, one)
    return page(
        request,
        "harmony/credits/information.html",
        status=status,
        form=form,
        people=people,
        firm=firm,
        person=own,
        kinds=COMPANY_KIND,
        modes=ISSUE_MODE,
        changes=asked,
        opened=partner.open_change(asked),
        words=CHANGE_WORDS,
        paper=PAPER,
        base=BASE,
        **said(request),
        **shown(found, one, INFORMATION),
    )


def _people(session: Session, one: partner.Payee | None) -> list[tuple[Any, list[str]]]:
    """Everybody of the company's groups once, with the groups they are in."""
    rows: dict[int, tuple[Any, list[str]]] = {}
    for group in one.groups if one else ():
        for member, row in people_of(session, Space.CREDIT, group.id or 0):
            rows.setdefault(member.member_id, (row, []))[1].append(group.name)
    return sorted(rows.values(), key=lambda found: found[0].name)


@router.post("/{group_id:int}/changes")
async def request_change(request: Request, actor: MediaActor, group_id: int) -> Response:
    """「사업자등록증 수정」: the paper goes to whoever looks at it inside."""
    async with request.form() as data:
        form = forms.parse(ChangeForm, data)
        upload = data.get("paper")
        raw = await upload.read(PAPER.bytes_max + 1) if isinstance(upload, UploadFile) and upload.filename else b""
        name = upload.filename or "" if isinstance(upload, UploadFile) else ""
    return await run_in_threadpool(_request, request, actor, group_id, form, name, raw)


def _request(
    request: Request, actor: Actor, group_id: int, form: Parsed[ChangeForm], name: str, raw: bytes
) -> Response:
    with database.reading(actor) as session:
        company_id = partner.group(session, actor, group_id).credit_company_id
    if form.value is None or not name:
        wrong = form if form.value is None else form.with_errors({"paper": "사업자등록증 사본을 올려 주세요."})
        return _page(request, actor, company_id, wrong, status=422)
    try:
        with database.writing(actor) as session:
            group = partner.group(session, actor, group_id)
            file = stage_once(session, actor.member_id, None, name, raw, PAPER)
            account_writes.request_change(session, actor, group, file, form.value, clock.now())
    except FileRefusal as refusal:
        wrong = form.with_errors({"paper": sentence(refusal, FILE_SENTENCES)})
        return _page(request, actor, company_id, wrong, status=refusal.status)
    except NotFound:
        raise
    except Refusal as refusal:
        again = form.refused(refusal, sentence(refusal, CHANGE_SENTENCES))
        return _page(request, actor, company_id, again, status=refusal.status)
    return go(f"{INFORMATION}?company={company_id or 0}&done=asked")


@router.post("/{group_id:int}/changes/cancellation")
async def cancel_change(request: Request, actor: MediaActor, group_id: int) -> Response:
    """「요청 취소」."""
    form = forms.parse(CREDIT_CHANGE.payload("cancel"), await request.form())
    company_id, opened = await run_in_threadpool(_opened, actor, group_id)
    if opened is not None:
        try:
            await press(request, actor, CREDIT_CHANGE, opened, "cancel", form)
        except NotFound:
            raise
        except Refusal as refusal:
            again = form.refused(refusal, sentence(refusal, CHANGE_SENTENCES))
            return await run_in_threadpool(_page, request, actor, company_id, again, status=refusal.status)
    return go(f"{INFORMATION}?company={company_id or 0}" + ("&done=withdrawn" if opened is not None else ""))


def _opened(actor: Actor, group_id: int) -> tuple[int | None, int | None]:
    with database.reading(actor) as session:
        group = partner.group(session, actor, group_id)
        found = partner.open_change(partner.changes(session, actor, [group_id]))
        return group.credit_company_id, found.id if found else None


@router.get("/{group_id:int}/person")
def show_person(request: Request, actor: MediaActor, visit: CurrentVisit, group_id: int) -> Response:
    """「정산정보 수정」 of an individual."""
    guard(actor, visit, STEP_UP, group_id)
    with database.reading(actor) as session:
        group = partner.group(session, actor, group_id)
        own = _own(session, group)
    values: dict[str, Any] = {"edit_version": 0}
    if own is not None:
        values = {name: getattr(own, name) for name in ("email", "zip_code", "address", "edit_version")}
    return _person_page(request, group_id, forms.blank(values))


def _own(session: Session, group: Any) -> CreditPerson | None:
    """What an individual told before. Raises NotFound for a company."""
    company = partner.company_of(session, group)
    if company is None or company.kind != CompanyKind.INDIVIDUAL:
        raise NotFound
    return session.get(CreditPerson, company.id)


def _person_page(request: Request, group_id: int, form: Parsed[Any], *, status: int = 200) -> Response:
    return page(
        request,
        "harmony/credits/person.html",
        status=status,
        nav=INFORMATION,
        form=form,
        action=f"{BASE}/{group_id}/person",
        back=INFORMATION,
    )


@router.post("/{group_id:int}/person")
async def save_person(request: Request, actor: MediaActor, visit: CurrentVisit, group_id: int) -> Response:
    """「확인」."""
    await run_in_threadpool(guard, actor, visit, STEP_UP, group_id)
    form = forms.parse(PersonForm, await request.form())
    return await run_in_threadpool(_save_person, request, actor, group_id, form)


def _save_person(request: Request, actor: Actor, group_id: int, form: Parsed[PersonForm]) -> Response:
    if form.value is None:
        return _person_page(request, group_id, form, status=422)
    try:
        with database.writing(actor) as session:
            group = partner.group(session, actor, group_id)
            account_writes.save_person(session, actor, group, form.value, clock.now())
            company_id = group.credit_company_id
    except NotFound:
        raise
    except Refusal as refusal:
        return _person_page(request, group_id, form.refused(refusal, sentence(refusal)), status=refusal.status)
    return go(f"{INFORMATION}?company={company_id or 0}&done=person")
