"""정산 진행현황: the four steps of a report, what its step says to the partner today, and the bar above it."""

import datetime as dt
from collections.abc import Set as AbstractSet
from typing import Any

from models.credits.partner_wording import (
    AFTER_DAY,
    ARTIST,
    BY_DAY,
    CORRECTED,
    FAILED,
    GUIDE,
    HELD,
    PAY_LATE,
    SIGNED,
    TURN,
    UNSENT,
)
from models.credits.report_rules import STEPS, Status, step_index
from models.credits.report_tables import CreditReport
from models.credits.report_wording import STEP
from models.credits.rules import IssueMode, next_pay_on, payable_on
from models.kernel.calendar import local_date
from models.kernel.wording import date as day_words

STEPS_SHOWN = 4
NO_STEP = "–"
"""Of an individual there is no invoice: its first two steps are empty."""


class Progress:
    """One report as its partner reads it on a day. `holidays` decide the payment days; `corrected`: a changed account
    of its group has not taken effect yet.
    """

    def __init__(
        self, report: CreditReport, today: dt.date, holidays: AbstractSet[dt.date], *, corrected: bool = False
    ) -> None:
        self.report, self.today, self.holidays, self.corrected = report, today, holidays, corrected
        self.mode = IssueMode(report.issue_mode)
        self.at = step_index(self.mode, report.status, report.held_from)
        self.key = STEPS[self.mode][self.at][0]

    @property
    def away(self) -> tuple[str, ...]:
        """What to say while what is left is not the partner's: its invoice is not there to be signed, or the account
        it put right has to take effect; empty otherwise.
        """
        if self.report.status == Status.PAYMENT_FAILED:
            return CORRECTED if self.corrected else ()
        if self.report.status != Status.INVOICE_REQUESTED:
            return ()
        return SIGNED if self.report.invoiced_at else UNSENT if self.report.invoice_problem else ()

    @property
    def is_late(self) -> bool:
        """Its invoice is still to be made, and its day is over."""
        return self.key in AFTER_DAY and not self.away and self.today > self.report.sign_by

    @property
    def pay_on(self) -> dt.date | None:
        """지급예정일, as it would be by doing one's part today; None where nobody can tell."""
        if self.report.status in {Status.PAID, Status.HELD, Status.PAYMENT_FAILED}:
            return None
        if self.report.status == Status.PAYING:
            return self.report.pay_on
        signed = local_date(self.report.invoiced_at) if self.report.invoiced_at else self.today
        return payable_on(self.report.month, signed, self.today, self.holidays)

    def steps(self) -> list[tuple[str, str]]:
        """(words, "done" | "now" | "none" | "") of each of the four."""
        own, paid = STEPS[self.mode], self.report.status == Status.PAID
        states = ["done" if n < self.at or paid else "now" if n == self.at else "" for n in range(len(own))]
        shown = [(STEP[self.mode][key], state) for (key, _), state in zip(own, states, strict=True)]
        return [(NO_STEP, "none")] * (STEPS_SHOWN - len(own)) + shown

    def guide(self, email: str, *, artist: bool = False) -> list[str]:
        """What the step says. `email`: where the invoice goes to, masked."""
        told = [words.format(**self._facts(email)) for words in self._words()]
        return [*told, ARTIST] if artist else told

    def _words(self) -> tuple[str, ...]:
        status = self.report.status
        whole = self.away or {Status.HELD: HELD, Status.PAYMENT_FAILED: FAILED}.get(Status(status))
        if whole:
            return whole
        words = GUIDE[self.mode][self.key]
        if status == Status.PAYING and self.today > self.report.pay_on:
            return (*words, PAY_LATE)
        last = (AFTER_DAY if self.is_late else BY_DAY).get(self.key)
        return (*words, last) if last else words

    def _facts(self, email: str) -> dict[str, str]:
        report = self.report
        return {
            "sign_by": day_words(report.sign_by),
            "pay_on": day_words(self.pay_on or report.pay_on),
            "again_on": day_words(next_pay_on(self.today, self.holidays)),
            "paid_on": day_words(report.paid_on) if report.paid_on else "",
            "email": email,
        }

    def turn(self, shown: dict[str, Any]) -> dict[str, Any]:
        """The bar, in words for the partner; `shown` is what everybody reads there."""
        status = Status(self.report.status)
        if self.away:
            return shown | {"title": self.away[0], "hint": self.away[1], "due": None, "mine": False}
        if status not in TURN:
            return shown
        told = shown | {"title": TURN[status]}
        if status != Status.PAYING:
            return told
        # Neither the partner's nor anybody's by name: the bank's turn on its day.
        late = {"hint": PAY_LATE} if self.today > self.report.pay_on else {}
        return told | {"mine": False} | late
