"""「우편번호 검색」: a page of its own, and the inside of the dialog that fills the form."""

import datetime as dt
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models import clock
from models.identity import limits
from models.identity.messages import Addresses
from models.identity.rules import KEYWORD_CHARS_MAX, PAGE_SIZE, PAGES_MAX, QuestionRefused, WorldAway
from models.kernel.refusals import Refusal
from web import inquiries
from web.auth.audience import anyone
from web.auth.login import caller_of
from web.errors import sentence
from web.render import block, page

ADDRESS_PAGE = "/addresses"
SEARCH = limits.Limit("addresses", 120, 120, dt.timedelta(minutes=1))

router = APIRouter(include_in_schema=False, dependencies=[anyone("addresses are public, applicants look theirs up")])


@router.get(ADDRESS_PAGE)
async def search(request: Request, keyword: str = "", page: int = 1) -> Response:
    """Road addresses for a keyword. With ``X-Live`` only the results, for the dialog."""
    words, status, found = "", 200, Addresses(total=0, page=1)
    typed = " ".join(keyword.split())[:KEYWORD_CHARS_MAX]
    if typed:
        try:
            await run_in_threadpool(_admit, request)
            found = await inquiries.addresses(request, typed, page)
        except (WorldAway, QuestionRefused) as refusal:
            words, status = f"{sentence(refusal)} 주소를 직접 입력하실 수도 있습니다.", refusal.status
        except Refusal as refusal:
            words, status = sentence(refusal), refusal.status
    return _answer(request, typed, found, words, status)


def _admit(request: Request) -> None:
    caller = caller_of(request)
    limits.admit(SEARCH, caller.ip, caller, clock.now())


def _answer(request: Request, keyword: str, found: Addresses, words: str, status: int) -> Response:
    about: dict[str, Any] = {
        "keyword": keyword,
        "found": found,
        "words": words,
        "picking": "x-live" in request.headers,
        "pages": min(-(-found.total // PAGE_SIZE), PAGES_MAX),
    }
    if about["picking"]:
        part = block(request, "identity/addresses.html", "results", **about)
        part.status_code = status
        return part
    return page(request, "identity/addresses.html", status=status, **about)
