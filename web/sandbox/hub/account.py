"""The supplier's side of the hub: 회원정보, 인증서 관리, 국세청 전송 설정."""

from starlette.responses import Response
from starlette.routing import Route

from web.sandbox.hub import authority, companies
from web.sandbox.hub.core import UnknownKey
from web.sandbox.hub.pages import Visit, go, seen

PASSWORD_MIN, PASSWORD_MAX = 4, 40


@seen
async def member(visit: Visit) -> Response:
    """GET /hub/member: 회원정보."""
    return await visit.page("member.html", send_modes=companies.SEND_MODES)


@seen
async def show_upgrade(visit: Visit) -> Response:
    """GET /hub/member/upgrade: what a full member is, before one becomes it."""
    return await visit.page("upgrade.html")


@seen
async def upgrade(visit: Visit) -> Response:
    """POST /hub/member/upgrade: 정회원 전환, once the terms are agreed to."""
    async with visit.form() as form:
        is_agreed = form.get("agree") == "1"
    if not is_agreed:
        return await visit.page("upgrade.html", 422, errors={"agree": "이용약관에 동의해 주세요."})
    await companies.set_membership(visit.hub, visit.company["registration_number"], "full")
    return go("/hub/member?said=member")


@seen
async def settings(visit: Visit) -> Response:
    """GET /hub/settings: 국세청 전송 설정."""
    return await visit.page("settings.html", send_modes=companies.SEND_MODES)


@seen
async def take_settings(visit: Visit) -> Response:
    """POST /hub/settings."""
    async with visit.form() as form:
        mode = str(form.get("send_mode", ""))
    if mode not in companies.SEND_MODES:
        errors = {"send_mode": "전송 방법을 골라 주세요."}
        return await visit.page("settings.html", 422, send_modes=companies.SEND_MODES, errors=errors)
    await companies.set_send_mode(visit.hub, visit.company["registration_number"], mode)
    return go("/hub/settings?said=settings")


@seen
async def certificates(visit: Visit) -> Response:
    """GET /hub/certificates: 인증서 관리."""
    return await _certificates_page(visit)


async def _certificates_page(visit: Visit, status: int = 200, **errors: str) -> Response:
    return await visit.page(
        "certificates.html",
        status,
        certificates=await authority.certificates(visit.hub, visit.company),
        lives=authority.LIVES,
        now=visit.hub.now(),
        demo_password=authority.DEMO_PASSWORD,
        errors=errors,
    )


@seen
async def issue_certificate(visit: Visit) -> Response:
    """POST /hub/certificates: a new one from the practice authority."""
    async with visit.form() as form:
        life, password = str(form.get("life", "")), str(form.get("password", ""))
    if life not in authority.LIVES:
        return await _certificates_page(visit, 422, life="유효기간을 골라 주세요.")
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return await _certificates_page(visit, 422, password="인증서 비밀번호는 4~40자입니다.")  # noqa: S106
    await authority.issue(visit.hub, visit.company, life, password)
    return go("/hub/certificates?said=certificate")


@seen
async def download(visit: Visit) -> Response:
    """GET /hub/certificates/{number}.p12."""
    row = await authority.one(visit.hub, visit.company, visit.request.path_params["number"])
    if row is None:
        raise UnknownKey
    name = f"attachment; filename={row['registration_number']}-{row['id']}.p12"
    headers = {"content-disposition": name, "cache-control": "no-store"}
    return Response(bytes(row["pkcs12"]), media_type="application/x-pkcs12", headers=headers)


ROUTES = [
    Route("/hub/member", member),
    Route("/hub/member/upgrade", show_upgrade),
    Route("/hub/member/upgrade", upgrade, methods=["POST"]),
    Route("/hub/settings", settings),
    Route("/hub/settings", take_settings, methods=["POST"]),
    Route("/hub/certificates", certificates),
    Route("/hub/certificates", issue_certificate, methods=["POST"]),
    Route("/hub/certificates/{number:int}.p12", download),
]
