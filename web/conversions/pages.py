"""포탈미사용회원 전환: 「인증번호 전송」 to a supplier of the buyer's, and what became of it."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.conversions import writes
from models.conversions.kind import CONVERSION
from models.conversions.messages import ConversionOut, Sending
from models.conversions.rules import OPEN, ConversionOpen, Status
from models.conversions.tables import Conversion
from models.conversions.wording import WORDS
from models.kernel.identifiers import format_brn
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.members.queries import companies_visible_to
from models.members.rules import CompanyKind, CompanyStatus
from models.members.tables import Company
from models.members.wording import COMPANY_KIND
from models.processes.lifetimes import Lifetime, amount, words
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.signups.tables import Signup
from web.auth.answers import SEE_OTHER
from web.auth.audience import require
from web.documents.kinds import WebKind
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.grid import Column, DateRange, Grid, Option, Segment, Text
from web.once import once
from web.render import page

router = APIRouter(prefix="/conversions", include_in_schema=False)

Sender = Annotated[Actor, require(Role.BUYER, Role.ADMIN)]
CHOICES_MAX = 500


def context(session: Session, actor: Actor, conversion: Conversion) -> dict[str, Any]:
    """Everything below the head of the page; the code itself is in the mail only."""
    company = session.execute(
        companies_visible_to(actor).where(col(Company.id) == conversion.company_id)
    ).scalar_one_or_none()
    asked = visible_to(actor, Signup).where(col(Signup.conversion_id) == conversion.id)
    return {
        "head_note": conversion.company_name,
        "conversion": conversion,
        "company": company,
        "kind_words": COMPANY_KIND[CompanyKind(company.kind)] if company else "",
        "business_number_words": format_brn((company.business_number if company else None) or ""),
        "signup": session.execute(asked.order_by(col(Signup.id).desc()).limit(1)).scalar_one_or_none(),
    }


WEB = WebKind(
    kind=CONVERSION,
    template="conversions/detail.html",
    api=ConversionOut,
    list_label="전환가입",
    list_link="/conversions",
    context=context,
)


@router.get("")
def listed(request: Request, actor: Sender) -> Response:
    """Every conversion, what is under way first."""
    grid = _grid()
    view = grid.read(request)
    with database.reading(actor) as session:
        scope = visible_to(actor, Conversion)
        if view.download:
            return grid.download(session, view, scope, who=actor)
        found = grid.fetch(session, view, scope, who=actor)
    return page(request, "conversions/list.html", grid=grid.present(view, found))


@cache
def _grid() -> Grid:
    return Grid(
        name="conversions",
        title="전환가입",
        ident=col(Conversion.id),
        default_sort="-sent_at",
        columns=(
            Column(key="number", label="번호", sort=col(Conversion.number), href=lambda row: f"/conversions/{row.id}"),
            Column(
                key="status",
                label="진행상태",
                kind="badge",
                words=WORDS.status,
                tones=WORDS.tone,
                sort=col(Conversion.status),
            ),
            Column(key="company_name", label="협력사", sort=col(Conversion.company_name)),
            Column(key="sent_at", label="전송일시", kind="moment", sort=col(Conversion.sent_at)),
            Column(key="expires_at", label="유효기간", kind="moment", sort=col(Conversion.expires_at)),
            Column(key="sends", label="전송 횟수", kind="number", sort=col(Conversion.sends)),
            Column(key="used_at", label="가입요청일시", kind="moment", sort=col(Conversion.used_at)),
        ),
        filters=(
            DateRange(key="sent", label="전송일", column=col(Conversion.created_at), instant=True, default="1y"),
            Segment(
                key="state",
                label="진행상태",
                options=(
                    Option(value="open", label="진행중", where=col(Conversion.status).in_(OPEN)),
                    Option(value="used", label="가입요청 완료", where=col(Conversion.status) == Status.USED),
                    Option(value="all", label="전체"),
                ),
            ),
            Text(key="company", label="협력사", column=col(Conversion.company_name)),
        ),
        empty="보낸 인증번호가 없습니다.",
    )


@router.get("/new")
def ask(request: Request, actor: Sender, company: int | None = None) -> Response:
    """Whom to send a code; `company` is chosen beforehand."""
    return _new_page(request, actor, blank({"company_id": company or ""}))


def _new_page(request: Request, actor: Actor, form: Parsed[Any], *, status: int = 200) -> Response:
    with database.reading(actor) as session:
        unused = companies_visible_to(actor).where(col(Company.status) == CompanyStatus.PORTAL_UNUSED)
        rows = session.execute(unused.order_by(col(Company.name), col(Company.id)).limit(CHOICES_MAX)).scalars()
        choices = [(row.id, _label(row)) for row in rows]
        life = words(Lifetime.CODE, amount(session, Lifetime.CODE))
    return page(request, "conversions/new.html", status=status, form=form, companies=choices, code_life=life)


def _label(company: Company) -> str:
    number = format_brn(company.business_number or "")
    return f"{company.name} ({number})" if number else f"{company.name} ({COMPANY_KIND[CompanyKind(company.kind)]})"


@router.post("")
async def send(request: Request, actor: Sender) -> Response:
    """「인증번호 전송」."""
    return await run_in_threadpool(_send, request, actor, await request.form())


def _send(request: Request, actor: Actor, data: FormData) -> Response:
    form = parse(Sending, data)
    if form.value is None:
        return _new_page(request, actor, form, status=422)
    asked = form.value
    try:
        with database.writing(actor) as session:
            made = once(
                session,
                actor,
                CONVERSION.key,
                form,
                lambda: writes.send(session, actor, asked.company_id, asked.email, clock.now()),
            )
    except NotFound:
        raise
    except ConversionOpen as under_way:
        if under_way.detail.get("id"):
            return RedirectResponse(f"/conversions/{under_way.detail['id']}", SEE_OTHER)
        return _new_page(request, actor, form.refused(under_way, sentence(under_way)), status=under_way.status)
    except Refusal as refusal:
        return _new_page(request, actor, form.refused(refusal, sentence(refusal)), status=refusal.status)
    return RedirectResponse(f"/conversions/{made}", SEE_OTHER)
