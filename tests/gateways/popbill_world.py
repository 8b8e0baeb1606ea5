"""A small Popbill: linkhub's door with its signature, and tax invoices in the shapes and codes of the real one."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from activities.gateways.tax_hub import popbill
from activities.gateways.tax_hub.interface import Standing, TaxHub
from tests.gateways.hub_world import SUPPLIER
from tests.gateways.stubs import Answer, Asked, World

LINK, SECRET, CORP = "DONGBAN", "c2VjcmV0IG9mIHRoZSBwYXJ0bmVy", "1208147521"
NOW = "2026-11-22T00:00:00Z"
STAMP = "20261122091500"
OK: Answer = (200, {"code": 1, "message": "성공"})
NO_DOCUMENT: Answer = (400, {"code": -11000005, "message": "문서번호에 해당하는 세금계산서가 존재하지 않습니다."})
WRONG_STATE: Answer = (400, {"code": -11000001, "message": "요청을 처리할 수 없는 상태입니다."})
KEY_USED: Answer = (400, {"code": -11001042, "message": "이미 사용 중인 문서번호입니다."})
NO_CERTIFICATE: Answer = (400, {"code": -10002009, "message": "인증서가 등록되지 않았습니다."})
APPROVAL = "20261122410000730000a1b2"

# From where an act leads where; Popbill says no to everything else.
ACTS = {
    "REQUEST": ({100}, 210),
    "CANCELREQUEST": ({210}, 510),
    "CANCELISSUE": ({310, 311}, 600),
    "NTS": ({310, 311, 315}, 313),
}


@dataclass
class Popbill(World):
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    memos: dict[str, str] = field(default_factory=dict)
    xml: dict[str, str] = field(default_factory=dict)
    mails: list[tuple[str, str]] = field(default_factory=list)
    certificates: dict[str, str | None] = field(default_factory=dict)
    tokens: int = 0
    away: bool = False
    fixed: Answer | None = None
    lost: int = 0
    """So many answers are still lost after what they tell was done."""

    def answer(self, asked: Asked) -> Answer:
        if self.away:
            return 503, b"<html>Service Unavailable</html>"
        if asked.path == "/Time":
            return 200, NOW.encode()
        if asked.path.endswith("/Token"):
            return self._token(asked)
        if self.fixed is not None:
            return self.fixed
        said = self._service(asked)
        if self.lost and asked.method == "POST":
            self.lost -= 1
            return 502, b"<html>Bad Gateway</html>"
        return said

    def _token(self, asked: Asked) -> Answer:
        posted = json.dumps(asked.body)
        digest = base64.b64encode(hashlib.sha256(posted.encode()).digest()).decode()
        target = f"POST\n{digest}\n{asked.headers['x-lh-date']}\n2.0\n{asked.path}"
        signed = base64.b64encode(hmac.new(base64.b64decode(SECRET), target.encode(), hashlib.sha256).digest()).decode()
        if asked.headers["authorization"] != f"LINKHUB {LINK} {signed}" or asked.path != "/POPBILL_TEST/Token":
            return 401, {"code": -99010020, "message": "signature mismatch"}
        self.tokens += 1
        return 200, {
            "session_token": f"token-{asked.body['access_id']}",
            "serviceID": "POPBILL_TEST",
            "linkID": LINK,
            "usercode": asked.body["access_id"],
            "ipaddress": "127.0.0.1",
            "expiration": "2026-11-22T00:30:00.000Z",
            "scope": asked.body["scope"],
        }

    def _service(self, asked: Asked) -> Answer:
        if asked.path == "/Join":
            member = asked.query["CorpNum"][0] in self.certificates
            return 200, {"code": int(member), "message": "가입" if member else "미가입"}
        if not asked.headers.get("authorization", "").startswith("Bearer token-"):
            return 401, {"code": -99003008, "message": "no token"}
        if asked.asks == "cfg=CERT":
            until = self.certificates.get(asked.headers["authorization"].removeprefix("Bearer token-"))
            return (200, {"certificateExpiration": until}) if until else NO_CERTIFICATE
        if asked.path == "/Taxinvoice":
            return self._request(asked)
        return self._document(asked, unquote(asked.path).removeprefix("/Taxinvoice/BUY/"))

    def _request(self, asked: Asked) -> Answer:
        assert asked.headers["x-http-method-override"] == "REQUEST"
        key = asked.body["invoiceeMgtKey"]
        if key in self.documents:
            return KEY_USED
        if asked.body["invoicerCorpNum"] not in self.certificates:
            return 400, {"code": -11001045, "message": "공급자가 팝빌회원이 아닙니다."}
        self.documents[key], self.states[key] = asked.body, 210
        return OK

    def _document(self, asked: Asked, key: str) -> Answer:
        if key not in self.documents:
            return NO_DOCUMENT
        if asked.method == "GET":
            return 200, self._shown(asked.asks, key)
        what = asked.headers["x-http-method-override"]
        if what == "EMAIL":
            self.mails.append((key, asked.body["receiver"]))
            return OK
        before, after = ACTS[what]
        if self.states[key] not in before:
            return WRONG_STATE
        self.states[key] = after
        return OK

    def _shown(self, asks: str, key: str) -> dict[str, Any]:
        if asks == "Detail":
            return self.documents[key]
        if asks == "XML":
            return {"code": 1, "message": "", "retObject": self.xml[key]}
        document, state = self.documents[key], self.states[key]
        issued = 300 <= state < 400 or state == 600
        return {
            "itemKey": "022112209150000001",
            "stateCode": state,
            "taxType": document["taxType"],
            "purposeType": document["purposeType"],
            "modifyCode": document["modifyCode"],
            "issueType": "역발행",
            "lateIssueYN": False,
            "interOPYN": False,
            "writeDate": document["writeDate"],
            "invoicerCorpName": document["invoicerCorpName"],
            "invoicerCorpNum": document["invoicerCorpNum"],
            "invoicerMgtKey": None,
            "invoicerPrintYN": False,
            "invoiceeCorpName": document["invoiceeCorpName"],
            "invoiceeCorpNum": document["invoiceeCorpNum"],
            "invoiceeMgtKey": key,
            "invoiceePrintYN": False,
            "closeDownState": None,
            "closeDownStateDate": None,
            "supplyCostTotal": document["supplyCostTotal"],
            "taxTotal": document["taxTotal"],
            "issueDT": STAMP if issued else None,
            "stateDT": STAMP,
            "openYN": False,
            "openDT": None,
            "stateMemo": self.memos.get(key),
            "regDT": STAMP,
            "ntsresult": {314: "성공", 315: "실패"}.get(state),
            "ntsconfirmNum": APPROVAL if issued else None,
            "ntssendDT": STAMP if state in {313, 314, 315} else None,
            "ntsresultDT": STAMP if state in {314, 315} else None,
            "ntssendErrCode": {314: "SUC001", 315: "SYN001"}.get(state),
        }

    def url(self) -> str:
        place = f"127.0.0.1:{self.port}"
        return f"popbill+http://{LINK}:{SECRET}@{place}?corp={CORP}&test=1&auth={place}"


class PopbillOffice:
    def __init__(self, world: Popbill) -> None:
        self.world = world
        world.certificates[SUPPLIER] = "20271122235959"
        self.hub: TaxHub = popbill.PopbillHub(popbill.account(world.url()))
        self.signed: list[str] = []

    def sign(self, key: str) -> None:
        self.signed.append(key)
        self.world.states[key] = 310
        self.world.xml[key] = f'<?xml version="1.0" encoding="UTF-8"?><TaxInvoice>{APPROVAL} 가람</TaxInvoice>'

    def refuse(self, key: str, reason: str) -> None:
        self.world.states[key], self.world.memos[key] = 410, reason

    def transmit(self, key: str, *, well: bool) -> None:
        self.world.states[key] = 314 if well else 315

    def go_away(self) -> None:
        self.world.away = True

    def lose_answers(self, count: int) -> None:
        self.world.lost = count

    def set_standing(self, number: str, standing: Standing) -> None:
        self.world.certificates.pop(number, None)
        if standing is not Standing.NONE:
            self.world.certificates[number] = "20271122235959" if standing is Standing.FULL else None

    def issued_times(self, key: str) -> int:
        return self.signed.count(key)

    def reminded(self, key: str) -> int:
        return sum(1 for one, _ in self.world.mails if one == key)
