"""The process of one 가입요청."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.processes.messages import ProcessStart
    from models.signups.rules import RECEIVE, RULES, Status
    from workflows.process import Process


@workflow.defn
class SignupWorkflow(Process):
    """회원가입: received by the house itself, then decided by the 구매담당자 or the company's 주담당자."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()

    async def follow(self) -> bool:
        """Kept: tell whoever decides and the applicant, without anybody's act."""
        async with self.lock:
            if self.status != Status.RECEIVED:
                return False
            await self.record(RECEIVE)
            return True
