"""The process of one conversion."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.conversions.rules import RULES, SEND, Status
    from models.processes.messages import ProcessStart
    from workflows.process import Process


@workflow.defn
class ConversionWorkflow(Process):
    """포탈미사용회원 전환: the code is sent by the house itself, expires, and lapses, when the document says."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()

    async def follow(self) -> bool:
        """Begun: send the first code, without anybody's act."""
        async with self.lock:
            if self.status != Status.PREPARING:
                return False
            await self.record(SEND)
            return True
