"""본인인증, 이메일인증 and the address search: for guests and for people who are logged in.

Other pages use `start`, `checked`, `token`, `email_token`, `forget`.
"""

from fastapi import APIRouter

from web.identity import addresses, emails, pages
from web.identity.checks import checked, email_token, forget, start, token

__all__ = ["checked", "email_token", "forget", "router", "start", "token"]

router = APIRouter()
for part in (pages.router, emails.router, addresses.router):
    router.include_router(part)
