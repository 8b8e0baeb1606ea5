"""Whose certificates are believed: the roots in DATA_DIR/tax-roots, and with the sandbox hub its own authority's."""

import datetime as dt
from collections.abc import Sequence

import httpx2
from cryptography import x509

from activities.gateways.asking import TIMEOUT_SECONDS, Unavailable, ask
from models import clock
from models.settings import settings

FOLDER = "tax-roots"
SANDBOX_ROOT = "/hub/ca.pem"
KEPT = dt.timedelta(minutes=10)
PEM_BYTES_MAX = 1_000_000


class Roots:
    """The roots, read again every few minutes."""

    def __init__(self, transport: httpx2.BaseTransport | None = None) -> None:
        self._transport = transport
        self._found: tuple[dt.datetime, Sequence[x509.Certificate]] | None = None

    def certificates(self) -> Sequence[x509.Certificate]:
        """Raises Unavailable while the sandbox hub, where it is the hub, does not answer; ValueError for a bad file."""
        now = clock.now()
        if self._found is None or not self._found[0] <= now < self._found[0] + KEPT:
            own = [] if settings().tax_hub_url else self._sandbox()
            self._found = (now, [*_kept(), *own])
        return self._found[1]

    def _sandbox(self) -> list[x509.Certificate]:
        with httpx2.Client(
            base_url=settings().needed("SANDBOX_URL"), timeout=TIMEOUT_SECONDS, transport=self._transport
        ) as client:
            answer = ask(client, "GET", SANDBOX_ROOT)
        if not answer.is_success or len(answer.content) > PEM_BYTES_MAX:
            raise Unavailable(f"HTTP {answer.status_code}")
        try:
            return x509.load_pem_x509_certificates(answer.content)
        except ValueError:
            raise Unavailable("no certificate") from None


def _kept() -> list[x509.Certificate]:
    files = sorted((settings().data_dir / FOLDER).glob("*.pem"))
    return [one for file in files for one in x509.load_pem_x509_certificates(file.read_bytes())]
