"""「내 할 일」, the front page, a case's whole course, receipts, and the live streams."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from models import catalog, clock, database, inbox, record
from models.announcements import queries as announcements
from models.auth import queries as sessions
from models.auth.messages import Visit
from models.kernel.refusals import NotFound, Refusal
from models.kernel.transitions import Move
from models.processes import queries
from models.processes.messages import Actor
from models.processes.timeline import case_entries
from web.acts import read_decision
from web.auth.answers import HARMONY, SEE_OTHER
from web.auth.audience import CurrentActor, CurrentVisit, require
from web.documents.view import live_mark
from web.errors import sentence
from web.render import page

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 20
HOME_TASKS = 5
HOME_EVENTS = 8
RETRY_FULL_SECONDS = 30
Check = Callable[[], bool]
Reader = Annotated[Actor, require(media=True)]
"""Anybody with a document open: Harmony's people too."""


@router.get("/inbox")
def show_inbox(
    request: Request, actor: CurrentActor, kind: str | None = None, p: Annotated[int, Query(ge=1, le=500)] = 1
) -> Response:
    """Every step that waits on this person."""
    with database.reading(actor) as session:
        counts = inbox.counts(session, actor)
        tasks = inbox.tasks(session, actor, kind, offset=(p - 1) * PAGE_SIZE, limit=PAGE_SIZE)
        total = counts.get(kind, 0) if kind in catalog.KINDS else sum(counts.values())
        return page(
            request,
            "documents/inbox.html",
            tasks=tasks,
            kinds=catalog.KINDS,
            kind=kind if kind in catalog.KINDS else "",
            counts_by_kind=counts,
            total=total,
            page_number=p,
            pages=max(1, -(-total // PAGE_SIZE)),
            actor=actor,
            bulk=bulk_acts(tasks, actor, request.app.state.act_pages) if kind in catalog.KINDS else [],
        )


def bulk_acts(tasks: Sequence[inbox.Task], actor: Actor, act_pages: Mapping[str, frozenset[str]]) -> list[Move]:
    """Acts that can be pressed for many of these documents at once: a button each, no page or reason of their own."""
    moves = [
        move
        for task in tasks
        for move in task.kind.rules.acts_for(task.document.status, actor.every_role)
        if move.primary and not move.reason and move.act not in act_pages[task.kind.key]
    ]
    return list({move.act: move for move in moves}.values())


@router.get("/")
def show_home(request: Request, actor: Annotated[Actor, require(media=True)]) -> Response:
    """What waits first, and what happened lately; Harmony's people have a front page of their own."""
    if actor.side == "media":
        return RedirectResponse(HARMONY, SEE_OTHER)
    with database.reading(actor) as session:
        return page(
            request,
            "documents/home.html",
            tasks=inbox.tasks(session, actor, limit=HOME_TASKS),
            counts_by_kind=inbox.counts(session, actor),
            events=record.latest_events(session, actor, HOME_EVENTS),
            kinds=catalog.KINDS,
            actor=actor,
            announcements=announcements.front(session, actor.side, clock.now()),
        )


@router.get("/cases/{case_key}")
def show_case(request: Request, actor: CurrentActor, case_key: str) -> Response:
    """The whole course of a case, contract to payment, over all its documents."""
    with database.reading(actor) as session:
        events = record.case_events(session, actor, case_key)
        if not events:
            raise NotFound
        documents = []
        for kind in catalog.KINDS.values():
            for document in queries.case_documents(session, actor, kind.table, case_key):
                documents.append((kind, document))  # noqa: PERF401 - pairs read clearer as a loop
        return page(
            request,
            "documents/case.html",
            case_key=case_key,
            documents=documents,
            timeline=case_entries(catalog.KINDS, events),
        )


@router.get("/receipts/{request_id}")
def show_receipt(request: Request, actor: Reader, request_id: uuid.UUID) -> Response:
    """접수증: who pressed what, when, and what became of it."""
    command, decision = read_decision(actor, request_id)
    kind = catalog.KINDS[command.kind]
    with database.reading(actor) as session:
        document = queries.visible_document(session, actor, kind.table, command.document_id)
        return page(
            request,
            "documents/receipt.html",
            command=command,
            decision=decision,
            kind=kind,
            document=document,
            refused=sentence(decision.refusal, kind.words.sentences) if decision.refusal else "",
        )


@router.get("/live/me")
async def live_me(request: Request, actor: CurrentActor, visit: CurrentVisit) -> Response:
    """Changes anywhere this person may look: the bell, the inbox."""
    return _stream(request, actor, "all", lambda: _is_live(actor, visit))


@router.get("/live/{kind}/{document_id}")
async def live_document(
    request: Request,
    actor: Reader,
    visit: CurrentVisit,
    kind: str,
    document_id: int,
    seen: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Changes of one document while its page is open; it ends when it may no longer be seen."""
    if kind not in catalog.KINDS:
        raise NotFound

    def visible() -> bool:
        return _is_live(actor, visit) and _may_see(actor, kind, document_id)

    if not await run_in_threadpool(visible):
        raise NotFound

    def missed() -> bool:
        return bool(seen) and seen != _mark(actor, kind, document_id)

    return _stream(request, actor, f"{kind}/{document_id}", visible, missed)


def _is_live(actor: Actor, visit: Visit) -> bool:
    """A stream ends with its session: log-out, revocation, expiry."""
    with database.reading(actor) as session:
        return sessions.is_live(session, actor, visit.session_id, clock.now())


def _mark(actor: Actor, kind: str, document_id: int) -> str:
    with database.reading(actor) as session:
        table = catalog.KINDS[kind].table
        document = queries.shown_document(session, actor, table, document_id)
        return live_mark(document, queries.pending(session, document.workflow_id, actor))


def _may_see(actor: Actor, kind: str, document_id: int) -> bool:
    try:
        with database.reading(actor) as session:
            queries.visible_document(session, actor, catalog.KINDS[kind].table, document_id)
    except Refusal:
        return False
    return True


def _stream(request: Request, actor: Actor, topic: str, visible: Check, missed: Check = lambda: False) -> Response:
    hub = request.app.state.live
    if hub.is_full:
        return Response(status_code=503, headers={"Retry-After": str(RETRY_FULL_SECONDS)})
    return StreamingResponse(
        hub.stream(topic, actor.company_id, visible, missed),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
