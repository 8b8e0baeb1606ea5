"""「저장」 of something new: pressed twice, or sent again because no answer came, it makes one thing."""

import uuid
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from models.processes import writes
from models.processes.messages import Actor
from web.forms import Parsed


def once(session: Session, actor: Actor, kind: str, form: Parsed[Any], make: Callable[[], Any]) -> int:
    """The id of the row this form made (0: none), now or at its first press.

    Raises RequestReused and what `make` raises.
    """
    saving = _saving(kind, form)
    if saving is None:
        made = make()
        return (made.id if made else None) or 0
    before = writes.saved_before(session, actor, saving)
    if before is not None:
        return before
    made = make()
    session.flush()
    writes.keep_saving(session, actor, saving, made)
    return (made.id if made else None) or 0


def _saving(kind: str, form: Parsed[Any]) -> writes.Saving | None:
    try:
        request_id = uuid.UUID(form.request_id)
    except ValueError:
        return None
    return writes.Saving(kind, request_id, form.value.model_dump(mode="json") if form.value else {})
