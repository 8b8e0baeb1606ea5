"""The process of one group's settlement report, from its publishing until it is paid."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.credits.report_rules import RULES
    from models.processes.messages import ProcessStart
    from workflows import steps
    from workflows.process import Process


@workflow.defn
class CreditReportWorkflow(Process):
    """정산리포트: it waits for its partner, for the tax service and for the bank, and rings meanwhile.

    What happens elsewhere (an invoice signed, a payment's result, an account that takes effect) is pressed on it by
    those who know; nothing is asked for from here.
    """

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()


@workflow.defn
class CreditPayday:
    """매일 아침: the settlement officers read in one message what is to be paid, what failed, what is late."""

    @workflow.run
    async def run(self) -> int:
        told: int = await steps.perform("tell_of_credit_day", result_type=int, **steps.DOCUMENT)
        return told
