"""A relying party: discovery, token request, and every check of an id_token that the standard asks for."""

import datetime as dt
import hmac
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt

from activities.gateways.asking import ask, content
from activities.gateways.oidc.interface import Account, Refused
from models import clock

TIMEOUT_SECONDS = 5.0
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures of a private key only: neither `none` nor one made with what both sides know."""
SKEW = dt.timedelta(seconds=60)
"""How far two clocks may differ."""
TOKEN_AGE_MAX = dt.timedelta(minutes=10)
KNOWN_FOR = dt.timedelta(minutes=10)
KEYS_ASKED_GAP = dt.timedelta(seconds=10)
"""A token with a key we do not know has us ask again, but a stranger's tokens do not have us ask all the time."""
ANSWER_BYTES_MAX = 256 * 1024
NEEDED = ("iss", "sub", "aud", "exp", "iat", "nonce")
SUBJECT_CHARS_MAX = 255


@dataclass(frozen=True, slots=True)
class Registration:
    """Our side of it, as registered with the provider; without a secret PKCE alone proves who asks."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(slots=True)
class _Known:
    about: dict[str, Any]
    keys: list[dict[str, Any]]
    about_at: dt.datetime
    keys_at: dt.datetime


class Client:
    """One provider. `inside`: the same issuer's address from here, where it differs from the one people type."""

    def __init__(
        self, registration: Registration, *, inside: str = "", transport: httpx2.BaseTransport | None = None
    ) -> None:
        self.registration = registration
        self.issuer = registration.issuer
        self.inside = inside or registration.issuer
        self.http = httpx2.Client(timeout=TIMEOUT_SECONDS, transport=transport, follow_redirects=False)
        self._known: _Known | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give its connections back."""
        self.http.close()

    def authorization_endpoint(self) -> str:
        """Where people are sent. Raises Unavailable, Refused."""
        return str(self._about(clock.now())["authorization_endpoint"])

    def exchange(self, code: str, verifier: str, nonce: str, now: dt.datetime) -> Account:
        """The person a code stands for. Raises Unavailable, Refused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.registration.redirect_uri,
            "code_verifier": verifier,
            "client_id": self.registration.client_id,
        }
        if self.registration.client_secret:
            form["client_secret"] = self.registration.client_secret
        answer = self._asked("POST", self._reached(self._about(now)["token_endpoint"]), data=form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Refused("no_id_token")
        claims = self.claims(token, nonce, now)
        name = claims.get("nickname") or claims.get("name") or ""
        return Account(self.issuer, str(claims["sub"]), str(name)[:100])

    def claims(self, token: str, nonce: str, now: dt.datetime) -> dict[str, Any]:
        """What an id_token says, once everything about it is right (Core §3.1.3.7). Raises Refused, Unavailable."""
        try:
            head = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise Refused("malformed") from None
        algorithm = head.get("alg")
        if algorithm not in ALGORITHMS:
            raise Refused("alg")
        key = self._key(str(head.get("kid", "")), str(algorithm), now)
        try:
            # Times are checked below against the house's own clock.
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[str(algorithm)],
                audience=self.registration.client_id,
                issuer=self.issuer,
                options={"require": list(NEEDED), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.InvalidAudienceError:
            raise Refused("aud") from None
        except jwt.InvalidIssuerError:
            raise Refused("iss") from None
        except jwt.MissingRequiredClaimError as missing:
            raise Refused(f"no_{missing.claim}") from None
        except jwt.PyJWTError:
            raise Refused("signature") from None
        self._check(claims, nonce, now)
        return claims

    def _check(self, claims: dict[str, Any], nonce: str, now: dt.datetime) -> None:
        party = claims.get("azp")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or party is not None) and party != self.registration.client_id:
            raise Refused("azp")
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise Refused("nonce")
        if _instant(claims["exp"]) + SKEW <= now:
            raise Refused("expired")
        issued = _instant(claims["iat"])
        if issued - SKEW > now or ("nbf" in claims and _instant(claims["nbf"]) - SKEW > now):
            raise Refused("not_yet")
        if issued + TOKEN_AGE_MAX + SKEW < now:
            raise Refused("old")
        if not claims["sub"] or len(str(claims["sub"])) > SUBJECT_CHARS_MAX:
            raise Refused("sub")

    def _key(self, kid: str, algorithm: str, now: dt.datetime) -> Any:
        found = _pick(self._keys(now), kid, algorithm)
        if found is None:
            # The provider may have changed its keys since we looked.
            found = _pick(self._keys(now, again=True), kid, algorithm)
        if found is None:
            raise Refused("kid")
        try:
            return jwt.PyJWK(found, algorithm=algorithm).key
        except jwt.PyJWTError:
            raise Refused("key") from None

    def _about(self, now: dt.datetime) -> dict[str, Any]:
        return self._read(now).about

    def _keys(self, now: dt.datetime, *, again: bool = False) -> list[dict[str, Any]]:
        known = self._read(now)
        with self._lock:
            if again and known.keys_at + KEYS_ASKED_GAP <= now:
                known.keys = self._fetch_keys(known.about)
                known.keys_at = now
            return known.keys

    def _read(self, now: dt.datetime) -> _Known:
        """The provider's own description and keys, asked for again every ten minutes."""
        with self._lock:
            if self._known is None or self._known.about_at + KNOWN_FOR <= now:
                about = self._asked("GET", f"{self.inside}/.well-known/openid-configuration")
                if about.get("issuer") != self.issuer:
                    raise Refused("issuer")
                if not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= about.keys():
                    raise Refused("discovery")
                self._known = _Known(about, self._fetch_keys(about), now, now)
            return self._known

    def _fetch_keys(self, about: dict[str, Any]) -> list[dict[str, Any]]:
        keys = self._asked("GET", self._reached(about["jwks_uri"])).get("keys")
        return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []

    def _reached(self, address: str) -> str:
        """An address of the provider as it is reached from here."""
        own = address == self.issuer or address.startswith(f"{self.issuer}/")
        return self.inside + address.removeprefix(self.issuer) if own else address

    def _asked(self, method: str, address: str, **how: Any) -> dict[str, Any]:
        answer = ask(self.http, method, address, headers={"Accept": "application/json"}, **how)
        if len(answer.content) > ANSWER_BYTES_MAX:
            raise Refused("too_long")
        body = content(answer)
        if answer.status_code != httpx2.codes.OK:
            raise Refused(str(body.get("error", ""))[:40] or f"http_{answer.status_code}")
        return body


def _pick(keys: list[dict[str, Any]], kid: str, algorithm: str) -> dict[str, Any] | None:
    """The key a token names; without a name the only one there is. Never one made for encryption or another way."""
    fitting = [
        key
        for key in keys
        if key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm and key.get("kty") != "oct"
    ]
    if not kid:
        return fitting[0] if len(fitting) == 1 else None
    return next((key for key in fitting if key.get("kid") == kid), None)


def _instant(seconds: Any) -> dt.datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise Refused("time")
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, OSError, ValueError):
        raise Refused("time") from None
