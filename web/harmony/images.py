"""프로필 이미지: taken from a form, shown to oneself and to those one shares a space with."""

from typing import Any

from starlette.concurrency import run_in_threadpool

from models import database
from models.files.rules import FileKind, Use
from models.files.writes import stage_once
from models.processes.messages import Actor
from web.forms import Parsed

IMAGE = Use(frozenset({FileKind.JPEG, FileKind.PNG}), 5 * 1024 * 1024)


async def keep_image(actor: Actor, form: Parsed[Any], name: str = "image") -> int | None:
    """The id of the uploaded image, None without one. Raises FileRefusal."""
    found = form.files.get(name)
    if not found:
        return None
    upload = found[0]
    content = await upload.read(IMAGE.bytes_max + 1)
    await upload.close()
    return await run_in_threadpool(_stage, actor, upload.filename or "", content)


def _stage(actor: Actor, filename: str, content: bytes) -> int | None:
    with database.writing(actor) as session:
        return stage_once(session, actor.member_id, None, filename, content, IMAGE).id
