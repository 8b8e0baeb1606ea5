"""Credits' documents as kinds: the run, the report, the payout account, a company's change request."""

import datetime as dt

from models.credits import account_rules, report_rules, run_rules
from models.credits.account_tables import CreditAccount, CreditChange
from models.credits.account_wording import ACCOUNT_WORDS, CHANGE_WORDS
from models.credits.messages import ACCOUNT_PAYLOADS, CHANGE_PAYLOADS, REPORT_PAYLOADS, RUN_PAYLOADS
from models.credits.report_alarms import failed_alarms, sign_alarms
from models.credits.report_tables import CreditReport
from models.credits.report_wording import WORDS as REPORT_WORDS
from models.credits.rules import month_key
from models.credits.run_tables import CreditRun
from models.credits.run_wording import WORDS as RUN_WORDS
from models.processes.deadlines import Pace
from models.processes.kinds import Kind
from models.processes.messages import Alarm


def _report_number(report: CreditReport) -> str:
    return report.number


def _report_title(report: CreditReport) -> str:
    return f"{report.group_name} {month_key(report.month)}"


def _sign_by(report: CreditReport) -> dt.date | None:
    return report.sign_by


def _pay_on(report: CreditReport) -> dt.date | None:
    return report.pay_on


def _paid_on(report: CreditReport, today: dt.date, holidays: frozenset[dt.date]) -> dt.date | None:  # noqa: ARG001 - one shape
    return report.pay_on


def _unsigned(report: CreditReport, pace: Pace, holidays: frozenset[dt.date]) -> list[Alarm]:  # noqa: ARG001 - one shape
    return sign_alarms(report.sign_by, report.status_since, holidays)


def _failed(report: CreditReport, pace: Pace, holidays: frozenset[dt.date]) -> list[Alarm]:  # noqa: ARG001 - one shape
    return failed_alarms(report.status_since, holidays)


def _quiet(*_: object) -> list[Alarm]:
    """The day of payment is in the officers' morning message, which speaks of all reports at once."""
    return []


CREDIT_REPORT = Kind(
    rules=report_rules.RULES,
    table=CreditReport,
    payloads=REPORT_PAYLOADS,
    words=REPORT_WORDS,
    plural="credit-reports",
    number=_report_number,
    title=_report_title,
    days={
        report_rules.Status.PUBLISHED: _sign_by,
        report_rules.Status.INVOICE_REQUESTED: _sign_by,
        report_rules.Status.INVOICE_WAITING: _sign_by,
        report_rules.Status.PAYING: _pay_on,
    },
    rings={
        report_rules.Status.PUBLISHED: _unsigned,
        report_rules.Status.INVOICE_REQUESTED: _unsigned,
        report_rules.Status.INVOICE_WAITING: _unsigned,
        report_rules.Status.PAYING: _quiet,
        report_rules.Status.PAYMENT_FAILED: _failed,
    },
    foreseen={report_rules.Status.PAYING: _paid_on},
    resumes={report_rules.Status.HELD: lambda report: report.held_from},
)


def _run_number(run: CreditRun) -> str:
    return run.number


def _run_title(run: CreditRun) -> str:
    return f"{month_key(run.month)} 정산 {run.run_no}차"


CREDIT_RUN = Kind(
    rules=run_rules.RULES,
    table=CreditRun,
    payloads=RUN_PAYLOADS,
    words=RUN_WORDS,
    plural="credit-runs",
    number=_run_number,
    title=_run_title,
)


def _account_number(account: CreditAccount) -> str:
    return f"계좌 {account.group_id}-{account.account_version}"


def _account_title(account: CreditAccount) -> str:  # noqa: ARG001 - nothing of an account is written into notices
    return "지급계좌 변경"


def _takes_effect(account: CreditAccount) -> Alarm | None:
    return Alarm(at=account.effective_at, act=account_rules.TAKES_EFFECT) if account.effective_at else None


def _no_rings(*_: object) -> list[Alarm]:
    """Nobody is reminded of an account: it waits for the bank, for a day, or for the next one."""
    return []


CREDIT_ACCOUNT = Kind(
    rules=account_rules.RULES,
    table=CreditAccount,
    payloads=ACCOUNT_PAYLOADS,
    words=ACCOUNT_WORDS,
    plural="credit-accounts",
    number=_account_number,
    title=_account_title,
    lapses={account_rules.Status.COOLING: _takes_effect},
    rings=dict.fromkeys(account_rules.Status, _no_rings),
)


def _change_number(change: CreditChange) -> str:
    return change.number


def _change_title(change: CreditChange) -> str:
    return f"{change.company_name} 회사정보 변경"


CREDIT_CHANGE = Kind(
    rules=account_rules.CHANGE_RULES,
    table=CreditChange,
    payloads=CHANGE_PAYLOADS,
    words=CHANGE_WORDS,
    plural="credit-changes",
    number=_change_number,
    title=_change_title,
)
