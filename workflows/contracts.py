"""The contract process: drafting, review rounds, seal and signature."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.contracts.rules import RULES
    from models.processes.messages import ProcessStart
    from workflows.process import Process


@workflow.defn
class ContractWorkflow(Process):
    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        """From the first draft until both have signed, or it ended."""
        await self.live()
