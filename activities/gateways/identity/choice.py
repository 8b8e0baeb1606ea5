"""Which provider confirms people, by the settings."""

from activities.gateways.identity import portone
from activities.gateways.identity.interface import Identities
from models.settings import Settings


def identities(config: Settings) -> Identities:
    """The real provider where IDENTITY_URL is set, the sandbox carrier elsewhere; SettingsError with neither."""
    if config.identity_url:
        return portone.PortOneIdentities(portone.account(config.identity_url))
    return portone.PortOneIdentities(sandbox(config.needed("SANDBOX_URL")))


def sandbox(base_url: str) -> portone.Account:
    """The carrier of the sandbox worlds, which speaks the real provider's language."""
    return portone.Account(base_url=base_url, secret="sandbox", channel="sandbox")  # noqa: S106 - no secret
