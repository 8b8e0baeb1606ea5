"""The withdrawal as one kind of document."""

from models.processes.kinds import Kind
from models.withdrawals.messages import PAYLOADS
from models.withdrawals.rules import RULES
from models.withdrawals.tables import Withdrawal
from models.withdrawals.wording import SUBJECT, WORDS


def _number(withdrawal: Withdrawal) -> str:
    return withdrawal.number


def _title(withdrawal: Withdrawal) -> str:
    return f"{withdrawal.company_name} {SUBJECT[withdrawal.subject]}"


WITHDRAWAL = Kind(
    rules=RULES,
    table=Withdrawal,
    payloads=PAYLOADS,
    words=WORDS,
    plural="withdrawals",
    number=_number,
    title=_title,
)
