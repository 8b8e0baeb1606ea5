"""How every outside world that is asked over HTTP answers: with something, with a no, or not at all."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

TIMEOUT_SECONDS = 6.0
RETRIED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class Unavailable(Exception):  # noqa: N818 - an answer of the world
    """The world did not answer, or asked to come back: the same question may be put again."""


class Rejected(Exception):  # noqa: N818 - an answer of the world
    """The world will not take this question however often it is put; `code` says why in its own words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def ask(
    client: "httpx2.Client", method: str, path: str, *, meant: frozenset[int] = frozenset(), **how: Any
) -> "httpx2.Response":
    """One request. Raises Unavailable for silence and for what is worth trying again; other statuses come back.

    `meant`: statuses this world uses to say no, though they sound like being away.
    """
    # Whoever only knows these answers by name asks nobody, and carries no client.
    import httpx2

    try:
        answer = client.request(method, path, **how)
    except httpx2.TransportError as error:
        # The address may hold a key, so only the kind of failure is told.
        raise Unavailable(type(error).__name__) from None
    away = answer.status_code in RETRIED or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    if away and answer.status_code not in meant:
        raise Unavailable(f"HTTP {answer.status_code}")
    return answer


def content(answer: "httpx2.Response") -> dict[str, Any]:
    """The JSON object of an answer. Raises Unavailable for anything else: a gateway's error page, a login form."""
    try:
        found = answer.json()
    except ValueError:
        raise Unavailable("no JSON") from None
    if not isinstance(found, dict):
        raise Unavailable("no object")
    return found
