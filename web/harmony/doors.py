"""What the ways into Harmony share: the entry's cookie, the page before there is a session, and the session."""

import asyncio
import datetime as dt
import uuid
from typing import Annotated, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError

from models import clock
from models.auth import writes as sessions
from models.harmony import entries
from models.harmony.messages import OidcAnswer, OidcTask
from models.harmony.rules import AWAY, ENTRY_LIFE, ProviderAway, ProviderRefused
from models.kernel.roles import Role
from models.processes.messages import Actor
from web.auth import cookies
from web.auth.answers import SEE_OTHER
from web.auth.audience import require
from web.auth.cookies import Cookie
from web.auth.login import STEPS_PAGE, caller_of, go_on
from web.auth.visitor import csrf_of, visit_of
from web.render import page
from workflows.runtime.client import reaching
from workflows.steps import EXTERNAL

MediaActor = Annotated[Actor, require(Role.MEDIA)]
"""A person of Harmony who is logged in."""
PROVIDER_SECONDS = 12.0


def entry_of(request: Request) -> str:
    return cookies.read(request, Cookie.ENTRY)


def member_of(request: Request) -> Actor | None:
    """The member of Harmony this browser is logged in as; people of the procurement portal are guests here."""
    visit = visit_of(request)
    return visit.actor if visit is not None and visit.actor.side == "media" else None


def remember(answer: Response, token: str) -> None:
    cookies.write(answer, Cookie.ENTRY, token, ENTRY_LIFE)


def guest_page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """A page with forms for somebody who may not be logged in."""
    token = csrf_of(request)
    answer = page(request, template, status=status, keys={"csrf": token}, **context)
    if visit_of(request) is None:
        cookies.write(answer, Cookie.FORM, token)
    return answer


def go(target: str) -> RedirectResponse:
    return RedirectResponse(target, SEE_OTHER)


async def ask_provider(client: Client, task: OidcTask) -> OidcAnswer:
    """What the provider says, through the worker. Raises ProviderAway, ProviderRefused."""
    asked = client.execute_workflow(
        "OidcInquiry",
        task,
        id=f"oidc/{task.entry_id}/{task.task}/{uuid.uuid4().hex[:8]}",
        task_queue=EXTERNAL,
        result_type=OidcAnswer,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        execution_timeout=dt.timedelta(seconds=PROVIDER_SECONDS),
    )
    try:
        with reaching():
            answer: OidcAnswer = await asyncio.wait_for(asked, PROVIDER_SECONDS)
    except (TimeoutError, RPCError) as error:
        raise ProviderAway from error
    if answer.refused:
        raise ProviderAway if answer.refused == AWAY else ProviderRefused(why=answer.refused)
    return answer


async def enter(request: Request, login: str, target: str, *, entry: str = "") -> Response:
    """The session of somebody who proved who they are, or the page of what must be decided before (재동의, 휴면)."""
    answer = await run_in_threadpool(_enter, request, login, target)
    if entry:
        await run_in_threadpool(entries.finish, entry, clock.now())
        cookies.clear(answer, Cookie.ENTRY)
    return answer


def _enter(request: Request, login: str, target: str) -> Response:
    token = sessions.begin_verified(login, caller_of(request), clock.now())
    answer = go_on(request, token, target)
    if answer.headers.get("location", "").startswith(STEPS_PAGE):
        cookies.write(answer, Cookie.CHALLENGE, token)
    return answer
