"""The terms: full text for everybody, versions for administrators, what a form agreed to."""

from fastapi import APIRouter

from models.terms.wording import SENTENCES
from web import errors
from web.terms import pages, versions
from web.terms.forms import agreed

__all__ = ["agreed", "router"]

router = APIRouter()
router.include_router(versions.router)
router.include_router(pages.router)
errors.add_sentences(SENTENCES)
