"""The way to the account provider and back: addresses, PKCE, what the browser is sent with. Pure."""

import base64
import hashlib
from urllib.parse import urlencode

from models.settings import Settings

CALLBACK = "/harmony/login/kakao/callback"
SANDBOX_CLIENT = "harmony"


def client_id(config: Settings) -> str:
    """Our name at the provider."""
    return config.oidc_client_id or SANDBOX_CLIENT


def challenge(verifier: str) -> str:
    """PKCE S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorization_address(config: Settings, endpoint: str, *, state: str, nonce: str, verifier: str) -> str:
    """Where the browser goes; everything that comes back is checked against what is kept here."""
    query = {
        "response_type": "code",
        "client_id": client_id(config),
        "redirect_uri": f"{config.public_url}{CALLBACK}",
        "scope": config.oidc_scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"
