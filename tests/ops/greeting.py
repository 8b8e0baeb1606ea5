"""The smallest workflow, in a file that imports little, as the house's own do."""

from temporalio import workflow


@workflow.defn
class Greeting:
    @workflow.run
    async def run(self, days: int) -> str:
        await workflow.sleep(days * 86_400)
        return "hello"
