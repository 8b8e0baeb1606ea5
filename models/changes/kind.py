"""The change request as one kind of document."""

from models.changes.messages import PAYLOADS
from models.changes.rules import RULES
from models.changes.tables import ChangeRequest
from models.changes.wording import SUBJECT, WORDS
from models.processes.kinds import Kind


def _number(request: ChangeRequest) -> str:
    return request.number


def _title(request: ChangeRequest) -> str:
    return f"{request.company_name} {SUBJECT[request.subject]}"


CHANGE = Kind(
    rules=RULES,
    table=ChangeRequest,
    payloads=PAYLOADS,
    words=WORDS,
    plural="changes",
    number=_number,
    title=_title,
)
