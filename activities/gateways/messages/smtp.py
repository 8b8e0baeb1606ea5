"""E-mail by SMTP.

A mail server knows no idempotency key; the Message-ID is made from ours, so a second copy is recognised as
the same mail by those who look.
"""

import hashlib
import smtplib
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from activities.gateways.messages.interface import Answer, Carrier, Outgoing, Receipt, Unavailable, Undeliverable
from models import clock

TIMEOUT_SECONDS = 20.0
HANDFUL_SECONDS = 10.0
"""After so long no further mail is begun: whoever handed them over is expected back with what was sent."""
PORTS = {"smtp": 25, "smtps": 465}
REFUSED_FOR_GOOD = range(500, 600)


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    sender: str


def server(url: str, sender: str) -> Server:
    """Read ``smtp://user:password@host:587?from=pok@example.com``; ``smtps:`` speaks TLS from the first byte.

    `sender` is the address to write from when the URL names none. Raises ValueError without a host.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("MAIL_URL needs a host: smtp://host:587?from=name@example.com")
    return Server(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=dict(parse_qsl(parts.query)).get("from", sender),
    )


class SmtpCarrier(Carrier):
    def __init__(self, to: Server) -> None:
        self.server = to

    def send_all(self, messages: Sequence[Outgoing]) -> list[Answer]:
        answers: list[Answer] = []
        away: Answer = Unavailable("")
        try:
            with self._connection() as connection:
                until = time.monotonic() + HANDFUL_SECONDS
                for message in messages:
                    # One by one: what was sent before the server went away was sent.
                    in_time = time.monotonic() <= until
                    answers.append(self._sent(connection, message) if in_time else Unavailable("slow"))
        except smtplib.SMTPResponseException as error:
            away = _sorted(error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            away = Unavailable(type(error).__name__)
        return answers + [away] * (len(messages) - len(answers))

    def _sent(self, connection: smtplib.SMTP, message: Outgoing) -> Answer:
        try:
            mail = self._mail(message)
            connection.send_message(mail)
        except Undeliverable as answer:
            return answer
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return _sorted(codes[0] if codes else 0)
        except smtplib.SMTPResponseException as error:
            return _sorted(error.smtp_code)
        return Receipt(str(mail["Message-ID"]))

    def _mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        try:
            mail["From"] = self.server.sender
            mail["To"] = message.recipient
            mail["Subject"] = message.subject
        except ValueError as error:
            raise Undeliverable("bad_address") from error
        name = hashlib.sha256(message.key.encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{name}@{self.server.sender.rpartition('@')[2]}>"
        mail["Date"] = format_datetime(clock.now())
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail

    def _connection(self) -> smtplib.SMTP:
        to = self.server
        context = ssl.create_default_context()
        if to.tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            connection = smtplib.SMTP(to.host, to.port, timeout=TIMEOUT_SECONDS)
            connection.ehlo()
            if connection.has_extn("starttls"):
                connection.starttls(context=context)
        if to.user:
            connection.login(to.user, to.password)
        return connection


def _sorted(code: int) -> Answer:
    return (Undeliverable if code in REFUSED_FOR_GOOD else Unavailable)(f"smtp_{code}")
