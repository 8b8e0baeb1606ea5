"""Which hub is asked, by the settings."""

from activities.gateways.tax_hub import popbill, sandbox
from activities.gateways.tax_hub.interface import TaxHub
from models.settings import Settings


def tax_hub(config: Settings) -> TaxHub:
    """Popbill where TAX_HUB_URL is set, the sandbox hub elsewhere; SettingsError with neither."""
    if config.tax_hub_url:
        return popbill.PopbillHub(popbill.account(config.tax_hub_url))
    return sandbox.SandboxHub(sandbox.Account(base_url=config.needed("SANDBOX_URL"), key=config.needed("TAX_HUB_KEY")))
