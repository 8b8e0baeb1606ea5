"""Popbill's package, tamed: it keeps one connection and one token for the whole process and waits without a limit.

Here each call has a connection of its own that ends, and tokens are kept beside the account.
"""

import datetime as dt
import http.client
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from linkhub import LinkhubException
from linkhub.linkhub import Token
from popbill import PopbillException
from popbill.base import PopbillBase
from popbill.taxinvoiceService import TaxinvoiceService

from activities.gateways.asking import RETRIED
from activities.gateways.tax_hub.interface import Code, Rejected, Unavailable
from models import clock

TIMEOUT_SECONDS = 20.0
TOKEN_SPARE = dt.timedelta(minutes=1)
SERVER_ERROR = 500
BODY_BYTES_MAX = 4_000_000
SCOPES = ("member", "110")
SERVICE_REAL, SERVICE_TEST = "POPBILL", "POPBILL_TEST"
AUTH_HOST = "auth.linkhub.co.kr"
NO_DOCUMENT = frozenset({-11000000, -11000005})


@dataclass(frozen=True, slots=True)
class Account:
    """A partner of Popbill (LinkID, SecretKey) and the registration number it acts for, which is the buyer's."""

    host: str
    auth_host: str
    link_id: str
    secret_key: str = field(repr=False)
    corp: str = ""
    user: str | None = None
    test: bool = False
    tls: bool = True

    @property
    def service(self) -> str:
        return SERVICE_TEST if self.test else SERVICE_REAL


def account(url: str) -> Account:
    """Read ``popbill://LinkID:SecretKey@popbill.linkhub.co.kr?corp=…[&user=…][&test=1][&auth=host]``.

    Raises ValueError when LinkID, SecretKey or our ten digits are missing.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    corp = options.get("corp", "").replace("-", "")
    if not (parts.username and parts.password and parts.hostname and len(corp) == 10 and corp.isdecimal()):  # noqa: PLR2004
        raise ValueError("TAX_HUB_URL needs popbill://LinkID:SecretKey@host?corp=<ten digits>")
    port = f":{parts.port}" if parts.port else ""
    return Account(
        host=f"{parts.hostname}{port}",
        auth_host=options.get("auth", AUTH_HOST),
        link_id=unquote(parts.username),
        secret_key=unquote(parts.password),
        corp=corp,
        user=options.get("user"),
        test=options.get("test") == "1",
        tls=parts.scheme == "popbill",
    )


class _Line:
    """A connection as the package uses it: silence ends, and a server's failure is no answer."""

    def __init__(self, inner: http.client.HTTPConnection) -> None:
        self.inner = inner

    def request(self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        # Unpacked here nothing can be larger than it came.
        self.inner.request(method, url, body, {**(headers or {}), "Accept-Encoding": "identity"})

    def getresponse(self) -> "_Answer":
        answer = self.inner.getresponse()
        if answer.status >= SERVER_ERROR or answer.status in RETRIED:
            raise Unavailable(f"HTTP {answer.status}")
        body = answer.read(BODY_BYTES_MAX + 1)
        if len(body) > BODY_BYTES_MAX:
            raise Unavailable("more than a document")
        return _Answer(answer.status, body)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response as the package reads it."""

    status: int
    body: bytes = field(repr=False)

    def read(self) -> bytes:
        return self.body

    def getheader(self, _name: str) -> None:
        return None


@contextmanager
def _connection(at: Account, host: str) -> Iterator[_Line]:
    inner = (
        http.client.HTTPSConnection(host, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        if at.tls
        else http.client.HTTPConnection(host, timeout=TIMEOUT_SECONDS)
    )
    try:
        yield _Line(inner)
    finally:
        inner.close()


@contextmanager
def sorted_answers() -> Iterator[None]:
    try:
        yield
    except (PopbillException, LinkhubException) as no:
        code = Code.UNKNOWN_KEY if no.code in NO_DOCUMENT else str(no.code)
        raise Rejected(code, str(no.message or "")) from None
    except (OSError, http.client.HTTPException) as silence:
        raise Unavailable(type(silence).__name__) from None
    except (ValueError, TypeError, AttributeError) as nonsense:
        # The package makes objects of whatever JSON it gets; what is none breaks inside it.
        raise Unavailable(f"an answer without sense: {type(nonsense).__name__}") from None


class Tokens:
    """Session tokens of the account, by registration number; asked for anew a little before they end."""

    def __init__(self, at: Account) -> None:
        self.account = at
        self.lock = threading.Lock()
        self.kept: dict[str, tuple[dt.datetime, Any]] = {}

    def token(self, corp: str) -> Any:
        with self.lock:
            known = self.kept.get(corp)
        if known is not None and clock.now() < known[0] - TOKEN_SPARE:
            return known[1]
        fresh = self._fresh(corp)
        with self.lock:
            self.kept[corp] = (dt.datetime.fromisoformat(fresh.expiration), fresh)
        return fresh

    def _fresh(self, corp: str) -> Any:
        at = self.account
        with _connection(at, at.auth_host) as line:
            asker = type.__call__(_Asker)
            asker.line = line
            try:
                # The time of the request is the other side's own: ours may be off.
                return asker.get(at.link_id, at.secret_key, at.service, corp, list(SCOPES), UseLocalTimeYN=False)
            except LinkhubException as no:
                # Who we are is the operator's matter: the document waits for it.
                raise Unavailable(f"linkhub says {no.code}") from None


class _Asker(Token):  # type: ignore[misc]
    line: _Line

    def _getconn(self, *_: Any) -> _Line:
        return self.line


class _Service(TaxinvoiceService):  # type: ignore[misc]
    """The package's service, made for one call: its own initialiser cannot be inherited, its connection not shared."""

    tokens: Tokens
    line: _Line

    def __init__(self, link_id: str, secret_key: str) -> None:
        PopbillBase.__init__(self, link_id, secret_key)

    def _getConn(self) -> _Line:  # noqa: N802 - the package's name
        return self.line

    def _getToken(self, CorpNum: str) -> Any:  # noqa: N802, N803 - the package's names
        return self.tokens.token(CorpNum)


@contextmanager
def service(at: Account, tokens: Tokens) -> Iterator[TaxinvoiceService]:
    """The package's service for one call. Raises Rejected for Popbill's no, Unavailable for everything else."""
    with sorted_answers(), _connection(at, at.host) as line:
        # Past the package's metaclass, which would give every account the first one's object.
        made = type.__call__(_Service, at.link_id, at.secret_key)
        made.IsTest, made.tokens, made.line = at.test, tokens, line
        yield made
