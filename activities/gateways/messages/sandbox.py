"""The sandbox telephone and mail worlds, over HTTP like any carrier."""

import httpx2

from activities.gateways.messages.interface import Outgoing, Receipt, Unavailable, Undeliverable
from models.notifications.rules import Channel

TIMEOUT_SECONDS = 10.0
RETRIED = frozenset({httpx2.codes.REQUEST_TIMEOUT, httpx2.codes.TOO_MANY_REQUESTS})


class SandboxCarrier:
    """Carries every channel into the sandbox worlds at `base_url`."""

    def __init__(self, base_url: str, transport: httpx2.BaseTransport | None = None) -> None:
        self.client = httpx2.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, transport=transport)

    def send(self, message: Outgoing) -> Receipt:
        world = "mail" if message.channel is Channel.EMAIL else "phone"
        body = {
            "channel": message.channel.value,
            "to": message.recipient,
            "subject": message.subject,
            "text": message.body,
            "template": message.event,
        }
        try:
            answer = self.client.post(f"/{world}/messages", json=body, headers={"Idempotency-Key": message.key})
        except httpx2.TransportError as error:
            raise Unavailable(type(error).__name__) from error
        if answer.status_code in RETRIED or answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
            raise Unavailable(f"HTTP {answer.status_code}")
        if answer.status_code >= httpx2.codes.BAD_REQUEST:
            raise Undeliverable(str(answer.json().get("code", answer.status_code)))
        return Receipt(str(answer.json()["id"]))
