"""Files of a form: `<x>_upload` is kept, and its id goes into `<x>_file_id`."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from models import database
from models.files.rules import PAPER, FileRefusal
from models.files.wording import SENTENCES
from models.files.writes import stage_once
from models.processes.messages import Actor
from web.errors import sentence

UPLOAD, FILE_ID = "_upload", "_file_id"


async def keep(actor: Actor, data: FormData) -> tuple[FormData, dict[str, str]]:
    """The form with its uploads kept, and what is wrong with those that were not taken, by input name."""
    fields: dict[str, list[object]] = {}
    for name, value in data.multi_items():
        fields.setdefault(name, []).append(value)
    wrong: dict[str, str] = {}
    for name, values in list(fields.items()):
        upload = values[-1]
        if not name.endswith(UPLOAD) or not isinstance(upload, UploadFile):
            continue
        del fields[name]
        if upload.filename:
            content = await upload.read(PAPER.bytes_max + 1)
            await upload.close()
            try:
                kept = await run_in_threadpool(_stage, actor, upload.filename, content)
                fields[name.removesuffix(UPLOAD) + FILE_ID] = [str(kept)]
            except FileRefusal as refusal:
                wrong[name] = sentence(refusal, SENTENCES)
    return FormData([(name, value) for name, values in fields.items() for value in values]), wrong  # type: ignore[misc]


def _stage(actor: Actor, filename: str, content: bytes) -> int:
    with database.writing(actor) as session:
        return stage_once(session, actor.member_id, actor.company_id, filename, content, PAPER).id or 0
