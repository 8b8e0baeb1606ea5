"""The process of one change request."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.changes.rules import RULES
    from models.processes.messages import ProcessStart
    from workflows.process import Process


@workflow.defn
class ChangeWorkflow(Process):
    """변경요청: waits for the buyer or the 주담당자."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()
