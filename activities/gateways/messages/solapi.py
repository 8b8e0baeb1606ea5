"""알림톡, SMS and LMS through SOLAPI's REST interface (messages/v4).

SOLAPI knows no idempotency key: a process that dies between the carrier's answer and our note of it sends
once more. The key travels in `customFields`, where an operator finds both.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2

from activities.gateways.messages.interface import Answer, Carrier, Outgoing, Receipt, Unavailable, Undeliverable
from models import clock
from models.notifications.rules import Channel, is_long

TIMEOUT_SECONDS = 10.0
ACCEPTED = "2000"
RETRIED = frozenset({httpx2.codes.REQUEST_TIMEOUT, httpx2.codes.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its registered sender, Kakao channel and approved templates (event -> template id)."""

    base_url: str
    api_key: str
    api_secret: str = field(repr=False)
    sender: str
    kakao_channel: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)


def account(url: str) -> Account:
    """Read ``solapi://key:secret@api.solapi.com?from=021234567&channel=KA01PF…&your_turn=KA01TP…``.

    Raises ValueError when the key, the secret or the sender is missing.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    sender = options.pop("from", "")
    if not parts.username or not parts.password or not sender:
        raise ValueError("SMS_URL needs a key, a secret and a sender: solapi://key:secret@api.solapi.com?from=…")
    port = f":{parts.port}" if parts.port else ""
    return Account(
        base_url=f"{'http' if parts.scheme == 'solapi+http' else 'https'}://{parts.hostname}{port}",
        api_key=unquote(parts.username),
        api_secret=unquote(parts.password),
        sender=sender,
        kakao_channel=options.pop("channel", ""),
        templates=options,
    )


class SolapiCarrier(Carrier):
    def __init__(self, to: Account, now: Callable[[], dt.datetime] = clock.now) -> None:
        self.account = to
        self.now = now
        self.client = httpx2.Client(base_url=to.base_url, timeout=TIMEOUT_SECONDS)

    def send_all(self, messages: Sequence[Outgoing]) -> list[Answer]:
        answers: dict[str, Answer] = {}
        contents: dict[str, dict[str, object]] = {}
        for message in messages:
            try:
                contents[message.key] = self._content(message)
            except Undeliverable as answer:
                answers[message.key] = answer
        if contents:
            answers |= self._taken(contents)
        return [answers[message.key] for message in messages]

    def _taken(self, contents: Mapping[str, Mapping[str, object]]) -> dict[str, Answer]:
        """By key. What is not among the refused was registered, whether or not it is listed by name."""
        body = {"messages": list(contents.values()), "showMessageList": True, "allowDuplicates": True}
        try:
            answer = self.client.post(
                "/messages/v4/send-many/detail", json=body, headers={"Authorization": self._signature()}
            )
        except httpx2.TransportError as error:
            return dict.fromkeys(contents, Unavailable(type(error).__name__))
        if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR or answer.status_code in RETRIED:
            return dict.fromkeys(contents, Unavailable(f"HTTP {answer.status_code}"))
        said = answer.json()
        if answer.status_code >= httpx2.codes.BAD_REQUEST:
            return dict.fromkeys(contents, Undeliverable(str(said.get("errorCode", answer.status_code))))
        listed = {_key(one): one for one in said.get("messageList") or ()}
        refused = {_key(one): one for one in said.get("failedMessageList") or ()}
        group = str((said.get("groupInfo") or {}).get("groupId", ""))
        return {key: _sorted(refused.get(key), listed.get(key), group) for key in contents}

    def _content(self, message: Outgoing) -> dict[str, object]:
        content: dict[str, object] = {
            "to": message.recipient,
            "from": self.account.sender,
            "text": message.body,
            "customFields": {"key": message.key},
        }
        if message.channel is not Channel.KAKAOTALK:
            long = is_long(message.body)
            subject = {"subject": message.subject} if long else {}
            return content | {"type": "LMS" if long else "SMS"} | subject
        template = self.account.templates.get(message.event)
        if not self.account.kakao_channel or template is None:
            raise Undeliverable("no_template")
        # Falling back to a short message is our own step, so that it shows in our record.
        kakao = {"pfId": self.account.kakao_channel, "templateId": template, "disableSms": True}
        return content | {"type": "ATA", "kakaoOptions": kakao}

    def _signature(self) -> str:
        date = self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        salt = secrets.token_hex(16)
        secret = self.account.api_secret.encode()
        signature = hmac.new(secret, (date + salt).encode(), hashlib.sha256).hexdigest()
        return f"HMAC-SHA256 apiKey={self.account.api_key}, date={date}, salt={salt}, signature={signature}"


def _key(one: Mapping[str, Any]) -> str:
    return str((one.get("customFields") or {}).get("key", ""))


def _sorted(refused: Mapping[str, Any] | None, listed: Mapping[str, Any] | None, group: str) -> Answer:
    code = (refused or listed or {}).get("statusCode", ACCEPTED)
    if refused is not None or code != ACCEPTED:
        return Undeliverable(str(code))
    return Receipt(str(listed["messageId"]) if listed else group)
