"""The trivial process a step is measured against: one update, one local activity, one INSERT."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import steps


@workflow.defn
class Floor:
    """Open until the engine is thrown away, as a document is after most of its steps."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def insert(self) -> int:
        """The click: returns once the row is committed."""
        row_id: int = await workflow.execute_local_activity(
            "bench_insert", workflow.info().workflow_id, result_type=int, **steps.RECORD
        )
        return row_id
