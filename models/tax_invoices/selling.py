"""정발행: an invoice of what the house itself supplied, to a company, a person or a foreigner.

Drafted here and signed at the hub with the house's own certificate; no partner sees it.
"""

import datetime as dt

from sqlmodel import Session

from models.etax.document import Invoice
from models.kernel.calendar import local_date
from models.kernel.roles import Role
from models.members.house import HOUSE
from models.processes.messages import Actor
from models.processes.writes import audit
from models.tax_invoices import drafting, queries, rules
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.messages import Sale
from models.tax_invoices.rules import Direction
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.writes import Frame, new_draft

NO_PARTNER = 0


def previewed(session: Session, actor: Actor, sale: Sale, now: dt.datetime) -> Invoice:
    """The document `draft_sale` would make. Raises NotYourTurn, FutureWrittenOn, BuyerNumberWrong."""
    actor.must_hold(Role.SETTLEMENT)
    rules.check_written_on(sale.written_on, local_date(now))
    return drafting.of_sale(sale, HOUSE, queries.person(session, actor.member_id))


def draft_sale(session: Session, actor: Actor, sale: Sale, now: dt.datetime) -> TaxInvoice:
    """A draft, its process started; 「발급 요청」 is the officer's next act. Raises what `previewed` raises."""
    content = previewed(session, actor, sale, now)
    first, more = content.lines[0].name, len(content.lines) - 1
    frame = Frame(
        title=f"{first} 외 {more}건 ({content.buyer.name})" if more else f"{first} ({content.buyer.name})",
        company_id=NO_PARTNER,
        company_name=HOUSE.name,
        case_key="",
        direction=Direction.FORWARD,
    )
    made = new_draft(session, actor, content, frame, now)
    audit(session, actor, TAX_INVOICE.key, made, "create", {"buyer_kind": made.buyer_kind})
    return made
