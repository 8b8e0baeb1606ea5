"""The nightly watch over the record, run by a schedule."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import steps


@workflow.defn
class NightlyAudit:
    """Anchor the record of the day."""

    @workflow.run
    async def run(self) -> int:
        covered: int = await steps.perform("anchor_record", result_type=int, **steps.DOCUMENT)
        return covered
