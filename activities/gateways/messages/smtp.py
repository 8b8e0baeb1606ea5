"""E-mail by SMTP.

A mail server knows no idempotency key; the Message-ID is made from ours, so a second copy is recognised as
the same mail by those who look.
"""

import hashlib
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from activities.gateways.messages.interface import Outgoing, Receipt, Unavailable, Undeliverable
from models import clock

TIMEOUT_SECONDS = 20.0
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


class SmtpCarrier:
    def __init__(self, to: Server) -> None:
        self.server = to

    def send(self, message: Outgoing) -> Receipt:
        mail = self._mail(message)
        try:
            with self._connection() as connection:
                connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            self._sort(codes[0] if codes else 0, error)
        except smtplib.SMTPResponseException as error:
            self._sort(error.smtp_code, error)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(type(error).__name__) from error
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

    @staticmethod
    def _sort(code: int, error: smtplib.SMTPException) -> None:
        if code in REFUSED_FOR_GOOD:
            raise Undeliverable(f"smtp_{code}") from error
        raise Unavailable(f"smtp_{code}") from error
