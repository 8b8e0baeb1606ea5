"""「열람」 of masked personal data with its reason, and the administrator's record of it (열람 기록)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import load_only
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.auth import disclosures
from models.auth.rules import local_path
from models.auth.tables import Disclosure
from models.auth.wording import DISCLOSED_FIELD, DISCLOSED_KIND
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.members.tables import BankAccount, Member
from models.processes.messages import Actor
from web.auth.audience import require
from web.auth.login import caller_of
from web.errors import sentence
from web.forms import Parsed, parse
from web.grid import Choice, Column, DateRange, Grid, Option, Text, contains
from web.render import page

router = APIRouter(prefix="/disclosures", include_in_schema=False)
Viewer = Annotated[Actor, require(Role.BUYER, Role.SETTLEMENT, Role.ADMIN)]
Admin = Annotated[Actor, require(Role.ADMIN)]
ONCE = {"cache-control": "no-store"}


class DisclosureForm(BaseModel):
    kind: Literal["member", "bank_account"]
    id: int
    field: str = Field(max_length=40)
    reason: str = Field(default="", title="열람 사유", max_length=200)
    back: str = Field(default="/", max_length=500)


@router.post("")
async def disclose(request: Request, actor: Viewer) -> Response:
    """「열람」: the value in full on a page that is not kept, and a line in the record."""
    form = parse(DisclosureForm, await request.form())
    if form.value is None:
        raise NotFound
    return await run_in_threadpool(_disclose, request, actor, form, form.value)


def _disclose(request: Request, actor: Actor, form: Parsed[Any], asked: DisclosureForm) -> Response:
    about: dict[str, Any] = {
        "asked": asked,
        "back": local_path(asked.back),
        "label": DISCLOSED_FIELD.get(asked.field, ""),
        "value": None,
        "form": form,
    }
    try:
        with database.writing(actor) as session:
            row = _row(session, asked.kind, asked.id)
            about["name"] = row.name if isinstance(row, Member) else row.bank_name
            ip = caller_of(request).ip
            about["value"] = disclosures.unmask(session, actor, row, asked.field, asked.reason, ip)
    except NotFound:
        raise
    except Refusal as refusal:
        about["form"] = form.with_errors({"reason": sentence(refusal)})
        return page(request, "auth/disclosed.html", status=refusal.status, **about)
    return page(request, "auth/disclosed.html", headers=ONCE, **about)


def _row(session: Session, kind: str, row_id: int) -> Member | BankAccount:
    found: Member | BankAccount | None
    if kind == "member":
        # Only what is asked about: the password's hash is not for the web role to read.
        some = load_only(*(getattr(Member, name) for name in ("id", "name", "company_id", "phone", "birth_date")))
        found = session.execute(select(Member).where(col(Member.id) == row_id).options(some)).scalar_one_or_none()
    else:
        found = session.get(BankAccount, row_id)
    if found is None:
        raise NotFound
    return found


def _word(words: Mapping[str, str], key: str) -> str:
    return words.get(key, key)


GRID = Grid(
    name="disclosures",
    title="개인정보 열람 기록",
    ident=col(Disclosure.id),
    default_sort="-at",
    empty="열람한 기록이 없습니다.",
    empty_hint="개인정보를 가림 없이 본 기록이 2년 동안 보관됩니다.",
    columns=(
        Column(key="at", label="열람일시", kind="moment", sort=col(Disclosure.at)),
        Column(key="actor_name", label="열람자", sub=lambda row: row.actor_company, sort=col(Disclosure.actor_name)),
        Column(key="subject_name", label="정보주체", sort=col(Disclosure.subject_name)),
        Column(key="subject_kind", label="대상", value=lambda row: _word(DISCLOSED_KIND, row.subject_kind)),
        Column(key="field", label="항목", value=lambda row: _word(DISCLOSED_FIELD, row.field)),
        Column(key="reason", label="열람 사유", wrap=True, width=40),
        Column(key="ip", label="접속 주소", shown=False),
    ),
    filters=(
        DateRange(key="at", label="열람일", column=col(Disclosure.at), instant=True, default="1m"),
        Text(key="actor", label="열람자", match=lambda typed: contains(col(Disclosure.actor_name), typed)),
        Text(key="subject", label="정보주체", match=lambda typed: contains(col(Disclosure.subject_name), typed)),
        Choice(
            key="field",
            label="항목",
            options=(
                Option(value="all", label="전체"),
                *(Option(value=key, label=label, where=col(Disclosure.field) == key)
                  for key, label in DISCLOSED_FIELD.items()),
            ),
        ),
    ),
)  # fmt: skip


@router.get("")
def list_disclosures(request: Request, actor: Admin) -> Response:
    """Who saw whose data, newest first; also as a workbook."""
    view = GRID.read(request)
    with database.reading(actor) as session:
        if view.download:
            return GRID.download(session, view, disclosures.readable())
        found = GRID.fetch(session, view, disclosures.readable())
    return page(request, "auth/disclosures.html", grid=GRID.present(view, found))
