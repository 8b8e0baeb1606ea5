"""The contract as one kind of document."""

from models.contracts.messages import PAYLOADS
from models.contracts.rules import RULES
from models.contracts.tables import Contract
from models.contracts.wording import WORDS
from models.kernel.numbers import with_version
from models.processes.kinds import Kind


def _number(contract: Contract) -> str:
    return with_version(contract.number, contract.revision)


def _title(contract: Contract) -> str:
    return contract.title


CONTRACT = Kind(
    rules=RULES,
    table=Contract,
    payloads=PAYLOADS,
    words=WORDS,
    plural="contracts",
    number=_number,
    title=_title,
)
