"""Workflow code stays replayable: sandbox diet, fingerprints, recorded histories."""

import ast
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy
from temporalio.workflow import _Definition as Definition

import worker
from workflows.audit import NightlyAudit
from workflows.credit_accounts import CreditContactNotice
from workflows.credit_reports import CreditPayday
from workflows.credits import CreditRunLauncher, CreditScheduling
from workflows.dormancy import DormancyWorkflow
from workflows.inquiries import Inquiry
from workflows.invitations import OidcInquiry
from workflows.notifications import MessageBatch
from workflows.retention import NightlyClearing
from workflows.withdrawals import NightlyErasing

ROOT = Path(__file__).resolve().parents[2]
HISTORIES = sorted((ROOT / "tests" / "histories").glob("*.json"))
FINGERPRINTS = ROOT / "tests" / "histories" / "fingerprints.txt"
WORKFLOWS: Sequence[type] = (
    *worker.PROCESSES,
    MessageBatch,
    Inquiry,
    OidcInquiry,
    NightlyAudit,
    CreditContactNotice,
    CreditPayday,
    CreditRunLauncher,
    CreditScheduling,
    DormancyWorkflow,
    NightlyClearing,
    NightlyErasing,
)
COMMANDS = {
    "perform",
    "execute_activity",
    "execute_local_activity",
    "start_activity",
    "wait_condition",
    "sleep",
    "execute_child_workflow",
    "start_child_workflow",
    "continue_as_new",
    "upsert_search_attributes",
    "patched",
    "uuid4",
    "random",
}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.__name__)
async def test_a_workflow_file_imports_nothing_it_did_not_mean_to(workflow: type) -> None:
    runner = SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_import_notification_policy(
            SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
        )
    )
    runner.prepare_workflow(Definition.must_from_class(workflow))


def fingerprints() -> str:
    """The order of engine commands in every function of the workflow files."""
    lines = []
    for file in sorted((ROOT / "workflows").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                calls = sorted(
                    (call.lineno, call.col_offset, call.func.attr)
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and call.func.attr in COMMANDS
                )
                if calls:
                    lines.append(f"{file.stem}.{node.name}: {' '.join(name for *_, name in calls)}")
    return "\n".join(sorted(lines)) + "\n"


def test_commands_come_in_the_order_running_processes_know() -> None:
    """A changed order breaks processes that wait for weeks: gate it with `workflow.patched`, then record anew."""
    assert fingerprints() == FINGERPRINTS.read_text(encoding="utf-8")


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_a_recorded_history_replays(file: Path) -> None:
    content = await asyncio.to_thread(_read, file)
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)
    await replayer.replay_workflow(WorkflowHistory.from_json(str(content["workflow_id"]), content["history"]))


def test_there_is_a_history_of_every_workflow_that_goes_past_its_waits() -> None:
    recorded = {_read(file)["type"] for file in HISTORIES}
    assert recorded == {workflow.__name__ for workflow in WORKFLOWS}
