"""담당자 관리: the list, one person, 「요청처리」 and 「담당자 탈퇴」; the 주담당자's only."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.catalog import KINDS
from models.changes import queries as changes
from models.changes.kind import CHANGE
from models.changes.rules import OPEN, Subject
from models.changes.tables import ChangeRequest
from models.kernel.refusals import NotFound, Refusal
from models.masters.queries import reasons
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.processes.kinds import Kind
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.withdrawals import queries, writes
from models.withdrawals.kind import WITHDRAWAL
from models.withdrawals.messages import Why
from models.withdrawals.rules import Subject as Leaving
from models.withdrawals.tables import Withdrawal
from web import forms
from web.company import show
from web.company.access import SEE_OTHER, UNPROCESSABLE, Owner, company_only
from web.company.deciding import approve_now
from web.company.leaving import refused
from web.company.pages import PageNumber, history_context, said
from web.company.sides import sides
from web.forms import Parsed
from web.once import once
from web.render import page

router = APIRouter(prefix="/company/contacts", tags=["회원"], include_in_schema=False, dependencies=[company_only])

CONTACTS_MAX = 300


@dataclass(frozen=True)
class Contact:
    """One line of the list; `asked` is the open request to decide on, and its page."""

    member: Any
    words: dict[str, str]
    asked_at: Any
    request: str
    removable: bool


@router.get("")
def contact_list(request: Request, actor: Owner, done: str = "") -> Response:
    """담당자 관리."""
    with database.reading(actor) as session:
        return page(
            request,
            "company/contacts.html",
            company=changes.company_of(session, actor),
            contacts=_contacts(session, actor),
            **said(done),
        )


def _contacts(session: Session, actor: Actor) -> list[Contact]:
    rows = (
        select(*changes.MEMBER_SHOWN)
        .where(col(Member.company_id) == actor.company_id, col(Member.status) != MemberStatus.REJECTED.value)
        .order_by(~col(Member.roles).contains(["partner_owner"]), col(Member.left_at).nulls_first(), col(Member.id))
        .limit(CONTACTS_MAX)
    )
    people = session.execute(rows).all()
    asked = _asked(session, actor)
    return [_contact(person, asked.get(person.id)) for person in people]


def _asked(session: Session, actor: Actor) -> dict[int, tuple[Any, str]]:
    """Member id -> when they asked, and where it is decided: changes, withdrawals, sign-ups."""
    found: dict[int, tuple[Any, str]] = {}
    for key in ("signup", "change", "withdrawal"):
        kind = KINDS.get(key)
        if kind is None:
            continue
        table: Any = kind.table
        waiting = visible_to(actor, table).where(table.turn == "partner_owner")
        for row in session.execute(waiting.limit(CONTACTS_MAX)).scalars():
            person = getattr(row, "member_id", None) or row.created_by
            own = f"/company/contacts/{person}/request" if key != "signup" else kind.link(row)
            if not (key == "change" and row.subject == Subject.OWNER):
                found[person] = (row.created_at, own)
    return found


def _contact(person: Any, asked: tuple[Any, str] | None) -> Contact:
    owner = "partner_owner" in person.roles
    leaving = person.status in {MemberStatus.ACTIVE, MemberStatus.DORMANT} and not owner
    return Contact(
        member=person,
        words=show.member_words(person),
        asked_at=asked[0] if asked else None,
        request=asked[1] if asked else "",
        removable=leaving and asked is None,
    )


@router.get("/{member_id:int}")
def contact_page(request: Request, actor: Owner, member_id: int, h: PageNumber = 1) -> Response:
    """One 담당자, with their requests."""
    with database.reading(actor) as session:
        person = changes.member_of(session, actor, member_id)
        rows = queries.history(session, actor, actor.company_id or 0, member_id)
        asked = _asked(session, actor).get(member_id)
        return page(
            request,
            "company/contact.html",
            nav="/company/contacts",
            contact=_contact(person, asked),
            member=person,
            person=show.member_words(person),
            **history_context(rows, h, f"/company/contacts/{member_id}"),
        )


@router.get("/{member_id:int}/request")
def request_page(request: Request, actor: Owner, member_id: int) -> Response:
    """담당자 요청 상세: what a 부담당자 asked for, to approve or to send back."""
    with database.reading(actor) as session:
        return request_page_of(request, actor, session, member_id, forms.blank({"decision": "approve"}))


def request_page_of(
    request: Request, actor: Actor, session: Session, member_id: int, form: Parsed[Any], status: int = 200
) -> Response:
    person = changes.member_of(session, actor, member_id)
    kind, asked = open_request(session, actor, member_id)
    rows = queries.history(session, actor, actor.company_id or 0, member_id)
    return page(
        request,
        "company/request.html",
        status=status,
        nav="/company/contacts",
        company=changes.company_of(session, actor),
        member=person,
        person=show.member_words(person),
        kind=kind,
        document=asked,
        sides=sides(changes.items(session, asked.id or 0), Subject.MEMBER, {}) if kind is CHANGE else [],
        rejected=[row for row in rows if row.status == kind.words.status["rejected"]],
        blockers=_blockers(session, actor, asked) if kind is WITHDRAWAL else [],
        form=form,
    )


def _blockers(session: Session, actor: Actor, asked: Any) -> list[queries.Blocker]:
    return queries.blockers_of_member(session, actor, asked.company_id, asked.member_id)


def open_request(session: Session, actor: Actor, member_id: int) -> tuple[Kind, Any]:
    """The one request of a person that waits on the 주담당자. Raises NotFound."""
    leaving = queries.visible(actor).where(
        col(Withdrawal.member_id) == member_id,
        col(Withdrawal.subject) == Leaving.CONTACT.value,
        col(Withdrawal.status).in_(OPEN),
    )
    found = session.execute(leaving).scalar_one_or_none()
    if found is not None:
        return WITHDRAWAL, found
    changing = changes.visible(actor).where(
        col(ChangeRequest.member_id) == member_id,
        col(ChangeRequest.turn) == "partner_owner",
        col(ChangeRequest.subject) == Subject.MEMBER.value,
    )
    found = session.execute(changing).scalar_one_or_none()
    if found is None:
        raise NotFound
    return CHANGE, found


@router.get("/{member_id:int}/removal")
def removal_page(request: Request, actor: Owner, member_id: int) -> Response:
    """「담당자 탈퇴」: 구분 and 사유."""
    with database.reading(actor) as session:
        return _removal_page(request, actor, session, member_id, forms.blank())


def _removal_page(
    request: Request, actor: Actor, session: Session, member_id: int, form: Parsed[Any], status: int = 200
) -> Response:
    return page(
        request,
        "company/removal.html",
        status=status,
        nav="/company/contacts",
        member=changes.member_of(session, actor, member_id),
        blockers=queries.blockers_of_member(session, actor, actor.company_id or 0, member_id),
        waiting=queries.open_withdrawal(session, actor.company_id or 0, Leaving.CONTACT, member_id),
        reasons=reasons(session, writes.reason_kind(Leaving.CONTACT)),
        form=form,
    )


@router.post("/{member_id:int}/removal")
async def remove(request: Request, actor: Owner, member_id: int) -> Response:
    """「탈퇴」: the person's access ends at once."""
    parsed = forms.parse(Why, await request.form())
    try:
        if parsed.value is not None:
            made = await run_in_threadpool(_ask, actor, member_id, parsed)
            if not await approve_now(request, actor, WITHDRAWAL, made):
                return RedirectResponse(f"/withdrawals/{made}", SEE_OTHER)
            return RedirectResponse("/company/contacts?done=removed", SEE_OTHER)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = refused(parsed, refusal)
    return await run_in_threadpool(_again, request, actor, member_id, parsed)


def _ask(actor: Actor, member_id: int, parsed: Parsed[Why]) -> int:
    why = parsed.value
    assert why is not None  # noqa: S101 - the caller looked
    with database.writing(actor) as session:
        return once(
            session,
            actor,
            WITHDRAWAL.key,
            parsed,
            lambda: writes.remove(session, actor, member_id, why, clock.now()),
        )


def _again(request: Request, actor: Actor, member_id: int, parsed: Parsed[Any]) -> Response:
    with database.reading(actor) as session:
        return _removal_page(request, actor, session, member_id, parsed, UNPROCESSABLE)
