"""Which carrier takes which channel, by the settings."""

from urllib.parse import urlsplit

from activities.gateways.messages import smtp, solapi
from activities.gateways.messages.interface import Carrier, Carriers
from activities.gateways.messages.sandbox import SandboxCarrier
from models.notifications.rules import Channel
from models.settings import Settings


def carriers(config: Settings) -> Carriers:
    """The real carrier where one is set (MAIL_URL, SMS_URL), the sandbox world elsewhere.

    Raises SettingsError when a channel has neither.
    """
    post: Carrier = (
        smtp.SmtpCarrier(smtp.server(config.mail_url, _own_address(config))) if config.mail_url else _sandbox(config)
    )
    phone: Carrier = solapi.SolapiCarrier(solapi.account(config.sms_url)) if config.sms_url else _sandbox(config)
    return {Channel.EMAIL: post, Channel.SMS: phone, Channel.KAKAOTALK: phone}


def _own_address(config: Settings) -> str:
    """Who a mail is from when nothing else is said: nobody to answer to, at the portal's own name."""
    return f"no-reply@{urlsplit(config.public_url).hostname}"


def _sandbox(config: Settings) -> Carrier:
    return SandboxCarrier(config.needed("SANDBOX_URL"))
