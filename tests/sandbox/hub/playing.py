"""A hub in this process with a clock, luck and a network of the test's own."""

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.testclient import TestClient

from models.etax import build
from models.etax.codes import BusinessType, Purpose
from models.etax.document import Contact, Invoice, Line, Party
from web.sandbox import store
from web.sandbox.app import create
from web.sandbox.hub import authority, clockwork, companies, core, signing
from web.sandbox.hub.machine import Act

START = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
"""A Friday, 11:00 in Seoul."""
KEY, SECRET = "the key", "the secret"
WEBHOOK = "http://house.example/hooks/tax-hub"
API = "/hub/api/v1"
SUPPLIER, BUYER = "1248100998", "1208147521"


@dataclass
class Posted:
    """A message as it left the hub."""

    at: dt.datetime
    body: bytes
    headers: Mapping[str, str]


@dataclass
class Playing:
    """The hub, everything it sent, and the hands that move it."""

    client: TestClient
    hub: core.Hub
    now: dt.datetime
    posted: list[Posted] = field(default_factory=list)
    answer: Callable[[Posted], int] = lambda _: 202

    def run(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run something of the hub's in its own event loop."""
        assert self.client.portal is not None
        return self.client.portal.call(work)

    def tick(self, seconds: float = 0) -> int:
        """Let time pass at once, then let the hub do what is due, until nothing is."""
        self.now += dt.timedelta(seconds=seconds)
        done = 0
        while step := self.run(lambda: clockwork.tick(self.hub)):
            done += step
        return done

    def go_on(self, until: dt.datetime) -> None:
        """Let the hub live through the time until then, thing by thing, each at its own moment."""
        while (due := self.run(lambda: clockwork.next_due(self.hub))) is not None and due <= until:
            self.now = max(self.now, due)
            self.tick()
        self.now = until
        self.tick()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The API with the right key; the answer."""
        return self.client.request(method, f"{API}{path}", json=body, headers={"authorization": f"Bearer {KEY}"})

    def file(self, key: str, draft: Invoice | None = None, **more: Any) -> Any:
        """A request for a signature; the answer."""
        contact = {"name": "김서명", "email": "sign@supplier.example", "phone": "02-123-4567"}
        xml = build.build(draft or invoice()).decode()
        return self.call("PUT", f"/documents/{key}", {"direction": "reverse", "xml": xml, "contact": contact} | more)

    def state(self, key: str) -> str:
        return str(self.call("GET", f"/documents/{key}").json()["state"])

    def forget(self) -> None:
        """Documents, members, messages and mails are gone, and the weather is fine."""

        async def go() -> None:
            tables = "hub.company, hub.document, hub.change, hub.mail, hub.message, hub.session, hub.certificate"
            async with self.hub.kept.pool.connection() as connection:
                await connection.execute(f"TRUNCATE {tables}, sandbox.delivery")
            await self.hub.set_weather(core.Weather())

        self.run(go)

    def weather(self, **switches: Any) -> None:
        """Set the operator's switches by their names."""

        async def put() -> None:
            await self.hub.set_weather(dataclasses.replace(await self.hub.weather(), **switches))

        self.run(put)

    def sign(self, key: str) -> None:
        """The supplier signs with its newest certificate."""

        async def go() -> None:
            row = await self.hub.document(key)
            company = await companies.company(self.hub, row["supplier"])
            assert company is not None
            made = (await authority.certificates(self.hub, company))[0]
            await signing.sign(self.hub, company, row, bytes(made["pkcs12"]), made["password"])

        self.run(go)

    def refuse(self, key: str, reason: str) -> None:
        """The supplier refuses."""

        async def go() -> None:
            row = await self.hub.document(key)
            company = await companies.company(self.hub, row["supplier"])
            assert company is not None
            await signing.withdraw(self.hub, company, row, Act.REFUSE, reason)

        self.run(go)


@contextmanager
def playing(url: str, start: dt.datetime = START, seed: int = 7) -> Iterator[Playing]:
    """The sandbox worlds on that database, the hub's clock standing at `start`."""
    made: list[Playing] = []

    def now() -> dt.datetime:
        return made[0].now

    async def post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert address == WEBHOOK
        sent = Posted(now(), body, headers)
        made[0].posted.append(sent)
        return made[0].answer(sent)

    def make(kept: store.Store) -> core.Hub:
        known = core.Told(KEY, SECRET, WEBHOOK, "http://sandbox.example")
        hub = core.Hub(kept, known, now, post, random.Random(seed))  # noqa: S311 - a test's luck
        made.append(Playing(client, hub, start))
        return hub

    client = TestClient(create(url, make), base_url="http://sandbox.example")
    with client:
        yield made[0]


def invoice(supply: int = 500_000, **changes: Any) -> Invoice:
    """A request as the house sends it: Kakao asks 한빛네트웍스 for its signature."""
    supplier = Party(
        registration_number=SUPPLIER,
        name="한빛네트웍스 주식회사",
        representative="정하늘",
        address="서울특별시 마포구 월드컵북로 400",
        business_type="정보통신업",
        business_class="소프트웨어 개발",
        contacts=(Contact("경영지원", "김서명", "02-123-4567", "sign@supplier.example"),),
    )
    buyer = Party(
        registration_number=BUYER,
        kind=BusinessType.BUSINESS,
        name="주식회사 카카오",
        representative="정신아",
        address="제주특별자치도 제주시 첨단로 242",
        business_type="정보통신업",
        business_class="포털 및 기타 인터넷 정보매개 서비스업",
        contacts=(Contact("정산", "박정산", "1577-3321", "settle@kakao.example"),),
    )
    tax = supply // 10
    made = Invoice(
        written_on=dt.date(2026, 11, 20),
        type_code="0101",
        purpose=Purpose.CLAIM,
        supplier=supplier,
        buyer=buyer,
        charge_total=supply,
        tax_total=tax,
        grand_total=supply + tax,
        lines=(Line(1, supply, tax, name="서버 랙 설치", supplied_on=dt.date(2026, 11, 20)),),
    )
    return dataclasses.replace(made, **changes)
