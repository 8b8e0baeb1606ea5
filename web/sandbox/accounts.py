"""The account provider of the sandbox worlds: OpenID Connect with its own log-in page, any account one likes.

A whole provider: discovery, authorization code with PKCE, one-time codes, signed id_tokens, keys that can be changed.
"""

import base64
import datetime as dt
import hashlib
import hmac
import os
import re
import secrets
from typing import Any, LiteralString
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from web.sandbox import store
from web.sandbox.pages import render

TABLES: tuple[LiteralString, ...] = (
    """CREATE TABLE IF NOT EXISTS sandbox.account_key (
        kid text PRIMARY KEY, pem text NOT NULL, at timestamptz NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS sandbox.account (
        subject text PRIMARY KEY, email text NOT NULL UNIQUE, nickname text NOT NULL, at timestamptz NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS sandbox.account_code (
        hash text PRIMARY KEY, facts jsonb NOT NULL, at timestamptz NOT NULL, used_at timestamptz
    )""",
)
CLIENTS = {"harmony": "/harmony/login/kakao/callback"}
"""Registered clients: where each may have people sent back to, at whatever host."""
CODE_LIFE = dt.timedelta(seconds=60)
TOKEN_LIFE = dt.timedelta(minutes=5)
KEYS_SHOWN = 3
ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
ALGORITHM = "ES256"


def issuer_of(request: Request) -> str:
    """The name this provider goes by: the address people type."""
    named = os.environ.get("SANDBOX_PUBLIC_URL") or os.environ.get("SANDBOX_URL") or str(request.base_url)
    return f"{named.rstrip('/')}/oidc"


def _kept(request: Request) -> store.Store:
    found: store.Store = request.app.state.store
    return found


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def discover(request: Request) -> JSONResponse:
    """GET /oidc/.well-known/openid-configuration."""
    issuer = issuer_of(request)
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": ["openid"],
        }
    )


async def jwks(request: Request) -> JSONResponse:
    """GET /oidc/jwks: the key in use and those before it."""
    await _key(request)
    rows = await _kept(request).rows("SELECT kid, pem FROM sandbox.account_key ORDER BY at DESC LIMIT %s", KEYS_SHOWN)
    return JSONResponse({"keys": [_public(row) for row in rows]})


def _public(row: dict[str, Any]) -> dict[str, Any]:
    key = serialization.load_pem_private_key(row["pem"].encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - made below
    shown: dict[str, Any] = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return shown | {"kid": row["kid"], "use": "sig", "alg": ALGORITHM}


async def _key(request: Request) -> dict[str, Any]:
    row = await _kept(request).one("SELECT kid, pem FROM sandbox.account_key ORDER BY at DESC LIMIT 1")
    return row if row is not None else await _new_key(request)


async def _new_key(request: Request) -> dict[str, Any]:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    row = await _kept(request).one(
        "INSERT INTO sandbox.account_key (kid, pem, at) VALUES (%s, %s, %s) RETURNING kid, pem",
        secrets.token_hex(8),
        pem.decode(),
        _now(),
    )
    assert row is not None  # noqa: S101 - an INSERT ... RETURNING
    return row


async def rotate(request: Request) -> Response:
    """POST /oidc/keys: sign with a new key from now on."""
    await _new_key(request)
    return RedirectResponse("/board", 303)


def _asked(request: Request) -> dict[str, str] | None:
    """What a client asks for; None for a client or address that is not registered: nobody is sent there."""
    asked = dict(request.query_params)
    back = urlsplit(asked.get("redirect_uri", ""))
    known = CLIENTS.get(asked.get("client_id", ""))
    fits = known is not None and back.scheme in {"http", "https"} and back.path == known and not back.query
    return asked if fits else None


def _fault(asked: dict[str, str]) -> str:
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope"
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return "invalid_request"
    return ""


def _back(asked: dict[str, str], **said: str) -> str:
    state = {"state": asked["state"]} if "state" in asked else {}
    return f"{asked['redirect_uri']}?{urlencode(said | state)}"


async def show_login(request: Request) -> Response:
    """GET /oidc/authorize: who are you?"""
    asked = _asked(request)
    if asked is None:
        return Response("unknown client or redirect_uri", 400)
    fault = _fault(asked)
    if fault:
        return RedirectResponse(_back(asked, error=fault), 303)
    return await _page(request)


async def _page(request: Request, error: str = "", status: int = 200) -> Response:
    known = await _kept(request).rows("SELECT email, nickname FROM sandbox.account ORDER BY at DESC LIMIT 20")
    answer = render("account.html", action=f"/oidc/authorize?{request.url.query}", known=known, error=error)
    answer.status_code = status
    return answer


async def log_in(request: Request) -> Response:
    """POST /oidc/authorize: this account, made now if there was none; or 「취소」."""
    asked = _asked(request)
    if asked is None or _fault(asked):
        return Response("unknown client or request", 400)
    form = await request.form()
    if form.get("cancel"):
        return render("account_done.html", back=_back(asked, error="access_denied"), words="취소하셨습니다.")
    email = str(form.get("email", "")).strip().lower()
    if not ADDRESS.fullmatch(email):
        return await _page(request, "이메일 형식으로 입력해 주세요.", 422)
    nickname = str(form.get("nickname", "")).strip()[:30] or email.partition("@")[0]
    account = await _kept(request).one(
        "INSERT INTO sandbox.account (subject, email, nickname, at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING subject, nickname",
        str(secrets.randbelow(10**10)).zfill(10),
        email,
        nickname,
        _now(),
    )
    assert account is not None  # noqa: S101 - an INSERT ... RETURNING
    code = secrets.token_urlsafe(32)
    facts = {name: asked.get(name, "") for name in ("client_id", "redirect_uri", "nonce", "code_challenge")}
    await _kept(request).run(
        "INSERT INTO sandbox.account_code (hash, facts, at) VALUES (%s, %s, %s)",
        _hash(code),
        Jsonb(facts | {"sub": account["subject"], "nickname": account["nickname"]}),
        _now(),
    )
    # A form may not lead to another site, a page may.
    return render("account_done.html", back=_back(asked, code=code), words="로그인되었습니다.")


async def token(request: Request) -> JSONResponse:
    """POST /oidc/token: a code, once and within a minute, for whom it stands."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    if form.get("grant_type") != "authorization_code":
        return _no("unsupported_grant_type")
    row = await _kept(request).one(
        "UPDATE sandbox.account_code SET used_at = %s WHERE hash = %s AND used_at IS NULL RETURNING facts, at",
        _now(),
        _hash(form.get("code", "")),
    )
    if row is None or row["at"] + CODE_LIFE < _now():
        return _no("invalid_grant")
    facts: dict[str, str] = row["facts"]
    proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
    same = all(form.get(name) == facts[name] for name in ("client_id", "redirect_uri"))
    if not same or not hmac.compare_digest(proof, facts["code_challenge"].encode()):
        return _no("invalid_grant")
    return JSONResponse(
        {
            "token_type": "Bearer",
            "access_token": secrets.token_urlsafe(24),
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "id_token": await _id_token(request, facts),
        },
        headers={"Cache-Control": "no-store"},
    )


async def _id_token(request: Request, facts: dict[str, str]) -> str:
    key, now = await _key(request), _now()
    claims = {
        "iss": issuer_of(request),
        "aud": facts["client_id"],
        "sub": facts["sub"],
        "nickname": facts["nickname"],
        "nonce": facts["nonce"],
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LIFE).timestamp()),
    }
    return jwt.encode(claims, key["pem"], algorithm=ALGORITHM, headers={"kid": key["kid"]})


def _no(error: str) -> JSONResponse:
    return JSONResponse({"error": error}, 400, headers={"Cache-Control": "no-store"})


ROUTES = [
    Route("/oidc/.well-known/openid-configuration", discover),
    Route("/oidc/jwks", jwks),
    Route("/oidc/authorize", show_login),
    Route("/oidc/authorize", log_in, methods=["POST"]),
    Route("/oidc/token", token, methods=["POST"]),
    Route("/oidc/keys", rotate, methods=["POST"]),
]
