"""The process of one delivery round."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.deliveries.rules import RULES
    from models.processes.messages import ProcessStart
    from workflows.process import Process


@workflow.defn
class DeliveryWorkflow(Process):
    """납품 차수: planned, confirmed by the buyer, received whole or in parts."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()
