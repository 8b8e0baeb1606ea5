"""Harmony: the media partners' portal, and the 제휴담당자's pages about it."""

from fastapi import APIRouter, FastAPI

from models.harmony.rules import StepUpNeeded
from models.harmony.wording import SENTENCES
from web import errors
from web.harmony import announcements, forgotten, home, joining, login, me, public, spaces, stepup
from web.harmony.credits import router as credit_pages
from web.harmony.invitations import WEB

__all__ = ["WEB", "install", "router"]

router = APIRouter()
for part in (
    public.router,
    announcements.router,
    login.router,
    forgotten.router,
    joining.router,
    home.router,
    me.router,
    stepup.router,
    spaces.router,
    credit_pages,
):
    router.include_router(part)


def install(app: FastAPI) -> None:
    """추가인증 leads to its page and back."""
    app.add_exception_handler(StepUpNeeded, stepup.needed)
    errors.add_sentences(SENTENCES)
