"""The process of one version of a purchase order."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.orders.rules import RULES
    from models.processes.messages import ProcessStart
    from workflows.process import Process


@workflow.defn
class OrderWorkflow(Process):
    """발주: drafting, confirmation by the partner; ends when confirmed or cancelled."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()
