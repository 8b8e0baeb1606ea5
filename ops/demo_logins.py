"""The people of the demo data, printed with the ready line; the seed creates exactly these."""

from dataclasses import dataclass

PASSWORD = "Dongban2026!"  # noqa: S105 - of the demo people only, printed at every start


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One person to try the portals with; the one-time code arrives in the sandbox phone."""

    portal: str
    person: str
    login: str
    password: str = PASSWORD


LOGINS: tuple[DemoLogin, ...] = (
    DemoLogin("협력사", "(주)한빛네트웍스 김도윤 (주담당자)", "doyun.kim@hanbit.example"),
    DemoLogin("구매", "차지애 (구매담당자, 권준 대신도)", "amela.cha"),
    DemoLogin("구매", "최수현 (입고담당자)", "suhyun.choi"),
    DemoLogin("구매", "한지민 (검수담당자)", "jimin.han"),
    DemoLogin("구매", "정다은 (정산담당자)", "daeun.jung"),
)

OFFICE_LOGINS: tuple[DemoLogin, ...] = (DemoLogin("구매", "오민석 (관리자)", "minseok.oh"),)
"""Who looks after members, suppliers and policies; no document waits for them."""

HARMONY_LOGINS: tuple[DemoLogin, ...] = (
    DemoLogin("하모니", "박하늘 (크레딧 사용자, 역발행)", "haneul@media.example"),
    DemoLogin("하모니", "정새봄 (크레딧 사용자, 개인)", "saebom@media.example"),
    DemoLogin("구매", "서하린 (제휴담당자)", "harin.seo"),
)
"""People of the media partners, who log in at /harmony, and who looks after them."""

EVERYBODY = (*LOGINS, *OFFICE_LOGINS, *HARMONY_LOGINS)
