"""Which provider Harmony's people log in with, by the settings; the sandbox world's where none is set."""

import functools

from activities.gateways.oidc.client import Client, Registration
from activities.gateways.oidc.interface import Provider
from models.harmony.oidc import CALLBACK, client_id
from models.settings import Settings


def provider(config: Settings) -> Provider:
    """The provider of OIDC_ISSUER, or the sandbox's. Raises SettingsError when there is neither."""
    issuer = config.oidc_issuer or f"{config.needed('SANDBOX_PUBLIC_URL')}/oidc"
    # Inside a compose network the sandbox is reached by another name than the one people type.
    inside = "" if config.oidc_issuer else f"{config.needed('SANDBOX_URL')}/oidc"
    return _client(
        Registration(
            issuer=issuer,
            client_id=client_id(config),
            client_secret=config.oidc_client_secret,
            redirect_uri=f"{config.public_url}{CALLBACK}",
        ),
        inside,
    )


@functools.lru_cache(8)
def _client(registration: Registration, inside: str) -> Client:
    return Client(registration, inside=inside)
