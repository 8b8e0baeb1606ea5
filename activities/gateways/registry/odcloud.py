"""사업자등록 상태조회 and 진위확인 of the tax service at api.odcloud.kr; the sandbox registry speaks the same."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2

from activities.gateways.asking import TIMEOUT_SECONDS, Rejected, Unavailable, ask, content
from activities.gateways.registry.interface import Business
from models.identity.messages import Match, Standing, StandingState

PATH = "/api/nts-businessman/v1"
STATES = {"01": StandingState.ACTIVE, "02": StandingState.SUSPENDED, "03": StandingState.CLOSED}
VALID = "01"
GOOD = "OK"


@dataclass(frozen=True, slots=True)
class Account:
    base_url: str
    key: str = field(repr=False)


def account(url: str) -> Account:
    """Read ``odcloud://<service key, percent-encoded>@api.odcloud.kr``. Raises ValueError without a key."""
    parts = urlsplit(url)
    if not parts.username or not parts.hostname:
        raise ValueError("REGISTRY_URL needs a service key: odcloud://key@api.odcloud.kr")
    port = f":{parts.port}" if parts.port else ""
    scheme = "http" if parts.scheme == "odcloud+http" else "https"
    return Account(base_url=f"{scheme}://{parts.hostname}{port}", key=unquote(parts.username))


class OdcloudRegistry:
    def __init__(self, at: Account, transport: httpx2.BaseTransport | None = None) -> None:
        self.account = at
        self.client = httpx2.Client(base_url=at.base_url, timeout=TIMEOUT_SECONDS, transport=transport)

    def status(self, numbers: Sequence[str]) -> list[Standing]:
        said = self._ask("status", {"b_no": list(numbers)})
        known = {row["b_no"]: _standing(row) for row in said}
        return [known.get(number, Standing(number=number, state=StandingState.UNKNOWN)) for number in numbers]

    def match(self, businesses: Sequence[Business]) -> list[Match]:
        asked = [
            {
                "b_no": one.number,
                "start_dt": f"{one.opened_on:%Y%m%d}",
                "p_nm": one.representative,
                "p_nm2": "",
                "b_nm": one.name,
                "corp_no": "",
                "b_sector": "",
                "b_type": "",
                "b_adr": "",
            }
            for one in businesses
        ]
        said = {row["b_no"]: row.get("valid") == VALID for row in self._ask("validate", {"businesses": asked})}
        return [Match(number=one.number, matches=said.get(one.number, False)) for one in businesses]

    def _ask(self, what: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        # The key travels in the address, as this service wants it; nothing of ours logs addresses.
        query = {"serviceKey": self.account.key, "returnType": "JSON"}
        answer = ask(self.client, "POST", f"{PATH}/{what}", params=query, json=body)
        said = content(answer)
        if answer.status_code >= httpx2.codes.BAD_REQUEST or said.get("status_code") != GOOD:
            raise Rejected(str(said.get("status_code") or said.get("code") or answer.status_code))
        rows = said.get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "b_no" in row for row in rows):
            raise Unavailable("no data")
        return rows


def _standing(row: dict[str, Any]) -> Standing:
    state = STATES.get(str(row.get("b_stt_cd", "")), StandingState.UNKNOWN)
    registered = state is not StandingState.UNKNOWN
    return Standing(
        number=str(row["b_no"]),
        state=state,
        # For unknown numbers this field holds a sentence, not a kind of tax.
        tax_type=str(row.get("tax_type", "")) if registered else "",
        closed_on=_day(str(row.get("end_dt", ""))),
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None
    except ValueError:
        return None
