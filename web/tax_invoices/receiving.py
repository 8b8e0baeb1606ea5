"""정발행 등록: the signed XML of an invoice that the supplier issued by itself, somewhere else."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.kernel.refusals import FieldErrors, NotFound, Refusal
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.queries import visible_document
from models.settlements.tables import Settlement
from models.tax_invoices.receiving import XML_BYTES_MAX, receive_forward
from web import forms
from web.auth.audience import require
from web.forms import Parsed
from web.render import page
from web.tax_invoices.drafts import UNPROCESSABLE, refused

router = APIRouter(prefix="/tax-invoices", tags=["세금계산서"], include_in_schema=False)

Bringer = Annotated[Actor, require(Role.PARTNER, Role.PARTNER_OWNER, Role.SETTLEMENT)]


class Received(BaseModel):
    """For which settlement, where it is for one."""

    settlement_id: int | None = None


@router.get("/received/new")
def received_page(request: Request, actor: Bringer, settlement: int | None = None) -> Response:
    """Where the XML is uploaded."""
    return _page(request, actor, forms.blank({"settlement_id": settlement}))


@router.post("/received")
async def receive(request: Request, actor: Bringer) -> Response:
    """Keep it, if it is sound and nobody has its 승인번호 yet."""
    data = await request.form()
    parsed = forms.parse(Received, data)
    upload = data.get("xml")
    xml = b""
    if isinstance(upload, UploadFile):
        xml = await upload.read(XML_BYTES_MAX + 1)
        await upload.close()
    return await run_in_threadpool(_received, request, actor, parsed, xml)


def _received(request: Request, actor: Actor, parsed: Parsed[Received], xml: bytes) -> Response:
    told: Parsed[Any] = parsed
    try:
        if parsed.value is not None:
            _check_size(xml)
            with database.writing(actor) as session:
                made = receive_forward(session, actor, xml, clock.now(), parsed.value.settlement_id)
            return RedirectResponse(f"/tax-invoices/{made.id}?done=received", 303)
    except NotFound:
        raise
    except FieldErrors as errors:
        told = parsed.with_errors(errors.errors)
    except Refusal as refusal:
        told = refused(parsed, refusal)
    return _page(request, actor, told, status=UNPROCESSABLE)


def _check_size(xml: bytes) -> None:
    """Raises FieldErrors."""
    if not xml or len(xml) > XML_BYTES_MAX:
        raise FieldErrors(
            {"xml": f"세금계산서 XML 파일을 올려 주세요. {XML_BYTES_MAX // 1024}KB까지 올릴 수 있습니다."}
        )


def _page(request: Request, actor: Actor, shown: Parsed[Any], *, status: int = 200) -> Response:
    named = shown.shown("settlement_id")
    settlement = None
    if named.isascii() and named.isdecimal():
        with database.reading(actor) as session:
            settlement = visible_document(session, actor, Settlement, int(named))
    return page(
        request,
        "tax_invoices/received.html",
        status=status,
        nav="/tax-invoices",
        form=shown,
        settlement=settlement,
        limit_kb=XML_BYTES_MAX // 1024,
    )
