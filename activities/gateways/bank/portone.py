"""예금주 조회 through PortOne's platform interface (V2, bank-accounts); the sandbox bank speaks the same."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import httpx2

from activities.gateways.asking import TIMEOUT_SECONDS, Rejected, Unavailable, ask, content
from activities.gateways.bank.interface import Account

BANKS = {
    "002": "KDB", "003": "IBK", "004": "KOOKMIN", "007": "SUHYUP", "011": "NONGHYUP", "012": "LOCAL_NONGHYUP",
    "020": "WOORI", "023": "STANDARD_CHARTERED", "027": "CITI", "031": "DAEGU", "032": "BUSAN", "034": "KWANGJU",
    "035": "JEJU", "037": "JEONBUK", "039": "KYONGNAM", "045": "KFCC", "048": "SHINHYUP", "050": "SAVINGS_BANK",
    "064": "NFCF", "071": "POST", "081": "HANA", "088": "SHINHAN", "089": "K_BANK", "090": "KAKAO", "092": "TOSS",
    "209": "YUANTA_SECURITIES", "218": "KB_SECURITIES", "238": "MIRAE_ASSET_SECURITIES", "240": "SAMSUNG_SECURITIES",
    "243": "KOREA_SECURITIES", "247": "NH_SECURITIES", "264": "KIWOOM_SECURITIES", "267": "DAISHIN_SECURITIES",
    "278": "SHINHAN_SECURITIES", "288": "KAKAO_PAY_SECURITIES",
}  # fmt: skip
"""금융기관 공동코드 -> the provider's name of the bank."""
BANK_SAYS_NO = "PLATFORM_EXTERNAL_API_FAILED"
"""The bank knows no such account."""
FROM_BANK = frozenset({502, 503})
"""With these statuses the provider passes on what the bank says."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop at the provider with the platform contract."""

    base_url: str
    secret: str = field(repr=False)
    test: bool = False


def account(url: str) -> Shop:
    """Read ``portone://<API secret>@api.portone.io[?test=1]``. Raises ValueError without a secret."""
    parts = urlsplit(url)
    if not parts.username or not parts.hostname:
        raise ValueError("BANK_URL needs a secret: portone://secret@api.portone.io")
    port = f":{parts.port}" if parts.port else ""
    return Shop(
        base_url=f"{'http' if parts.scheme == 'portone+http' else 'https'}://{parts.hostname}{port}",
        secret=unquote(parts.username),
        test=dict(parse_qsl(parts.query)).get("test") == "1",
    )


class PortOneBank:
    def __init__(self, at: Shop, transport: httpx2.BaseTransport | None = None) -> None:
        self.shop = at
        self.client = httpx2.Client(
            base_url=at.base_url,
            timeout=TIMEOUT_SECONDS,
            transport=transport,
            headers={"Authorization": f"PortOne {at.secret}"},
        )

    def holder(self, account: Account) -> str | None:
        name = BANKS.get(account.bank_code)
        if name is None:
            raise Rejected("bank_not_supported")
        query = {"birthdate": account.birth} if account.birth else {}
        if account.business and not account.birth:
            query = {"businessRegistrationNumber": account.business}
        if self.shop.test:
            query["test"] = "true"
        path = f"/platform/bank-accounts/{name}/{quote(account.number, safe='')}/holder"
        answer = ask(self.client, "GET", path, meant=FROM_BANK, params=query)
        said = content(answer)
        if answer.status_code < httpx2.codes.BAD_REQUEST:
            return _name(said)
        kind = str(said.get("type", answer.status_code))
        if kind == BANK_SAYS_NO:
            return None
        if answer.status_code in FROM_BANK:
            raise Unavailable(kind)
        raise Rejected(kind)


def _name(said: dict[str, Any]) -> str:
    name = said.get("holderName")
    if not isinstance(name, str) or not name.strip():
        raise Unavailable("no holder")
    return name.strip()
