"""The process of one inspection."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.inspections.rules import RULES
    from models.processes.messages import ProcessStart
    from workflows.process import Process


@workflow.defn
class InspectionWorkflow(Process):
    """검수: of one receipt, accepted or cancelled by an inspector."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()
