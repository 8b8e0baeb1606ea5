"""For tests of every domain: people who are verified already, and the way through the carrier's pages.

`verified` and `verified_email` put finished checks into the database; `InlineEngine` answers questions to the outside
worlds within the request; `through_pass` walks the sandbox carrier over HTTP, `pass_in_browser` in a browser.
"""

import asyncio
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx2
from starlette.testclient import TestClient
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.gateways.addresses.sample import SampleAddresses
from activities.gateways.identity import choice as identity_choice
from activities.gateways.identity.portone import PortOneIdentities
from activities.gateways.registry import choice as registry_choice
from activities.gateways.registry.odcloud import OdcloudRegistry
from activities.inquiries import Inquiries, Worlds
from models import clock, database
from models.auth.tokens import new_token, token_hash
from models.identity.hashing import identity_hash
from models.identity.messages import InquiryResult, InquiryStart, InquiryState, Person
from models.identity.rules import Purpose
from models.identity.tables import EmailCheck, IdentityCheck
from models.members.rules import Sex
from web.auth import cookies
from web.auth.cookies import Cookie
from web.sandbox.people import ci_of

SANDBOX = "http://sandbox.example"


@dataclass(frozen=True)
class Somebody:
    """A person as the carrier knows them."""

    name: str = "한가람"
    birth_date: dt.date = dt.date(1991, 3, 2)
    sex: Sex = Sex.FEMALE
    foreign_national: bool = False
    phone: str = "01077701234"
    born_as: str = ""
    """The name before 개명: the same person to the carrier."""

    @property
    def ci(self) -> str:
        return ci_of(self.born_as or self.name, self.birth_date, self.sex.value)

    @property
    def identity_hash(self) -> bytes:
        return identity_hash(self.ci)


SOMEBODY = Somebody()


def verified(purpose: Purpose | str, who: Somebody = SOMEBODY, *, at: dt.datetime | None = None) -> str:
    """A finished 본인인증; its token, for `browse_as` or `models.identity.writes.use`."""
    now = at or clock.now()
    token = new_token()
    person = Person(
        name=who.name,
        birth_date=who.birth_date,
        sex=who.sex,
        foreign_national=who.foreign_national,
        phone=who.phone,
    )
    with database.working() as session:
        session.add(
            IdentityCheck(
                token_hash=token_hash(token),
                provider_id=token,
                purpose=Purpose(purpose).value,
                next="/",
                state="verified",
                person=person.model_dump_json(),
                identity_hash=who.identity_hash,
                created_at=now,
                expires_at=now + dt.timedelta(minutes=15),
                verified_at=now,
            )
        )
    return token


def verified_email(email: str, *, at: dt.datetime | None = None) -> str:
    """A finished 이메일인증; its token."""
    now = at or clock.now()
    token = new_token()
    with database.working() as session:
        session.add(
            EmailCheck(
                token_hash=token_hash(token),
                email=email,
                secret="JBSWY3DPEHPK3PXP",
                created_at=now,
                sent_at=now,
                expires_at=now + dt.timedelta(minutes=10),
                verified_at=now,
            )
        )
    return token


def browse_as(client: Any, *, identity: str = "", email: str = "") -> None:
    """Give a client's browser the tokens of finished checks."""
    for cookie, token in ((Cookie.IDENTITY, identity), (Cookie.EMAIL, email)):
        if token:
            client.cookies.set(cookies.name_of(cookie), token)


class TestWorlds(Worlds):
    """The sandbox worlds of this process behind the gateways' own code."""

    __test__ = False

    def __init__(self, sandbox: TestClient) -> None:
        identities = PortOneIdentities(identity_choice.sandbox(SANDBOX))
        registry = OdcloudRegistry(registry_choice.sandbox(SANDBOX))
        for made in (identities, registry):
            made.client.close()
            made.client = sandbox
        self.__dict__.update(identities=identities, registry=registry, addresses=SampleAddresses())


class InlineEngine:
    """Stands where the engine's client stands: a question is answered by the activity itself, at once.

    `down`: the engine does not answer. What is not a question is refused loudly.
    """

    def __init__(self, worlds: Worlds) -> None:
        self.inquiries = Inquiries(worlds)
        self.down = False
        self.started: list[InquiryStart] = []

    async def start_workflow(self, workflow: str, start: InquiryStart, **_: Any) -> "InlineHandle":
        if self.down:
            raise RPCError("engine is away", RPCStatusCode.UNAVAILABLE, b"")
        assert workflow == "Inquiry"
        self.started.append(start)
        return InlineHandle(lambda: self.inquiries.answer_inquiry(start))


@dataclass
class InlineHandle:
    answer: Callable[[], InquiryResult]

    async def result(self) -> InquiryResult:
        try:
            return await asyncio.to_thread(self.answer)
        except ApplicationError:
            return InquiryResult(state=InquiryState.AWAY)


def through_pass(
    sandbox: TestClient | httpx2.Client, address: str, who: Somebody = SOMEBODY, *, method: str = "SMS"
) -> str:
    """Walk the carrier's pages as a person does, from the address the portal leads to; the address it leads back to."""
    page = sandbox.get(address)
    assert page.status_code == 200, page.text
    base = urlsplit(str(page.url)).path
    consents = dict.fromkeys(("agree_privacy", "agree_number", "agree_carrier", "agree_service"), "1")
    _went(sandbox.post(base, data={"operator": "SKT", "method": method, **consents}))
    _went(
        sandbox.post(
            f"{base}/person",
            data={
                "name": who.name,
                "birth_date": f"{who.birth_date:%Y%m%d}",
                "sex": who.sex.value,
                "nationality": "foreign" if who.foreign_national else "korean",
                "phone": who.phone,
            },
        )
    )
    answer = {"answer": "approve"} if method == "APP" else {"code": pass_code(sandbox, who.phone)}
    _went(sandbox.post(f"{base}/code", data=answer))
    done = sandbox.get(f"{base}/done").text
    back = re.search(r'href="([^"]+)" data-back', done)
    assert back is not None, done
    return unescape(back[1])


def _went(answer: Any) -> None:
    assert answer.status_code in {200, 303}, answer.text


def pass_code(sandbox: TestClient | httpx2.Client, phone: str) -> str:
    """The newest code the carrier sent to a phone."""
    for message in sandbox.get(f"/phone/{phone}/messages").json():
        if found := re.search(r"\[(\d{6})\]", message["text"]):
            return found[1]
    raise AssertionError(f"no code at {phone}")


def pass_in_browser(page: Any, sandbox: str, who: Somebody = SOMEBODY, *, method: str = "SMS") -> None:
    """Playwright: from the page that leads to the carrier through its pages, back to the portal."""
    page.wait_for_url(f"{sandbox}/pass/**")
    page.check("input[name=operator][value=SKT]", force=True)
    page.check(f"input[name=method][value={method}]", force=True)
    for name in ("agree_privacy", "agree_number", "agree_carrier", "agree_service"):
        page.check(f"input[name={name}]")
    page.click("button:has-text('다음')")
    page.fill("input[name=name]", who.name)
    page.fill("input[name=birth_date]", f"{who.birth_date:%Y%m%d}")
    page.check(f"input[name=sex][value={who.sex.value}]", force=True)
    nationality = "foreign" if who.foreign_national else "korean"
    page.check(f"input[name=nationality][value={nationality}]", force=True)
    page.fill("input[name=phone]", who.phone)
    page.click("button.go")
    if method == "APP":
        page.click("button:has-text('승인')")
    else:
        with httpx2.Client(base_url=sandbox) as client:
            code = pass_code(client, who.phone)
        page.fill("input[name=code]", code)
        page.click("button:has-text('확인')")
    page.wait_for_url(lambda address: not address.startswith(sandbox))
