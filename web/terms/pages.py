"""The full text of one version, for everybody."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.kernel.refusals import NotFound
from models.terms import queries
from web.auth.audience import anyone
from web.render import page

router = APIRouter(include_in_schema=False, dependencies=[anyone("people read the terms before they join")])


@router.get("/terms/{terms_id}")
def show_terms(request: Request, terms_id: int) -> Response:
    """「이용약관 전문」 「동의서 전문」: also of versions no longer in force, for those who agreed to them."""
    with database.web() as session:
        terms = queries.version(session, terms_id)
    if terms is None or terms.withdrawn_at is not None:
        raise NotFound
    return page(request, "terms/text.html", terms=terms, ahead=terms.effective_at > clock.now())
