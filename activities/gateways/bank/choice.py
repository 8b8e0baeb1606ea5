"""Which bank is asked, by the settings."""

from activities.gateways.bank import portone
from activities.gateways.bank.interface import Bank
from models.settings import Settings


def bank(config: Settings) -> Bank:
    """PortOne where BANK_URL is set, the sandbox bank elsewhere; SettingsError with neither."""
    if config.bank_url:
        return portone.PortOneBank(portone.account(config.bank_url))
    return portone.PortOneBank(sandbox(config.needed("SANDBOX_URL")))


def sandbox(base_url: str) -> portone.Shop:
    """The bank of the sandbox worlds, which speaks the real provider's language."""
    return portone.Shop(base_url=base_url, secret="sandbox")  # noqa: S106 - no secret
