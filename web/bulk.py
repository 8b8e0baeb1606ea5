"""「일괄」: one press over many documents is one command each, sharing a batch id, with a result per row (ADR 5)."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import catalog, database
from models.kernel.refusals import FieldErrors, NotFound, Refusal
from models.processes.kinds import Kind
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.processes.tables import Command
from web import forms
from web.acts import Wish, decided, submit
from web.auth.audience import CurrentActor
from web.documents.routes import act_name, completed, request_id_of
from web.errors import sentence
from web.render import page

router = APIRouter(include_in_schema=False)

ROWS_MAX = 200
TOGETHER = 8


@router.post("/{plural}/bulk/{act}")
async def bulk_act(request: Request, actor: CurrentActor, plural: str, act: str) -> Response:
    """Apply an act to every ticked row; one that is refused holds up no other."""
    kind = next((kind for kind in catalog.KINDS.values() if kind.plural == plural), None)
    if kind is None or act_name(act) not in kind.words.act:
        raise NotFound
    form = await request.form(max_fields=5000)
    batch = request_id_of(str(form.get("request_id", "")))
    picks = [str(pick) for pick in form.getlist("selected")]
    if not picks:
        raise FieldErrors({"selected": "처리할 문서를 먼저 선택해 주세요."})
    if len(picks) > ROWS_MAX:
        raise FieldErrors({"selected": f"한 번에 {ROWS_MAX}건까지 처리할 수 있습니다."})
    payload = forms.parse(kind.payload(act_name(act)), form)
    if payload.value is None:
        raise FieldErrors({name: errors[0] for name, errors in payload.errors.items()})
    kept = completed(request, kind.rules, act_name(act), payload.value)
    await run_bulk(request.app.state.temporal, actor, kind, act_name(act), picks, kept, batch)
    return RedirectResponse(f"/bulk/{batch}", 303)


async def run_bulk(
    client: Any, actor: Actor, kind: Kind, act: str, picks: Sequence[str], payload: Any, batch: uuid.UUID
) -> None:
    """Submit each pick (`id:version`), a few at a time; outcomes are read from the commands."""
    limit = asyncio.Semaphore(TOGETHER)

    async def one(pick: str) -> None:
        document_id, _, version = pick.partition(":")
        wish = Wish(
            rules=kind.rules,
            table=kind.table,
            document_id=int(document_id) if document_id.isdecimal() else 0,
            act=act,
            payload=payload,
            request_id=uuid.uuid5(batch, f"{kind.key}/{document_id}/{act}"),
            expected_version=int(version) if version.isdecimal() else None,
            batch_id=batch,
        )
        async with limit:
            try:
                await submit(client, actor, wish)
            except Refusal:
                # Kept with its command; the result page shows it at its row.
                return

    await asyncio.gather(*(one(pick) for pick in dict.fromkeys(picks)))


@router.get("/bulk/{batch_id}")
def bulk_result(request: Request, actor: CurrentActor, batch_id: uuid.UUID) -> Response:
    """What became of each row."""
    with database.reading(actor) as session:
        mine = select(Command).where(col(Command.batch_id) == batch_id, col(Command.actor_id) == actor.member_id)
        commands = session.execute(mine.order_by(col(Command.id))).scalars().all()
        if not commands:
            raise NotFound
        kind = catalog.KINDS[commands[0].kind]
        ids = [command.document_id for command in commands]
        found = session.execute(visible_to(actor, kind.table).where(col(kind.table.id).in_(ids))).scalars()
        documents = {document.id: document for document in found}
        rows = [_result(kind, command, documents[command.document_id]) for command in commands]
        return page(
            request,
            "documents/bulk.html",
            kind=kind,
            words=kind.words.act[commands[0].act],
            rows=rows,
            done=sum(row["state"] == "done" for row in rows),
            refused=sum(row["state"] == "refused" for row in rows),
            back=f"/{kind.plural}",
        )


def _result(kind: Kind, command: Command, document: Any) -> dict[str, Any]:
    decision = decided(command)
    refusal = decision.refusal if decision else None
    return {
        "number": kind.number(document),
        "title": kind.title(document),
        "link": kind.link(document),
        "state": command.state,
        "status": kind.words.status[document.status],
        "tone": kind.words.tone[document.status],
        "why": sentence(refusal, kind.words.sentences) if refusal else "",
    }
