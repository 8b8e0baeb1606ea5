"""The pages every kind of document has: the document itself and its acts."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import database
from models.files.rules import FileRefusal
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.files.writes import stage_once
from models.kernel.refusals import ActNotPossible, FieldErrors, NotFound, NotYourTurn, ReasonRequired, Refusal
from models.kernel.transitions import ProcessRules
from models.processes.messages import Actor, Evidence, SteppedUp
from web import forms
from web.acts import Wish, submit
from web.auth.audience import CurrentActor, require
from web.documents.kinds import WebKind
from web.documents.view import Seen, look, page_context
from web.errors import sentence
from web.render import page

Anybody = Annotated[Actor, require(media=True)]
"""Of kinds that have a page in Harmony too: its people follow messages here and are led there."""
UNPROCESSABLE = 422
AGENT_CHARS_MAX = 300


def act_name(path_part: str) -> str:
    """`complete-review` in an address is the act `complete_review`."""
    return path_part.replace("-", "_")


def document_router(web: WebKind) -> APIRouter:
    """Pages and acts of one kind under /<plural>."""
    router = APIRouter(prefix=f"/{web.kind.plural}", tags=[web.kind.words.name])

    def show(
        request: Request, actor: CurrentActor, document_id: int, receipt: Annotated[uuid.UUID | None, Query()] = None
    ) -> Response:
        return document_page(request, actor, web, document_id, receipt=receipt)

    def lead(
        request: Request, actor: Anybody, document_id: int, receipt: Annotated[uuid.UUID | None, Query()] = None
    ) -> Response:
        return document_page(request, actor, web, document_id, receipt=receipt)

    def ask(request: Request, actor: CurrentActor, document_id: int, act: str) -> Response:
        try:
            return act_page(request, actor, web, document_id, act_name(act), None)
        except (ActNotPossible, NotYourTurn) as refusal:
            return document_page(request, actor, web, document_id, refusal=refusal)

    async def do(request: Request, actor: CurrentActor, document_id: int, act: str) -> Response:
        return await perform(request, actor, web, document_id, act_name(act))

    key = web.kind.key
    page_of = lead if web.media_home else show
    router.add_api_route("/{document_id:int}", page_of, include_in_schema=False, name=f"{key}-page")
    router.add_api_route("/{document_id:int}/{act}", ask, include_in_schema=False, name=f"{key}-act-page")
    router.add_api_route("/{document_id:int}/{act}", do, methods=["POST"], include_in_schema=False, name=f"{key}-act")
    return router


def document_page(
    request: Request,
    actor: Actor,
    web: WebKind,
    document_id: int,
    *,
    receipt: uuid.UUID | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """The document as this person may see it; 404 for anybody else."""
    with database.reading(actor) as session:
        return answer(request, actor, web, look(session, actor, web, document_id, receipt), refusal)


def answer(request: Request, actor: Actor, web: WebKind, seen: Seen, refusal: Refusal | None = None) -> Response:
    """The page of what was found; a media partner is led to the page of its own portal where the kind has one."""
    if web.media_home is not None and actor.side == "media":
        return RedirectResponse(web.media_home(seen.document), 303)
    return page(request, web.template, status=refusal.status if refusal else 200, **page_context(seen, refusal))


def act_page(
    request: Request,
    actor: Actor,
    web: WebKind,
    document_id: int,
    act: str,
    form: Any,
    refusal: Refusal | None = None,
) -> Response:
    """The act as a page of its own: special acts, no scripts, and every input that could not be taken."""
    if act not in web.kind.rules.acts:
        raise NotFound
    with database.reading(actor) as session:
        seen = look(session, actor, web, document_id)
        document = seen.document
        move = web.kind.rules.move(document.status, act)
        web.kind.rules.next_status(document.status, act, actor.every_role)
        context = page_context(seen)
        context |= web.act_context(session, actor, document, act)
        context |= {
            "move": move,
            "act": act,
            "form": form or forms.blank(),
            "refused": sentence(refusal, web.kind.words.sentences) if refusal else "",
        }
        template = web.act_templates.get(act, "documents/act.html")
        failed = form is not None
        return page(request, template, status=UNPROCESSABLE if failed else 200, **context)


async def perform(request: Request, actor: Actor, web: WebKind, document_id: int, act: str) -> Response:
    """One press: keep, apply, go to the document."""
    if act not in web.kind.rules.acts:
        raise NotFound
    data = await request.form()
    model = web.kind.payload(act)
    parsed = forms.parse(model, data)
    try:
        parsed = forms.parse(model, await keep_uploads(web, actor, model, data))
        wish = wished(request, web, document_id, act, parsed)
        await submit(request.app.state.temporal, actor, wish)
    except Refusal as refusal:
        return await not_taken(request, actor, web, document_id, act, parsed, refusal)
    return taken(web, wish)


def taken(web: WebKind, wish: Wish) -> Response:
    """On to the document, which says what became of the act."""
    return RedirectResponse(f"/{web.kind.plural}/{wish.document_id}?receipt={wish.request_id}", 303)


async def not_taken(
    request: Request, actor: Actor, web: WebKind, document_id: int, act: str, parsed: Any, refusal: Refusal
) -> Response:
    """What was typed again, where another input would do; else the document as it is now. Raises NotFound."""
    if isinstance(refusal, NotFound):
        raise refusal
    if isinstance(refusal, FieldErrors | ReasonRequired | FileRefusal):
        shown = _at_fields(parsed, refusal, web)
        return await run_in_threadpool(act_page, request, actor, web, document_id, act, shown)
    if refusal.status == UNPROCESSABLE:
        at_field = "field" in refusal.detail
        shown = _at_fields(parsed, refusal, web) if at_field else parsed
        told = None if at_field else refusal
        return await run_in_threadpool(act_page, request, actor, web, document_id, act, shown, told)
    return await run_in_threadpool(document_page, request, actor, web, document_id, refusal=refusal)


def wished(request: Request, web: WebKind, document_id: int, act: str, parsed: Any) -> Wish:
    """The wish of a parsed form. Raises FieldErrors, ReasonRequired."""
    if parsed.value is None:
        raise FieldErrors({name: errors[0] for name, errors in parsed.errors.items()})
    return Wish(
        rules=web.kind.rules,
        table=web.kind.table,
        document_id=document_id,
        act=act,
        payload=completed(request, web.kind.rules, act, parsed.value),
        request_id=request_id_of(parsed.request_id),
        expected_version=int(parsed.version) if parsed.version else None,
    )


def completed(request: Request, rules: ProcessRules, act: str, payload: Any) -> Any:
    """The payload as it is kept, however it came: with a reason where the move needs one, and with where it came from.

    Evidence is the connection's, never the form's, and so is what a code opened. Raises ReasonRequired.
    """
    needed = any(move.reason for move in rules.moves if move.act == act)
    if needed and not getattr(payload, "reason", None):
        raise ReasonRequired
    if isinstance(payload, SteppedUp):
        return payload.model_copy(update={"stepped_up": False})
    if not isinstance(payload, Evidence):
        return payload
    ip = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")[:AGENT_CHARS_MAX]
    return payload.model_copy(update={"ip": ip, "agent": agent})


def request_id_of(text: str | None) -> uuid.UUID:
    """The form's request id. Raises FieldErrors for one that is none."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        raise FieldErrors({"request_id": "화면이 오래되었습니다. 새로 고친 뒤 다시 눌러 주세요."}) from None


def _at_fields(parsed: Any, refusal: Refusal, web: WebKind) -> Any:
    if isinstance(refusal, FieldErrors):
        return parsed.with_errors(refusal.errors)
    field = "reason" if isinstance(refusal, ReasonRequired) else str(refusal.detail.get("field", "upload"))
    return parsed.with_errors({field: sentence(refusal, web.kind.words.sentences, FILE_SENTENCES)})


async def keep_uploads(web: WebKind, actor: Actor, model: type[BaseModel], data: FormData) -> FormData:
    """The form with every `<x>_upload` kept and its id in `<x>_file_id`. Raises FileRefusal with its field."""
    fields = list(data.multi_items())
    for name in model.model_fields:
        upload = data.get(f"{name.removesuffix('_file_id')}_upload") if name.endswith("_file_id") else None
        if isinstance(upload, UploadFile) and upload.filename:
            content = await upload.read(web.upload_use(name).bytes_max + 1)
            await upload.close()
            kept = await run_in_threadpool(_stage, web, actor, name, upload.filename, content)
            fields = [(key, value) for key, value in fields if key != name] + [(name, str(kept))]
    return FormData(fields)


def _stage(web: WebKind, actor: Actor, name: str, filename: str, content: bytes) -> int | None:
    try:
        with database.writing(actor) as session:
            return stage_once(session, actor.member_id, actor.company_id, filename, content, web.upload_use(name)).id
    except FileRefusal as refusal:
        refusal.detail["field"] = f"{name.removesuffix('_file_id')}_upload"
        raise
