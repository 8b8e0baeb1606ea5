"""What the 주담당자 does at once: the request is made and approved in one press."""

import uuid

from starlette.requests import Request

from models.kernel.refusals import NotFound, Refusal
from models.processes.kinds import Kind
from models.processes.messages import Actor
from web.acts import Wish, submit

PRESS = uuid.UUID("6f0d3c1e-5b8a-4f0e-9a52-1c4f6d0c2b7a")
"""Names the second half of a press, so that a press sent twice decides once."""


async def approve_now(request: Request, actor: Actor, kind: Kind, document_id: int) -> bool:
    """Approve what this press has just made; False while the engine has not answered.

    A refused request is called back, so that it stands in nobody's way. Raises the refusal.
    """
    try:
        decision = await submit(request.app.state.temporal, actor, _wish(kind, document_id, "approve"))
    except NotFound:
        raise
    except Refusal:
        await submit(request.app.state.temporal, actor, _wish(kind, document_id, "cancel"))
        raise
    return not decision.pending


def _wish(kind: Kind, document_id: int, act: str) -> Wish:
    return Wish(
        rules=kind.rules,
        table=kind.table,
        document_id=document_id,
        act=act,
        payload=kind.payload(act)(),
        request_id=uuid.uuid5(PRESS, f"{kind.key}/{document_id}/{act}"),
        expected_version=None,
    )
