"""Which address service is asked, by the settings."""

from activities.gateways.addresses import juso
from activities.gateways.addresses.interface import AddressBook
from activities.gateways.addresses.sample import SampleAddresses
from models.settings import Settings


def addresses(config: Settings) -> AddressBook:
    """The road address service where ADDRESS_URL is set, the embedded sample elsewhere."""
    return juso.JusoAddresses(juso.account(config.address_url)) if config.address_url else SampleAddresses()
