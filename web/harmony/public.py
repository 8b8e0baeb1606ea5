"""What Harmony shows to everybody: its front page and what its footer links to."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.announcements import queries as announcements
from models.processes.lifetimes import Lifetime, amount, words
from models.terms import queries as terms
from models.terms.rules import TermsAudience
from web.auth.audience import anyone
from web.harmony.doors import member_of
from web.harmony.home import home
from web.render import page

router = APIRouter(prefix="/harmony", include_in_schema=False, dependencies=[anyone("Harmony's front page and terms")])


@router.get("")
def front(request: Request) -> Response:
    """What Harmony is; for its people what is theirs."""
    actor = member_of(request)
    if actor is not None:
        return home(request, actor)
    with database.web() as session:
        notices = announcements.front(session, None, clock.now())
    return page(request, "harmony/front.html", announcements=notices)


@router.get("/terms")
def show_terms(request: Request) -> Response:
    """「이용약관」."""
    return _texts(request, "이용약관", "service")


@router.get("/privacy")
def show_privacy(request: Request) -> Response:
    """「개인정보처리방침」."""
    return _texts(request, "개인정보처리방침", "privacy")


def _texts(request: Request, title: str, key: str) -> Response:
    with database.web() as session:
        items = [item for item in terms.current(session, TermsAudience.MEDIA) if item.key == key]
    return page(request, "harmony/texts.html", title=title, items=items)


@router.get("/contact")
def show_contact(request: Request) -> Response:
    """「문의하기」."""
    return page(request, "harmony/contact.html")


@router.get("/help")
def show_help(request: Request) -> Response:
    """「도움말」."""
    with database.web() as session:
        life = words(Lifetime.INVITATION, amount(session, Lifetime.INVITATION))
    return page(request, "harmony/help.html", invitation_life=life)
