"""A settlement's tax invoices, as its page shows them."""

from typing import Any

from sqlmodel import Session

from models.kernel.roles import Role
from models.processes.messages import Actor
from models.settlements.tables import Settlement
from models.tax_invoices import queries, writes
from models.tax_invoices.rules import DEAD
from models.tax_invoices.wording import REASON, WORDS


def of_settlement(session: Session, actor: Actor, settlement: Settlement) -> dict[str, Any]:
    """`invoice_rows`: (relation, invoice) pairs; `may_invoice`: whether one can be asked for now."""
    rows = queries.of_settlement(session, actor, settlement.id or 0)
    live = any(row.amendment_reason is None and row.status not in DEAD for row in rows)
    officer = Role.SETTLEMENT in actor.every_role
    return {
        "invoice_rows": [(REASON[row.amendment_reason] if row.amendment_reason else "원본", row) for row in rows],
        "invoice_words": WORDS,
        "may_invoice": officer and not live and not writes.why_not(settlement),
    }
