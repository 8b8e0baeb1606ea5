"""약관동의: both required items, before anything is typed."""

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import database
from models.kernel.refusals import Refusal
from models.signups.rules import DraftGone
from models.terms.queries import current
from models.terms.rules import TermsAudience
from models.terms.tables import Terms
from web.auth.answers import SEE_OTHER
from web.auth.audience import anyone
from web.errors import sentence
from web.forms import Parsed, blank
from web.signups import browser
from web.signups.browser import DONE_PAGE, FORM_PAGE, begun, shown
from web.terms import agreed

router = APIRouter(prefix="/signups", include_in_schema=False, dependencies=[anyone("people agree before they join")])


def in_force() -> list[Terms]:
    with database.web() as session:
        return current(session, TermsAudience.PARTNER.value)


@router.get("/terms")
def show_terms(request: Request) -> Response:
    """The items with their full text."""
    try:
        draft = begun(request)
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    if draft.done:
        return RedirectResponse(DONE_PAGE, SEE_OTHER)
    return _page(request, blank({"terms": [str(one) for one in draft.terms]}))


def _page(request: Request, form: Parsed[Any], *, status: int = 200) -> Response:
    return shown(request, "signups/terms.html", 2, status=status, form=form, items=in_force())


@router.post("/terms")
async def agree(request: Request) -> Response:
    """「다음」."""
    return await run_in_threadpool(_agree, request, await request.form())


def _agree(request: Request, data: FormData) -> Response:
    ticked = [str(one) for one in data.getlist("terms")]
    try:
        draft = begun(request)
        draft.terms = agreed(data, in_force())
        draft.agreed = True
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    except Refusal as refusal:
        form = blank({"terms": ticked}).with_errors({"terms": sentence(refusal)})
        return _page(request, form, status=refusal.status)
    browser.keep(request, draft)
    return RedirectResponse(FORM_PAGE, SEE_OTHER)
