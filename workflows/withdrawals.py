"""The process of one withdrawal, and the nightly erasing of what was kept long enough."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.processes.messages import ProcessStart
    from models.withdrawals.rules import RULES
    from workflows import steps
    from workflows.process import Process

ROUNDS_MAX = 500


@workflow.defn
class WithdrawalWorkflow(Process):
    """탈퇴요청: waits for the buyer or the 주담당자."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()


@workflow.defn
class NightlyErasing:
    """Erase personal data whose time is over, a batch at a time; what a night leaves the next one takes."""

    @workflow.run
    async def run(self) -> int:
        erased = 0
        for _ in range(ROUNDS_MAX):
            found: int = await steps.perform("erase_expired", result_type=int, **steps.DOCUMENT)
            erased += found
            if found == 0:
                break
        return erased
