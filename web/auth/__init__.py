"""Log-in, sessions, and who may open what."""

from fastapi import APIRouter, Depends, FastAPI

from models.auth.rules import LoggedOut, PasswordChangeNeeded
from models.auth.wording import SENTENCES
from models.identity.wording import SENTENCES as IDENTITY_SENTENCES
from web import errors
from web.auth import account, answers, api, authenticator, disclosures, login, recovery, steps
from web.auth.visitor import meet

router = APIRouter()
router.include_router(login.router)
router.include_router(login.members)
router.include_router(steps.router)
router.include_router(recovery.router)
router.include_router(account.router)
router.include_router(authenticator.router)
router.include_router(disclosures.router)
router.include_router(api.router, prefix="/api/v1")


def install(app: FastAPI) -> None:
    """Have every route of the program know its visitor, and refuse forged forms. Before routers are included."""
    app.router.dependencies.append(Depends(meet))
    app.add_exception_handler(LoggedOut, answers.logged_out)
    app.add_exception_handler(PasswordChangeNeeded, answers.password_change_needed)
    errors.add_sentences(SENTENCES, IDENTITY_SENTENCES)
