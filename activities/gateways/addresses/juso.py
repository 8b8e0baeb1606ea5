"""Road addresses from business.juso.go.kr (addrLinkApi)."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2

from activities.gateways.asking import TIMEOUT_SECONDS, Rejected, Unavailable, ask, content
from models.identity.messages import Address, Addresses

PATH = "/addrlink/addrLinkApi.do"
GOOD = "0"
TOO_BROAD = frozenset({"E0006", "E0010", "E0011", "E0012", "E0013"})
"""Keyword unclear, or more results than the service gives: a longer keyword helps."""
SYSTEM = frozenset({"-999"})


@dataclass(frozen=True, slots=True)
class Account:
    base_url: str
    key: str = field(repr=False)


def account(url: str) -> Account:
    """Read ``juso://<confirmation key>@business.juso.go.kr``. Raises ValueError without a key."""
    parts = urlsplit(url)
    if not parts.username or not parts.hostname:
        raise ValueError("ADDRESS_URL needs a key: juso://key@business.juso.go.kr")
    port = f":{parts.port}" if parts.port else ""
    scheme = "http" if parts.scheme == "juso+http" else "https"
    return Account(base_url=f"{scheme}://{parts.hostname}{port}", key=unquote(parts.username))


class JusoAddresses:
    def __init__(self, at: Account, transport: httpx2.BaseTransport | None = None) -> None:
        self.account = at
        self.client = httpx2.Client(base_url=at.base_url, timeout=TIMEOUT_SECONDS, transport=transport)

    def search(self, keyword: str, page: int, size: int) -> Addresses:
        query = {
            "confmKey": self.account.key,
            "currentPage": page,
            "countPerPage": size,
            "keyword": keyword,
            "resultType": "json",
        }
        answer = ask(self.client, "GET", PATH, params=query)
        results = content(answer).get("results")
        if not isinstance(results, dict) or "common" not in results:
            raise Unavailable("no results")
        code = str(results["common"].get("errorCode", ""))
        if code in TOO_BROAD:
            return Addresses(total=0, page=page, too_broad=True)
        if code in SYSTEM:
            raise Unavailable(code)
        if code != GOOD:
            raise Rejected(code)
        rows = tuple(_address(row) for row in results.get("juso") or ())
        return Addresses(total=int(results["common"].get("totalCount") or 0), page=page, rows=rows)


def _address(row: dict[str, Any]) -> Address:
    return Address(
        zip_code=str(row["zipNo"]),
        road=str(row.get("roadAddr") or row["roadAddrPart1"]),
        lot=str(row.get("jibunAddr", "")),
        building=str(row.get("bdNm", "")),
    )
