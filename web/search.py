"""Search over all documents from the top bar: numbers, titles, items, partners; what one may see only."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import or_
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import catalog, database
from models.kernel.numbers import parse_number
from models.kernel.text import clean_line
from models.processes.kinds import Kind
from models.processes.messages import Actor
from models.processes.queries import visible_to
from web.auth.audience import CurrentActor
from web.render import page

router = APIRouter(include_in_schema=False)

FOUND_MAX = 10
SEARCHED: dict[str, tuple[str, ...]] = {
    "contract": ("number", "title", "company_name"),
    "order": ("number", "title", "company_name"),
    "delivery": ("order_number", "item_name"),
    "inspection": ("order_number", "item_name"),
    "settlement": ("number", "title", "company_name", "evidence_number"),
    "tax_invoice": ("number", "title", "company_name", "approval_number"),
    "credit_report": ("number", "company_name", "group_name", "approval_number"),
    "change": ("number", "company_name"),
    "withdrawal": ("number", "company_name"),
    "signup": ("number", "company_name", "applicant_name", "business_number"),
    "conversion": ("number", "company_name"),
    "invitation": ("number", "company_name", "space_name"),
}
NUMBERED = (
    "contract",
    "order",
    "settlement",
    "tax_invoice",
    "change",
    "withdrawal",
    "signup",
    "conversion",
    "invitation",
)


@router.get("/search")
def search(request: Request, actor: CurrentActor, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """A document number leads straight to the document; anything else is looked for in every kind."""
    words = clean_line(q)
    with database.reading(actor) as session:
        exact = _by_number(session, actor, words)
        if len(exact) == 1:
            kind, document = exact[0]
            return RedirectResponse(kind.link(document), 303)
        kinds = [kind for key, kind in catalog.KINDS.items() if words and key in SEARCHED]
        found = [(kind, _matching(session, actor, kind, words)) for kind in kinds]
        return page(
            request,
            "documents/search.html",
            words=words,
            groups=[(kind, rows) for kind, rows in found if rows],
            found_max=FOUND_MAX,
        )


def _by_number(session: Session, actor: Actor, words: str) -> list[tuple[Kind, Any]]:
    number = parse_number(words.split(maxsplit=1)[0].upper()) if words else None
    if number is None:
        return []
    hits = []
    for key in NUMBERED:
        kind = catalog.KINDS[key]
        table: Any = kind.table
        rows = visible_to(actor, table).where(col(table.number) == words.split(maxsplit=1)[0].upper())
        hits += [(kind, row) for row in session.execute(rows.limit(FOUND_MAX)).scalars()]
    return hits


def _matching(session: Session, actor: Actor, kind: Kind, words: str) -> Sequence[Any]:
    table: Any = kind.table
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    anywhere = or_(*(col(getattr(table, name)).ilike(like) for name in SEARCHED[kind.key]))
    rows = visible_to(actor, table).where(anywhere).order_by(col(table.id).desc()).limit(FOUND_MAX)
    found: Sequence[Any] = session.execute(rows).scalars().all()
    return found
