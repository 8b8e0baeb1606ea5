"""Messages leave the house in batches; one that must wait does not hold up the others."""

import asyncio
import datetime as dt

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from models.notifications.messages import MessageBatchResult, MessageBatchStart, MessageRound
    from workflows import steps

GIVE_UP_AFTER = dt.timedelta(days=1)
"""A message is tried with growing pauses for a day; codes, with an end of their own, give up earlier."""

SEND: ActivityConfig = {**steps.GATEWAY, "schedule_to_close_timeout": GIVE_UP_AFTER}


@workflow.defn(name="MessageBatch")
class MessageBatch:
    """Send every message of a batch once; 알림톡 that fails for good leaves an SMS to send instead."""

    @workflow.run
    async def run(self, start: MessageBatchStart) -> MessageBatchResult:
        messages = await steps.perform("reserve_messages", start, result_type=list[int], **steps.GATEWAY)
        first = await steps.perform("send_messages", messages, result_type=MessageRound, **steps.GATEWAY)
        later = await asyncio.gather(*(self._send(message) for message in first.left))
        sent = first.sent + sum(later)
        return MessageBatchResult(sent=sent, failed=len(messages) - sent)

    async def _send(self, message: int) -> bool:
        try:
            sent = await steps.perform("send_message", message, result_type=bool, **SEND)
            return bool(sent)
        except ActivityError:
            await steps.perform("give_up_message", message, **steps.GATEWAY)
            return False
