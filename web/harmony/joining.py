"""Joining by invitation (guide p. 5): terms, account, 정보입력, 「카카오하모니 시작하기」; or one space more."""

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.auth import passwords
from models.auth.rules import password_problem
from models.auth.wording import PASSWORD, PASSWORD_HINT
from models.files.rules import FileRefusal
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.harmony import entries, queries, rules
from models.harmony.messages import CodeForm, NewPassword, PhoneForm, Profile
from models.harmony.rules import CODE_SENDS_MAX, EntryOver, InvitationOver, Space, SpaceRole
from models.harmony.tables import HarmonyEntry
from models.harmony.wording import OVER, ROLE, SPACE
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.terms import queries as terms
from models.terms.rules import TermsAudience
from web.auth.audience import anyone
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.harmony.doors import enter, entry_of, go, guest_page, member_of, remember
from web.harmony.images import keep_image
from web.harmony.pressing import press, standing
from web.terms import agreed

LINK = "/harmony/join"
JOINING = "/harmony/joining"
"""The steps; the link's token is in none of their addresses."""
router = APIRouter(include_in_schema=False, dependencies=[anyone("an invitation's link is the right to join")])
AGAIN_SECONDS = "2"


def over(request: Request, refusal: Refusal) -> Response:
    """The link or the way that cannot be gone on: why, and what to do."""
    words = OVER.get(str(refusal.detail.get("status", ""))) if isinstance(refusal, InvitationOver) else None
    return guest_page(request, "harmony/join_over.html", status=refusal.status, words=words or sentence(refusal))


def _entry(request: Request) -> HarmonyEntry:
    """This browser's way in by an invitation that is still open. Raises EntryOver, InvitationOver."""
    now = clock.now()
    row = entries.read(entry_of(request), now)
    if row.invitation_id is None or row.invitation_token is None:
        raise EntryOver
    return row


def _invited(row: HarmonyEntry) -> dict[str, Any]:
    """「초대받은 크레딧 (주)… (사용자)」. Raises InvitationUnknown, InvitationOver."""
    assert row.invitation_token is not None  # noqa: S101 - asked for by `_entry`
    with entries.holding(row.invitation_token, read_only=True) as session:
        found = queries.by_link(session, row.invitation_token)
    if row.request_id is None:
        rules.check_open(found.status, found.expires_at, clock.now())
    return {
        "invitation": found,
        "place_label": f"초대받은 {SPACE[Space(found.space)]}",
        "place_words": f"{found.space_name} ({ROLE[SpaceRole(found.role)]})",
    }


@router.get(f"{LINK}/{{link}}")
def open_link(request: Request, link: str) -> Response:
    """The link of the mail; nothing is used up by looking, and the link leaves the address."""
    try:
        found = entries.invitation(link, clock.now())
        client = request.client.host if request.client else ""
        token = entries.begin(clock.now(), queries.home_of(found.space, found.space_id), client, found)
    except Refusal as refusal:
        return over(request, refusal)
    answer = go(f"{JOINING}/further" if member_of(request) else f"{JOINING}/terms")
    remember(answer, token)
    return answer


def _page(request: Request, template: str, form: Parsed[Any], *, status: int = 200, **more: Any) -> Response:
    try:
        row = _entry(request)
        context = _invited(row) | more
    except Refusal as refusal:
        return over(request, refusal)
    return guest_page(request, template, status=status, form=form, entry=row, **context)


@router.get(f"{JOINING}/terms")
def show_terms(request: Request) -> Response:
    """「약관동의」."""
    return _terms_page(request, blank())


def _terms_page(request: Request, form: Parsed[Any], status: int = 200) -> Response:
    with database.web() as session:
        items = terms.current(session, TermsAudience.MEDIA)
    return _page(request, "harmony/join_terms.html", form, status=status, items=items)


@router.post(f"{JOINING}/terms")
async def agree(request: Request) -> Response:
    """「동의하고 계속하기」."""
    data = await request.form()
    try:
        await run_in_threadpool(_agree, request, data)
    except EntryOver as refusal:
        return over(request, refusal)
    except Refusal as refusal:
        ticked = {"terms": [str(one) for one in data.getlist("terms")]}
        form = blank(ticked).with_errors({"terms": sentence(refusal)})
        return await run_in_threadpool(_terms_page, request, form, refusal.status)
    row = await run_in_threadpool(_entry, request)
    return go(f"{JOINING}/{'profile' if row.verified_at else 'account'}")


def _agree(request: Request, data: FormData) -> None:
    with database.web() as session:
        items = terms.current(session, TermsAudience.MEDIA)
    entries.agree(entry_of(request), agreed(data, items), clock.now())


@router.get(f"{JOINING}/account")
def show_account(request: Request) -> Response:
    """「사용자 계정 등록하기」: the Kakao account, or one of the house under the invited address."""
    return _account_page(request, blank())


def _account_page(request: Request, form: Parsed[Any], status: int = 200) -> Response:
    return _page(request, "harmony/join_account.html", form, status=status, hint=PASSWORD_HINT)


@router.post(f"{JOINING}/account")
async def make_account(request: Request) -> Response:
    """「이메일로 가입하기」."""
    form = parse(NewPassword, await request.form())
    if form.value is None:
        return await run_in_threadpool(_account_page, request, form, 422)
    new = form.value.password.get_secret_value()
    problem = password_problem(new)
    if new != form.value.again.get_secret_value():
        wrong = form.with_errors({"again": PASSWORD["password_unlike"]})
        return await run_in_threadpool(_account_page, request, wrong, 422)
    if problem is not None:
        wrong = form.with_errors({"password": PASSWORD[problem]})
        return await run_in_threadpool(_account_page, request, wrong, 422)
    try:
        await run_in_threadpool(entries.set_password, entry_of(request), passwords.hashed(new), clock.now())
    except EntryOver as refusal:
        return over(request, refusal)
    except Refusal as refusal:
        again = form.refused(refusal, sentence(refusal))
        return await run_in_threadpool(_account_page, request, again, refusal.status)
    return go(f"{JOINING}/profile")


@router.get(f"{JOINING}/profile")
def show_profile(request: Request) -> Response:
    """「카카오하모니 정보입력」."""
    try:
        row = _entry(request)
        queries.account_of(row)
    except Refusal as refusal:
        return over(request, refusal)
    if row.consented_at is None:
        return go(f"{JOINING}/terms")
    typed = {"name": row.name or row.account_name or "", "email": row.email or "", "phone": row.phone or ""}
    return _profile_page(request, blank(typed))


def _profile_page(request: Request, form: Parsed[Any], status: int = 200, sent: bool = False) -> Response:
    return _page(
        request,
        "harmony/join_profile.html",
        form,
        status=status,
        sent=sent,
        sends_max=CODE_SENDS_MAX,
    )


@router.post(f"{JOINING}/phone")
async def send_code(request: Request) -> Response:
    """「인증」: a code goes to the number; what else was typed stays."""
    data = await request.form()
    whole = parse(Profile, data)
    form = parse(PhoneForm, data)
    kept = blank({name: [*values] for name, values in whole.values.items()})
    if form.value is None:
        wrong = kept.with_errors({name: found[0] for name, found in form.errors.items()})
        return await run_in_threadpool(_profile_page, request, wrong, 422)
    try:
        await run_in_threadpool(entries.send_phone_code, entry_of(request), form.value.phone, clock.now())
    except EntryOver as refusal:
        return over(request, refusal)
    except Refusal as refusal:
        wrong = kept.with_errors({"phone": sentence(refusal)})
        return await run_in_threadpool(_profile_page, request, wrong, refusal.status)
    return await run_in_threadpool(_profile_page, request, kept, 200, True)  # noqa: FBT003 - sent


@router.post(f"{JOINING}/phone/confirmation")
async def confirm_code(request: Request) -> Response:
    """「확인」 of the code."""
    data = await request.form()
    whole = parse(Profile, data)
    kept = blank({name: [*values] for name, values in whole.values.items()})
    form = parse(CodeForm, data)
    if form.value is None:
        wrong = kept.with_errors({name: found[0] for name, found in form.errors.items()})
        return await run_in_threadpool(_profile_page, request, wrong, 422)
    code = form.value.code.replace(" ", "")
    try:
        await run_in_threadpool(entries.confirm_phone, entry_of(request), code, clock.now())
    except EntryOver as refusal:
        return over(request, refusal)
    except Refusal as refusal:
        wrong = kept.with_errors({"code": sentence(refusal)})
        return await run_in_threadpool(_profile_page, request, wrong, refusal.status)
    return await run_in_threadpool(_profile_page, request, kept)


def _ready(request: Request) -> None:
    """Raises PhoneUnconfirmed, EntryOver, InvitationOver."""
    if _entry(request).phone_confirmed_at is None:
        raise rules.PhoneUnconfirmed


@router.post(f"{JOINING}/profile")
async def start(request: Request) -> Response:
    """「카카오하모니 시작하기」."""
    async with request.form() as data:
        return await _start(request, parse(Profile, data))


async def _start(request: Request, form: Parsed[Profile]) -> Response:
    if form.value is None:
        return await run_in_threadpool(_profile_page, request, form, 422)
    token = entry_of(request)
    try:
        await run_in_threadpool(_ready, request)
        image = await keep_image(entries.GUEST, form)
        await run_in_threadpool(entries.fill, token, form.value, image, clock.now())
        decision = await press(request.app.state.temporal, entries.GUEST, token, "join")
    except FileRefusal as refusal:
        wrong = form.with_errors({"image": sentence(refusal, FILE_SENTENCES)})
        return await run_in_threadpool(_profile_page, request, wrong, 422)
    except rules.PhoneUnconfirmed as refusal:
        wrong = form.with_errors({"phone": sentence(refusal)})
        return await run_in_threadpool(_profile_page, request, wrong, refusal.status)
    except Refusal as refusal:
        return over(request, refusal)
    if decision.pending:
        return go(f"{JOINING}/waiting")
    return await _inside(request, token)


async def _inside(request: Request, token: str) -> Response:
    row, known = await run_in_threadpool(entries.known, token, clock.now())
    if known is None:
        raise EntryOver
    return await enter(request, known.login, row.target, entry=token)


@router.get(f"{JOINING}/waiting")
async def wait(request: Request) -> Response:
    """「처리 중」: asked again by the page itself until the act is decided."""
    token = entry_of(request)
    try:
        row = await run_in_threadpool(_entry, request)
        decision = await run_in_threadpool(standing, member_of(request) or entries.GUEST, row)
        if decision is None:
            answer = guest_page(request, "harmony/join_waiting.html")
            answer.headers["Refresh"] = AGAIN_SECONDS
            return answer
        if decision.refusal is not None:
            return over(request, decision.refusal)
        return await _inside(request, token)
    except Refusal as refusal:
        return over(request, refusal)


@router.get(f"{JOINING}/further")
def show_further(request: Request) -> Response:
    """One more studio or credit for somebody who is a member already."""
    if member_of(request) is None:
        return go(f"/harmony/login?next={JOINING}/further")
    return _page(request, "harmony/join_further.html", blank())


@router.post(f"{JOINING}/further")
async def join_further(request: Request) -> Response:
    """「참여하기」."""
    actor = member_of(request)
    if actor is None or Role.MEDIA not in actor.roles:
        return go(f"/harmony/login?next={JOINING}/further")
    token = entry_of(request)
    try:
        row = await run_in_threadpool(_entry, request)
        decision = await press(request.app.state.temporal, actor, token, "join")
    except Refusal as refusal:
        return over(request, refusal)
    if decision.pending:
        return go(f"{JOINING}/waiting")
    await run_in_threadpool(entries.finish, token, clock.now())
    return go(row.target)


@router.post(f"{JOINING}/decline")
async def decline(request: Request) -> Response:
    """「초대 거절」."""
    try:
        await run_in_threadpool(_entry, request)
        actor = member_of(request) or entries.GUEST
        await press(request.app.state.temporal, actor, entry_of(request), "decline")
    except Refusal as refusal:
        return over(request, refusal)
    return guest_page(request, "harmony/join_over.html", words="초대를 거절했습니다. 초대한 분에게 알려 드렸습니다.")
