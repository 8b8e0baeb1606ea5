"""Which registry is asked, by the settings."""

from activities.gateways.registry import odcloud
from activities.gateways.registry.interface import Registry
from models.settings import Settings


def registry(config: Settings) -> Registry:
    """The tax service where REGISTRY_URL is set, the sandbox registry elsewhere; SettingsError with neither."""
    if config.registry_url:
        return odcloud.OdcloudRegistry(odcloud.account(config.registry_url))
    return odcloud.OdcloudRegistry(sandbox(config.needed("SANDBOX_URL")))


def sandbox(base_url: str) -> odcloud.Account:
    """The registry of the sandbox worlds, which speaks the tax service's language."""
    return odcloud.Account(base_url=base_url, key="sandbox")
