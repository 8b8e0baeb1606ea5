"""정발행: an invoice the supplier writes by itself, to sign and hand to its customer as a file."""

import dataclasses
import datetime as dt
import re
import secrets

from starlette.responses import Response
from starlette.routing import Route

from models.etax import build, parse
from models.etax.codes import BusinessType, Form, Purpose, Trade
from models.etax.document import Contact, Invoice, Line, Party, type_code
from models.etax.faults import Malformed
from web.sandbox.hub import filing
from web.sandbox.hub.core import one_line
from web.sandbox.hub.machine import SEOUL
from web.sandbox.hub.pages import Visit, go, seen

KINDS = {
    "0101": "세금계산서 (10%)",
    "0102": "세금계산서 (영세율)",
    "0301": "계산서 (면세)",
}
PURPOSES = {Purpose.CLAIM: "청구", Purpose.RECEIPT: "영수"}
TAXED = type_code(Form.INVOICE, Trade.GENERAL)
AMOUNT = re.compile(r"[0-9]{1,13}", re.ASCII)
FIELDS = (
    *("buyer_number", "buyer_name", "buyer_person", "buyer_email"),
    *("kind", "purpose", "written_on", "item", "supply", "remark"),
)


@seen
async def show(visit: Visit) -> Response:
    """GET /hub/write."""
    buyer = (await _last(visit)).buyer
    typed = dict.fromkeys(FIELDS, "") | {
        "buyer_number": buyer.registration_number,
        "buyer_name": buyer.name,
        "buyer_person": buyer.representative,
        "buyer_email": buyer.contacts[0].email if buyer.contacts else "",
        "written_on": _today(visit).isoformat(),
        "kind": TAXED,
        "purpose": str(Purpose.CLAIM),
    }
    return await _page(visit, typed)


async def _page(visit: Visit, typed: dict[str, str], errors: dict[str, str] | None = None) -> Response:
    facts = {"typed": typed, "kinds": KINDS, "purposes": PURPOSES, "today": _today(visit).isoformat()}
    return await visit.page("write.html", 422 if errors else 200, errors=errors or {}, **facts)


def _today(visit: Visit) -> dt.date:
    return visit.hub.now().astimezone(SEOUL).date()


async def _last(visit: Visit) -> Invoice:
    """The newest document of the company, whose parties the next one will mostly have."""
    row = await visit.hub.kept.one(
        "SELECT xml FROM hub.document WHERE supplier = %s ORDER BY id DESC LIMIT 1",
        visit.company["registration_number"],
    )
    assert row is not None  # noqa: S101 - one is a member since its first document
    return parse.parse(bytes(row["xml"]))


@seen
async def take(visit: Visit) -> Response:
    """POST /hub/write: a document of its own, waiting for its signature."""
    async with visit.form() as form:
        typed = {name: one_line(str(form.get(name, ""))) for name in FIELDS}
    errors = _wrong(typed)
    if errors:
        return await _page(visit, typed, errors)
    last = await _last(visit)
    try:
        xml = build.build(_invoice(typed, last))
        invoice = filing.read(xml, _today(visit))
    except Malformed as wrong:
        return await _page(visit, typed, {"all": wrong.sentence})
    except filing.Invalid as wrong:
        return await _page(visit, typed, {"all": " ".join(one.sentence for one in wrong.violations)})
    key = f"F{_today(visit):%Y%m%d}-{secrets.token_hex(4)}"
    asked = filing.Asked(key=key, direction="forward", xml="", contact={}, memo="")
    row = filing.row_of(asked, invoice, visit.hub.now()) | {"xml": xml}
    await visit.hub.insert(row, visit.company["name"], await visit.hub.weather())
    return go(f"/hub/documents/{key}?said=written")


def _wrong(typed: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not filing.NUMBER.fullmatch(_digits(typed["buyer_number"])):
        errors["buyer_number"] = "사업자등록번호 10자리를 입력해 주세요."
    for name, words in (("buyer_name", "상호를"), ("buyer_person", "대표자를"), ("item", "품목을")):
        if not typed[name]:
            errors[name] = f"{words} 입력해 주세요."
    if not filing.ADDRESS.fullmatch(typed["buyer_email"]):
        errors["buyer_email"] = "이메일을 입력해 주세요."
    if not AMOUNT.fullmatch(_digits(typed["supply"])):
        errors["supply"] = "공급가액을 원 단위 숫자로 입력해 주세요."
    if typed["kind"] not in KINDS or typed["purpose"] not in PURPOSES:
        errors["kind"] = "종류와 영수/청구를 골라 주세요."
    try:
        dt.date.fromisoformat(typed["written_on"])
    except ValueError:
        errors["written_on"] = "작성일자를 입력해 주세요."
    return errors


def _digits(typed: str) -> str:
    return re.sub(r"[\s,-]", "", typed)


def _invoice(typed: dict[str, str], last: Invoice) -> Invoice:
    supply = int(_digits(typed["supply"]))
    # Whole won, the rest cut off.
    tax = supply // 10 if typed["kind"] == TAXED else 0
    day = dt.date.fromisoformat(typed["written_on"])
    return Invoice(
        written_on=day,
        type_code=typed["kind"],
        purpose=Purpose(typed["purpose"]),
        supplier=filing.signer(last),
        buyer=_buyer(typed, last.buyer),
        charge_total=supply,
        tax_total=tax,
        grand_total=supply + tax,
        lines=(Line(1, supply, tax, name=typed["item"], supplied_on=day),),
        remarks=(typed["remark"],) if typed["remark"] else (),
    )


def _buyer(typed: dict[str, str], known: Party) -> Party:
    """Whom it goes to; address and trade only of the one that is known."""
    number = _digits(typed["buyer_number"])
    said = Party(
        registration_number=number,
        kind=BusinessType.BUSINESS,
        name=typed["buyer_name"],
        representative=typed["buyer_person"],
        contacts=(Contact(email=typed["buyer_email"]),),
    )
    if number != known.registration_number:
        return said
    first = known.contacts[0] if known.contacts else Contact()
    contacts = (dataclasses.replace(first, email=typed["buyer_email"]),)
    return dataclasses.replace(known, name=said.name, representative=said.representative, contacts=contacts)


ROUTES = [
    Route("/hub/write", show),
    Route("/hub/write", take, methods=["POST"]),
]
