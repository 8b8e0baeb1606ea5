"""The sandbox telephone and mail worlds, over HTTP like any carrier."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from activities.gateways.messages.interface import Answer, Carrier, Outgoing, Receipt, Unavailable, Undeliverable
from models.notifications.rules import Channel

TIMEOUT_SECONDS = 10.0
RETRIED = frozenset({httpx2.codes.REQUEST_TIMEOUT, httpx2.codes.TOO_MANY_REQUESTS})


class SandboxCarrier(Carrier):
    """Carries every channel into the sandbox worlds at `base_url`."""

    def __init__(self, base_url: str, transport: httpx2.BaseTransport | None = None) -> None:
        self.client = httpx2.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, transport=transport)

    def send_all(self, messages: Sequence[Outgoing]) -> list[Answer]:
        answers: dict[str, Answer] = {}
        for world in ("mail", "phone"):
            mine = [message for message in messages if (message.channel is Channel.EMAIL) == (world == "mail")]
            if mine:
                answers |= zip([message.key for message in mine], self._taken(world, mine), strict=True)
        return [answers[message.key] for message in messages]

    def _taken(self, world: str, messages: Sequence[Outgoing]) -> list[Answer]:
        body = {"messages": [_content(message) for message in messages]}
        try:
            answer = self.client.post(f"/{world}/messages", json=body)
        except httpx2.TransportError as error:
            return [Unavailable(type(error).__name__)] * len(messages)
        if answer.status_code != httpx2.codes.OK:
            return [_sorted(answer.status_code, {})] * len(messages)
        return [_sorted(int(one["status"]), one) for one in answer.json()["answers"]]


def _content(message: Outgoing) -> dict[str, str]:
    return {
        "key": message.key,
        "channel": message.channel.value,
        "to": message.recipient,
        "subject": message.subject,
        "text": message.body,
        "template": message.event,
    }


def _sorted(status: int, said: Mapping[str, Any]) -> Answer:
    if status in RETRIED or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
        return Unavailable(f"HTTP {status}")
    if status >= httpx2.codes.BAD_REQUEST:
        return Undeliverable(str(said.get("code", status)))
    return Receipt(str(said["id"]))
