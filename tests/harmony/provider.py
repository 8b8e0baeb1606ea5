"""An account provider that lies as told: a whole OpenID Connect server on a port of its own, started by the test."""

import base64
import contextlib
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from ops.ports import LOOPBACK

CLIENT = "harmony"
BACK = "http://house.example/harmony/login/kakao/callback"
Forge = Callable[["Provider", dict[str, Any]], str]


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


class Provider:
    """Honest until `forge` says otherwise; `asked` counts what was asked of it."""

    def __init__(self) -> None:
        self.issuer = ""
        self.named = ""
        self.keys = {"k1": new_key()}
        self.kid = "k1"
        self.forge: Forge = Provider.sign
        self.codes: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.status = 200

    def code(self, verifier: str, nonce: str, **more: Any) -> str:
        """As if a person had logged in."""
        made = secrets.token_urlsafe(16)
        proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        self.codes[made] = {"challenge": proof, "nonce": nonce, **more}
        return made

    def claims(self, facts: dict[str, Any]) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "1234567890",
            "nickname": "스포츠기자",
            "nonce": facts["nonce"],
            "iat": now,
            "exp": now + 300,
        }

    def sign(self, claims: dict[str, Any], *, kid: str = "", key: Any = None, **more: Any) -> str:
        kid = kid or self.kid
        return jwt.encode(claims, key or self.keys[kid], algorithm="RS256", headers={"kid": kid, **more})

    def public_pem(self) -> bytes:
        return (
            self.keys[self.kid]
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def app(self) -> Starlette:
        async def discover(_: Request) -> JSONResponse:
            self.asked.append("discovery")
            named = self.named or self.issuer
            endpoints = {name: f"{self.issuer}/{path}" for name, path in PATHS.items()}
            return JSONResponse({"issuer": named, **endpoints}, self.status)

        async def keys(_: Request) -> JSONResponse:
            self.asked.append("jwks")
            shown = [
                jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"}
                for kid, key in self.keys.items()
            ]
            return JSONResponse({"keys": shown})

        async def token(request: Request) -> JSONResponse:
            form = await request.form()
            facts = self.codes.pop(str(form["code"]), None)
            proof = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
            shown = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
            if facts is None or shown != facts["challenge"] or form["redirect_uri"] != BACK:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"id_token": self.forge(self, self.claims(facts)), "token_type": "Bearer"}, self.status)

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", discover),
                Route("/jwks", keys),
                Route("/token", token, methods=["POST"]),
            ]
        )


PATHS = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}


@contextlib.contextmanager
def served(app: ASGIApp, port: int) -> Iterator[str]:
    """The program on a real port, by uvicorn in a thread; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 20
    while not server.started and time.monotonic() < limit:
        time.sleep(0.02)  # noqa: TID251 - another program's start: there is nothing to wait on
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
