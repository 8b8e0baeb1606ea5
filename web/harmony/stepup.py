"""추가인증 (guide p. 33): before accounts, reverse requests and personal data, a code by KakaoTalk or short message.

Handlers call `demand(request, actor, visit, purpose)`; without a right code lately the person is led here and back.
"""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.auth.messages import Visit
from models.auth.rules import local_path
from models.harmony import queries, stepups
from models.harmony.messages import CodeForm
from models.harmony.rules import StepUpNeeded
from models.kernel.refusals import Refusal
from models.kernel.text import mask_phone
from models.notifications.rules import Channel
from models.processes.messages import Actor
from web import errors
from web.auth.audience import CurrentVisit
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.harmony.doors import MediaActor, go
from web.render import page

PAGE = "/harmony/verification"
router = APIRouter(include_in_schema=False)
CANCEL = {
    "account": "/harmony/credits/accounts",
    "person": "/harmony/credits/information",
    "reverse_request": "/harmony/credits/reports",
}
"""Where who does not want to go on is led, by what the code was for; else 내 정보."""
CHANNELS = {Channel.KAKAOTALK: "카카오톡", Channel.SMS: "문자"}


class SendForm(BaseModel):
    channel: Channel = Field(title="받는 방법")


def demand(actor: Actor, visit: Visit, purpose: str) -> None:
    """Raises StepUpNeeded."""
    with database.reading(actor) as session:
        stepups.demand(session, actor, visit.session_id, purpose, clock.now())


async def needed(request: Request, refusal: Exception) -> Response:
    """People get the page of the code, which leads back to where they were; programs 403."""
    assert isinstance(refusal, StepUpNeeded)  # noqa: S101 - registered for it only
    if errors.wants_json(request):
        return errors.problem(request, status=refusal.status, code=refusal.code, title=sentence(refusal))
    back = request.url.path if request.method == "GET" else local_path(_came_from(request), "/harmony")
    return go(f"{PAGE}?purpose={quote(str(refusal.detail['purpose']))}&next={quote(back, safe='/')}")


def _came_from(request: Request) -> str:
    address = request.headers.get("referer", "")
    return "/" + address.split("/", 3)[3] if address.count("/") > 2 else "/harmony"  # noqa: PLR2004 - scheme://host/


Purpose = Annotated[str, Field(max_length=40, pattern="^[a-z_]+$")]


@router.get(PAGE)
def show(
    request: Request,
    actor: MediaActor,
    visit: CurrentVisit,
    purpose: Purpose = "profile",
    next: str = "/harmony",  # noqa: A002 - the address says next
) -> Response:
    """「관리자 추가인증」."""
    return _page(request, actor, visit, (purpose, local_path(next, "/harmony")), blank({"channel": "kakaotalk"}))


def _page(
    request: Request,
    actor: Actor,
    visit: Visit,
    about: tuple[str, str],
    form: Parsed[Any],
    *,
    status: int = 200,
) -> Response:
    purpose, target = about
    now = clock.now()
    with database.reading(actor) as session:
        phone = stepups.own_phone(session, actor)
        made = queries.step_up(session, actor, visit.session_id, purpose)
    waiting = made is not None and made.passed_at is None and now < made.expires_at
    typed_code = "code" in form.values
    seconds = max(0, int((made.expires_at - now).total_seconds())) if made is not None and waiting else 0
    return page(
        request,
        "harmony/verification.html",
        status=status,
        form=form if typed_code else blank(),
        sending=blank({"channel": made.channel if made else Channel.KAKAOTALK}) if typed_code else form,
        purpose=purpose,
        target=target,
        phone=mask_phone(phone),
        channels=[(channel.value, words) for channel, words in CHANNELS.items()],
        waiting=waiting,
        channel=CHANNELS[Channel(made.channel)] if made is not None else "",
        seconds=seconds,
        cancel=CANCEL.get(purpose, "/harmony/me") if target != "/harmony" else target,
    )


@router.post(PAGE)
async def send(
    request: Request,
    actor: MediaActor,
    visit: CurrentVisit,
    purpose: Purpose = "profile",
    next: str = "/harmony",  # noqa: A002 - the address says next
) -> Response:
    """「인증번호 전송」."""
    about = (purpose, local_path(next, "/harmony"))
    form = parse(SendForm, await request.form())
    if form.value is None:
        return await run_in_threadpool(_page, request, actor, visit, about, form, status=422)
    try:
        await run_in_threadpool(stepups.send, actor, visit.session_id, purpose, form.value.channel, clock.now())
    except Refusal as refusal:
        again = form.refused(refusal, sentence(refusal))
        return await run_in_threadpool(_page, request, actor, visit, about, again, status=refusal.status)
    return go(f"{PAGE}?purpose={purpose}&next={quote(about[1], safe='/')}")


@router.post(f"{PAGE}/confirmation")
async def confirm(
    request: Request,
    actor: MediaActor,
    visit: CurrentVisit,
    purpose: Purpose = "profile",
    next: str = "/harmony",  # noqa: A002 - the address says next
) -> Response:
    """「확인」: what is guarded is open for ten minutes."""
    about = (purpose, local_path(next, "/harmony"))
    form = parse(CodeForm, await request.form())
    if form.value is None:
        return await run_in_threadpool(_page, request, actor, visit, about, form, status=422)
    code = form.value.code.replace(" ", "")
    try:
        await run_in_threadpool(stepups.confirm, actor, visit.session_id, purpose, code, clock.now())
    except Refusal as refusal:
        wrong = form.with_errors({"code": sentence(refusal)})
        return await run_in_threadpool(_page, request, actor, visit, about, wrong, status=refusal.status)
    return go(about[1])
