"""문서 확인: is this file, byte for byte, a finished contract of ours?"""

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.contracts import queries
from models.contracts.kind import CONTRACT
from models.files.rules import PDF_ONLY
from models.files.store import digest
from models.kernel.wording import file_size
from models.processes.messages import Actor
from web import forms
from web.auth.audience import CurrentActor
from web.render import page

router = APIRouter(prefix="/verify", tags=["문서 확인"], include_in_schema=False)
UNPROCESSABLE = 422


@router.get("")
def ask(request: Request, actor: CurrentActor) -> Response:  # noqa: ARG001 - for people who are logged in
    """The form."""
    return page(request, "contracts/verify.html", form=forms.blank(), checked=None)


@router.post("")
async def check(request: Request, actor: CurrentActor) -> Response:
    """The answer: the contract it belongs to, or that no finished paper this person may see is this file."""
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return _asked_again(request, "확인할 PDF 파일을 골라 주세요.")
    data = await upload.read(PDF_ONLY.bytes_max + 1)
    await upload.close()
    if len(data) > PDF_ONLY.bytes_max:
        return _asked_again(request, f"{file_size(PDF_ONLY.bytes_max)} 이하의 파일을 올려 주세요.")
    found = await run_in_threadpool(_checked, actor, upload.filename, data)
    return page(request, "contracts/verify.html", form=forms.blank(), checked=found)


def _asked_again(request: Request, words: str) -> Response:
    form = forms.blank().with_errors({"file": words})
    return page(request, "contracts/verify.html", status=UNPROCESSABLE, form=form, checked=None)


def _checked(actor: Actor, name: str, data: bytes) -> dict[str, Any]:
    sha256 = digest(data)
    with database.reading(actor) as session:
        found = queries.finished_with(session, actor, sha256)
    answer: dict[str, Any] = {"name": name, "sha256": sha256, "contract": None}
    if found is not None:
        contract, paper = found
        answer |= {
            "contract": contract,
            "paper": paper,
            "number": CONTRACT.number(contract),
            "link": CONTRACT.link(contract),
        }
    return answer
