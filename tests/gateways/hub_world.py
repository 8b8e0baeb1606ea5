"""The sandbox hub inside the test process, with a clock and a wire of the test's own."""

import dataclasses
import datetime as dt
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, LiteralString, TypeVar

from starlette.testclient import TestClient

from activities.gateways.tax_hub.interface import Standing, TaxHub
from activities.gateways.tax_hub.sandbox import Account, SandboxHub
from models import clock
from models.etax.codes import PaymentMeans, Purpose
from models.etax.document import Invoice, Line, Payment
from models.settings import settings
from tests.etax import papers
from web.sandbox import store
from web.sandbox.app import create
from web.sandbox.hub import authority, clockwork, companies, signing
from web.sandbox.hub.core import SWITCHES, Hub, Told, UnknownKey, Weather
from web.sandbox.hub.machine import Act

NOW = dt.datetime(2026, 11, 22, 0, 15, tzinfo=dt.UTC)
SUPPLIER = papers.SUPPLIER_NUMBER
HOUSE = "http://house.example/hooks/tax-hub"
Answered = TypeVar("Answered")
Posted = tuple[bytes, dict[str, str]]


def invoice(supply: int = 1_000_000) -> Invoice:
    """A request for one line of a chair and a half more than one."""
    tax = supply // 10
    line = Line(
        position=1,
        name="사무용 의자",
        spec="A-1",
        quantity=Decimal("2.50"),
        unit_price=Decimal(supply) / Decimal("2.5"),
        amount=supply,
        tax=tax,
        supplied_on=dt.date(2026, 11, 15),
    )
    return Invoice(
        written_on=dt.date(2026, 11, 20),
        type_code="0101",
        supplier=papers.SUPPLIER,
        buyer=papers.BUYER,
        charge_total=supply,
        tax_total=tax,
        grand_total=supply + tax,
        lines=(line,),
        purpose=Purpose.CLAIM,
        payments=(Payment(PaymentMeans.CREDIT, supply + tax),),
    )


class SandboxOffice:
    """The hub, its people and its machines. Nothing there happens by itself: `tick` does what is due by its clock."""

    def __init__(self, world: TestClient) -> None:
        self.world = world
        self.desk: Hub = world.app.state.hub  # type: ignore[attr-defined]
        made = SandboxHub(Account("http://sandbox.example", settings().tax_hub_key))
        world.headers["authorization"] = made.client.headers["authorization"]
        made.client.close()
        made.client = world
        self.hub: TaxHub = made

    @classmethod
    @contextmanager
    def open(cls, url: str, wire: "Wire | None" = None) -> Iterator["SandboxOffice"]:
        """An empty hub on the database at `url`, in fair weather, quick; `wire` takes its messages to the house."""
        sent = wire or Wire()
        config = settings()

        def make_hub(kept: store.Store) -> Hub:
            known = Told(config.tax_hub_key, config.tax_hub_secret, HOUSE, "http://sandbox.example")
            return Hub(kept, known, now=clock.now, post=sent.post, chance=random.Random(7))  # noqa: S311 - weather

        with TestClient(create(url, make_hub), base_url="http://sandbox.example") as world:
            office = cls(world)
            office.run(
                "TRUNCATE hub.document, hub.change, hub.message, hub.mail, hub.certificate, hub.session, hub.company"
            )
            office.weather(**dataclasses.asdict(Weather(pace="instant")))
            yield office

    def call(self, work: Callable[..., Awaitable[Answered]], *given: Any) -> Answered:
        portal = self.world.portal
        assert portal is not None
        return portal.call(work, *given)

    def run(self, statement: LiteralString, *values: Any) -> None:
        self.call(self.desk.kept.run, statement, *values)

    def weather(self, **switches: Any) -> None:
        for name, value in switches.items():
            assert name in SWITCHES
            self.run(f"UPDATE hub.weather SET {name} = %s WHERE id = 1", value)  # noqa: S608

    def tick(self) -> int:
        """Until nothing more is due; how many things that were."""
        done = 0
        while step := self.call(clockwork.tick, self.desk):
            done += step
        return done

    def sign(self, key: str) -> None:
        row = self.call(self.desk.document, key)
        company = self.call(companies.company, self.desk, row["supplier"])
        assert company is not None
        own = self.call(authority.certificates, self.desk, company)[0]
        self.call(signing.sign, self.desk, company, row, bytes(own["pkcs12"]), own["password"])

    def refuse(self, key: str, reason: str) -> None:
        self.call(self.desk.move, key, Act.REFUSE, "공급자", reason, {"reason": reason})

    def transmit(self, key: str, *, well: bool) -> None:
        self.weather(fail_next=0 if well else 1)
        self.tick()

    def go_away(self, until: dt.datetime | None = None) -> None:
        self.weather(down_until=until or clock.now() + dt.timedelta(days=1))

    def lose_answers(self, count: int) -> None:
        self.weather(lost_percent=100 if count else 0)

    def set_standing(self, number: str, standing: Standing) -> None:
        self.weather(newcomers=standing.value)
        self.run("DELETE FROM hub.company WHERE registration_number = %s", number)
        if standing is not Standing.NONE:
            self.call(companies.enrol, self.desk, papers.SUPPLIER, standing.value)

    def issued_times(self, key: str) -> int:
        return sum(1 for change in self.call(self.desk.changes, key) if change["state"] == "ISSUED")

    def standing(self) -> dict[str, tuple[str, int]]:
        """Of every document the hub holds: its state, and how many times it was issued."""
        rows = self.call(
            self.desk.kept.rows,
            "SELECT d.key, d.state, count(c.*) FILTER (WHERE c.state = 'ISSUED') AS issued"
            " FROM hub.document d LEFT JOIN hub.change c ON c.key = d.key GROUP BY d.key, d.state",
        )
        return {row["key"]: (str(row["state"]), int(row["issued"])) for row in rows}

    def reminded(self, key: str) -> int:
        found = self.call(self.desk.kept.rows, "SELECT key FROM hub.mail WHERE key LIKE %s", f"{key}/%")
        return len(found)

    def state_of(self, key: str) -> str | None:
        """What the hub itself holds."""
        try:
            return str(self.call(self.desk.document, key)["state"])
        except UnknownKey:
            return None


class Wire:
    """Between the hub and the house: keeps what was sent; a test may put a house at its end."""

    def __init__(self, house: Callable[[bytes, Mapping[str, str]], Awaitable[int]] | None = None) -> None:
        self.sent: list[Posted] = []
        self.house = house

    async def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert address == HOUSE
        self.sent.append((body, dict(headers)))
        return 202 if self.house is None else await self.house(body, headers)
