"""The process of one settlement."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.processes.messages import ProcessStart
    from models.settlements.rules import RULES, SCHEDULE_PAYMENT, Status
    from workflows.process import Process


@workflow.defn
class SettlementWorkflow(Process):
    """정산: invoice request to payment; the payment's day is set by the house itself once it is settled."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()

    async def follow(self) -> bool:
        """Settled: put the payment on its day, without anybody's act."""
        async with self.lock:
            if self.status != Status.SETTLED:
                return False
            await self.record(SCHEDULE_PAYMENT)
            return True
