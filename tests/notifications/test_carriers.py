"""The real carriers against servers of this test that answer as theirs do."""

import datetime as dt
import hashlib
import hmac
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from activities.gateways.messages import smtp, solapi
from activities.gateways.messages.interface import Outgoing, Receipt, Unavailable, Undeliverable
from models.notifications.rules import Channel

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
SECRET = "s/ecret"


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield int(server.socket.getsockname()[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


KEY = "contract/CR/1:3:your_turn:7"


def outgoing(channel: Channel, text: str = "[동반] 알림", to: str = "01012345678", key: str = KEY) -> Outgoing:
    return Outgoing(key=key, channel=channel, event="your_turn", recipient=to, subject="제목", body=text)


def listed(key: str = KEY, code: str = "2000", name: str = "M4V") -> dict[str, Any]:
    return {"messageId": name, "statusCode": code, "statusMessage": "", "customFields": {"key": key}}


class SolapiStub(BaseHTTPRequestHandler):
    """Answers as the class attributes say, and keeps what it was asked."""

    answer: ClassVar[tuple[int, dict[str, Any]]] = (200, {})
    asked: ClassVar[list[tuple[str, str, list[dict[str, Any]]]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append((self.path, self.headers["authorization"], body["messages"]))
        status, content = self.answer
        packed = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def carrier() -> Iterator[solapi.SolapiCarrier]:
    SolapiStub.asked.clear()
    SolapiStub.answer = (200, {"failedMessageList": [], "messageList": [listed()], "groupInfo": {"groupId": "G4V"}})
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), SolapiStub)) as port:
        account = solapi.account(
            f"solapi+http://key:s%2Fecret@127.0.0.1:{port}?from=0212345678&channel=PF1&your_turn=TP1"
        )
        made = solapi.SolapiCarrier(account, lambda: NOW)
        yield made
        made.client.close()


def test_solapi_gets_signed_messages_of_the_right_kind(carrier: solapi.SolapiCarrier) -> None:
    assert carrier.send(outgoing(Channel.SMS)).provider_id == "M4V"
    carrier.send(outgoing(Channel.SMS, "가" * 46))
    carrier.send(outgoing(Channel.KAKAOTALK))
    kinds = [message["type"] for _, _, messages in SolapiStub.asked for message in messages]
    assert kinds == ["SMS", "LMS", "ATA"]
    path, signature, (message,) = SolapiStub.asked[0]
    assert path == "/messages/v4/send-many/detail"
    assert message["customFields"] == {"key": "contract/CR/1:3:your_turn:7"}
    assert (message["from"], message["to"]) == ("0212345678", "01012345678")
    parts = dict(re.findall(r"(\w+)=([^, ]+)", signature))
    expected = hmac.new(SECRET.encode(), (parts["date"] + parts["salt"]).encode(), hashlib.sha256)
    assert parts["date"] == "2026-02-09T01:00:00Z"
    assert parts["signature"] == expected.hexdigest()
    (alimtalk,) = SolapiStub.asked[2][2]
    assert alimtalk["kakaoOptions"] == {"pfId": "PF1", "templateId": "TP1", "disableSms": True}
    assert SolapiStub.asked[1][2][0]["subject"] == "제목"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, {}, Unavailable),
        (429, {}, Unavailable),
        (400, {"errorCode": "ValidationError"}, Undeliverable),
        (200, {"failedMessageList": [listed(code="3059")]}, Undeliverable),
        (200, {"messageList": [listed(code="1062")]}, Undeliverable),
    ],
)
def test_solapi_failures_are_sorted(
    carrier: solapi.SolapiCarrier, status: int, body: dict[str, Any], error: type[Exception]
) -> None:
    SolapiStub.answer = (status, body)
    with pytest.raises(error):
        carrier.send(outgoing(Channel.SMS))


def test_solapi_takes_many_at_once_and_answers_for_each(carrier: solapi.SolapiCarrier) -> None:
    SolapiStub.answer = (
        200,
        {
            "failedMessageList": [listed("b", "3059")],
            "messageList": [listed("a", name="M1"), listed("b", "3059")],
            "groupInfo": {"groupId": "G4V"},
        },
    )
    unknown = Outgoing("c", Channel.KAKAOTALK, "closed", "01012345678", "", "x")
    many = [outgoing(Channel.SMS, key="a"), outgoing(Channel.SMS, key="b"), unknown, outgoing(Channel.SMS, key="d")]
    told = carrier.send_all(many)
    assert [len(messages) for *_, messages in SolapiStub.asked] == [3]
    assert told[0] == Receipt("M1")
    assert [answer.code for answer in told if isinstance(answer, Undeliverable)] == ["3059", "no_template"]
    # It was registered with the others, though the answer does not list it.
    assert told[3] == Receipt("G4V")


def test_alimtalk_without_an_approved_template_fails_for_good(carrier: solapi.SolapiCarrier) -> None:
    unknown = Outgoing("k", Channel.KAKAOTALK, "closed", "01012345678", "", "x")
    with pytest.raises(Undeliverable, match="no_template"):
        carrier.send(unknown)


def test_a_carrier_that_does_not_answer_is_away(carrier: solapi.SolapiCarrier) -> None:
    closed = solapi.SolapiCarrier(solapi.account("solapi+http://k:s@127.0.0.1:9?from=02"))
    with pytest.raises(Unavailable):
        closed.send(outgoing(Channel.SMS))
    closed.client.close()


@pytest.mark.parametrize("url", ["solapi://api.example", "solapi://k:s@api.example", "solapi://k@api.example?from=1"])
def test_an_incomplete_account_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMS_URL"):
        solapi.account(url)


class SmtpStub(socketserver.StreamRequestHandler):
    """A mail server of a few lines; `refuse` are answers by command."""

    refuse: ClassVar[dict[str, str]] = {}
    mails: ClassVar[list[bytes]] = []
    connections: ClassVar[int] = 0

    def handle(self) -> None:
        SmtpStub.connections += 1
        self._say("220 ready")
        while line := self.rfile.readline():
            verb = line.split(b":")[0].split()[0].decode().upper()
            if verb == "DATA":
                self._say("354 go on")
                self.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self._say(self.refuse.get(verb, "221 bye" if verb == "QUIT" else "250 ok"))
            if verb == "QUIT":
                return

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@pytest.fixture
def post() -> Iterator[smtp.SmtpCarrier]:
    SmtpStub.refuse = {}
    SmtpStub.mails.clear()
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), SmtpStub)) as port:
        yield smtp.SmtpCarrier(smtp.server(f"smtp://127.0.0.1:{port}", "pok@portal.example"))


def test_a_mail_is_sent_with_a_name_made_from_its_key(post: smtp.SmtpCarrier) -> None:
    mail = outgoing(Channel.EMAIL, "안녕하세요.\nhttps://portal.example/x", "a@b.example")
    assert post.send(mail) == post.send(mail)
    read = message_from_bytes(SmtpStub.mails[0], policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert read["Subject"] == "제목"
    assert read["To"] == "a@b.example"
    assert "안녕하세요." in read.get_content()
    assert read["Message-ID"] == message_from_bytes(SmtpStub.mails[1], policy=policy.default)["Message-ID"]


@pytest.mark.parametrize(
    ("refuse", "error"),
    [
        ({"RCPT": "550 no such user"}, Undeliverable),
        ({"RCPT": "450 try later"}, Unavailable),
        ({"MAIL": "451 busy"}, Unavailable),
        ({"DATA": "354 go"}, None),
    ],
)
def test_mail_failures_are_sorted(
    post: smtp.SmtpCarrier, refuse: dict[str, str], error: type[Exception] | None
) -> None:
    SmtpStub.refuse = refuse
    if error is None:
        return
    with pytest.raises(error):
        post.send(outgoing(Channel.EMAIL, to="a@b.example"))


def test_a_handful_of_mails_goes_by_one_connection(post: smtp.SmtpCarrier) -> None:
    connections = SmtpStub.connections
    mails = [outgoing(Channel.EMAIL, to=to, key=to) for to in ("a@p.example", "x@y\nBcc: z@y", "b@p.example")]
    told = post.send_all(mails)
    assert [type(answer) for answer in told] == [Receipt, Undeliverable, Receipt]
    assert SmtpStub.connections == connections + 1
    assert len(SmtpStub.mails) == 2


def test_a_slow_mail_server_is_left_in_time(post: smtp.SmtpCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    mails = [outgoing(Channel.EMAIL, to=f"{name}@partner.example", key=name) for name in "ab"]
    monkeypatch.setattr(smtp, "HANDFUL_SECONDS", -1.0)
    assert [type(answer) for answer in post.send_all(mails)] == [Unavailable, Unavailable]
    assert SmtpStub.mails == []


def test_a_mail_server_that_goes_away_leaves_the_rest(post: smtp.SmtpCarrier) -> None:
    SmtpStub.refuse = {"DATA": "421 shutting down"}
    told = post.send_all([outgoing(Channel.EMAIL, to="a@p.example", key=str(n)) for n in range(3)])
    assert [type(answer) for answer in told] == [Unavailable] * 3


def test_a_header_cannot_be_smuggled_in(post: smtp.SmtpCarrier) -> None:
    with pytest.raises(Undeliverable, match="bad_address"):
        post.send(outgoing(Channel.EMAIL, to="a@b.example\r\nBcc: c@d.example"))


def test_a_mail_server_that_is_gone_is_away() -> None:
    gone = smtp.SmtpCarrier(smtp.server("smtp://127.0.0.1:9", "pok@portal.example"))
    with pytest.raises(Unavailable):
        gone.send(outgoing(Channel.EMAIL, to="a@b.example"))


def test_a_mail_server_is_read_from_its_address() -> None:
    found = smtp.server("smtps://us%40er:p%3Aw@mail.example?from=pok@portal.example", "other@portal.example")
    assert (found.host, found.port, found.tls, found.user, found.password) == (
        "mail.example",
        465,
        True,
        "us@er",
        "p:w",
    )
    assert found.sender == "pok@portal.example"
    assert smtp.server("smtp://mail.example", "a@b.example").sender == "a@b.example"
    with pytest.raises(ValueError, match="MAIL_URL"):
        smtp.server("smtp://", "a@b.example")
