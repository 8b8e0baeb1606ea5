"""Every setting of the program, read from the environment once; nothing else reads `os.environ`."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

KEY_BYTES = 32
LAST_PORT = 65535
SECRET_CHARS_MIN = 24


class SettingsError(ValueError):
    """A setting is missing or malformed; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Key:
    """One encryption key; `id` is stored beside what it encrypts, so that keys can be changed."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. Database addresses are libpq URLs; empty: not given to this process."""

    database_url: str = field(repr=False)
    web_database_url: str = field(repr=False)
    worker_database_url: str = field(repr=False)
    sandbox_database_url: str = field(repr=False)
    temporal_address: str
    temporal_namespace: str
    temporal_ui_url: str
    host: str
    port: int
    data_dir: Path
    storage_url: str
    s3_endpoint_url: str
    s3_region: str
    mail_url: str = field(repr=False)
    sms_url: str = field(repr=False)
    identity_url: str = field(repr=False)
    registry_url: str = field(repr=False)
    bank_url: str = field(repr=False)
    address_url: str = field(repr=False)
    tax_hub_url: str = field(repr=False)
    tax_hub_key: str = field(repr=False)
    tax_hub_secret: str = field(repr=False)
    tax_hub_webhook_url: str
    field_keys: tuple[Key, ...]
    payload_keys: tuple[Key, ...]
    session_key: bytes = field(repr=False)
    identity_key: bytes = field(repr=False)
    session_idle_minutes: int
    session_max_hours: int
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_scopes: str
    sandbox_url: str
    sandbox_public_url: str
    public_url: str
    demo: bool
    sample_numbers: bool
    """Whether the 사업자등록번호 printed in the manual are taken, whose check digits are wrong."""

    @property
    def hub_webhook_url(self) -> str:
        """Where the sandbox hub tells of changes."""
        return self.tax_hub_webhook_url or f"{self.public_url}/hooks/tax-hub"

    def needed(self, name: str) -> str:
        """The text setting of that environment name; raises SettingsError when it was not given."""
        value = str(getattr(self, name.lower()))
        if not value:
            raise SettingsError(f"{name} is not set; `make run` sets it, elsewhere the environment must.")
        return value


DEFAULTS: Mapping[str, str] = {
    "DATABASE_URL": "",
    "WEB_DATABASE_URL": "",
    "WORKER_DATABASE_URL": "",
    "SANDBOX_DATABASE_URL": "",
    "TEMPORAL_ADDRESS": "",
    "TEMPORAL_NAMESPACE": "default",
    "TEMPORAL_UI_URL": "",
    "HOST": "127.0.0.1",
    "PORT": "8000",
    "DATA_DIR": ".data",
    "STORAGE_URL": "",
    "S3_ENDPOINT_URL": "",
    "S3_REGION": "",
    "MAIL_URL": "",
    "SMS_URL": "",
    "IDENTITY_URL": "",
    "REGISTRY_URL": "",
    "BANK_URL": "",
    "ADDRESS_URL": "",
    "TAX_HUB_URL": "",
    "TAX_HUB_KEY": "",
    "TAX_HUB_SECRET": "",
    "TAX_HUB_WEBHOOK_URL": "",
    "FIELD_KEYS": "",
    "PAYLOAD_KEYS": "",
    "SESSION_KEY": "",
    "IDENTITY_KEY": "",
    "SESSION_IDLE_MINUTES": "30",
    "SESSION_MAX_HOURS": "12",
    "OIDC_ISSUER": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "OIDC_SCOPES": "openid",
    "SANDBOX_URL": "",
    "SANDBOX_PUBLIC_URL": "",
    "PUBLIC_URL": "",
    "DEMO": "1",
    "SAMPLE_NUMBERS": "0",
}
"""Name and default of every setting the program knows."""

OPERATIONS: frozenset[str] = frozenset(
    {
        "ADMIN_DATABASE_URL",
        "DB_ADMIN_PASSWORD",
        "DB_OWNER_PASSWORD",
        "DB_WORKER_PASSWORD",
        "DB_WEB_PASSWORD",
        "DB_SANDBOX_PASSWORD",
        "TEMPORAL_DB_PASSWORD",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    }
)
"""Names only `ops` and the storage client read; web and worker get no database login but their own."""


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from a mapping of environment names; raises SettingsError about the first bad one."""
    text = {name: environ.get(name, "").strip() or default for name, default in DEFAULTS.items()}
    data_dir = Path(text["DATA_DIR"]).expanduser().absolute()
    port = _number(text, "PORT", LAST_PORT)
    return Settings(
        database_url=_database(text, "DATABASE_URL"),
        web_database_url=_database(text, "WEB_DATABASE_URL"),
        worker_database_url=_database(text, "WORKER_DATABASE_URL"),
        sandbox_database_url=_database(text, "SANDBOX_DATABASE_URL"),
        temporal_address=_address(text, "TEMPORAL_ADDRESS"),
        temporal_namespace=text["TEMPORAL_NAMESPACE"],
        temporal_ui_url=_url(text, "TEMPORAL_UI_URL", ("http", "https")),
        host=text["HOST"],
        port=port,
        data_dir=data_dir,
        storage_url=_url(text, "STORAGE_URL", ("file", "s3")) or f"file:{data_dir / 'files'}",
        s3_endpoint_url=_url(text, "S3_ENDPOINT_URL", ("http", "https")),
        s3_region=text["S3_REGION"],
        mail_url=_secret_url(text, "MAIL_URL", ("smtp", "smtps")),
        sms_url=_secret_url(text, "SMS_URL", ("solapi", "solapi+http")),
        identity_url=_secret_url(text, "IDENTITY_URL", ("portone", "portone+http")),
        registry_url=_secret_url(text, "REGISTRY_URL", ("odcloud", "odcloud+http")),
        bank_url=_secret_url(text, "BANK_URL", ("portone", "portone+http")),
        address_url=_secret_url(text, "ADDRESS_URL", ("juso", "juso+http")),
        tax_hub_url=_secret_url(text, "TAX_HUB_URL", ("popbill", "popbill+http")),
        tax_hub_key=_secret(text, "TAX_HUB_KEY"),
        tax_hub_secret=_secret(text, "TAX_HUB_SECRET"),
        tax_hub_webhook_url=_url(text, "TAX_HUB_WEBHOOK_URL", ("http", "https")),
        field_keys=_keys(text, "FIELD_KEYS"),
        payload_keys=_keys(text, "PAYLOAD_KEYS"),
        session_key=_bytes(text["SESSION_KEY"], "SESSION_KEY") if text["SESSION_KEY"] else b"",
        identity_key=_bytes(text["IDENTITY_KEY"], "IDENTITY_KEY") if text["IDENTITY_KEY"] else b"",
        session_idle_minutes=_number(text, "SESSION_IDLE_MINUTES", 24 * 60),
        session_max_hours=_number(text, "SESSION_MAX_HOURS", 24 * 31),
        oidc_issuer=_url(text, "OIDC_ISSUER", ("http", "https")),
        oidc_client_id=text["OIDC_CLIENT_ID"],
        oidc_client_secret=text["OIDC_CLIENT_SECRET"],
        oidc_scopes=text["OIDC_SCOPES"],
        sandbox_url=_url(text, "SANDBOX_URL", ("http", "https")).rstrip("/"),
        sandbox_public_url=_url(
            text, "SANDBOX_PUBLIC_URL" if text["SANDBOX_PUBLIC_URL"] else "SANDBOX_URL", ("http", "https")
        ).rstrip("/"),
        public_url=(_url(text, "PUBLIC_URL", ("http", "https")) or f"http://127.0.0.1:{port}").rstrip("/"),
        demo=_switch(text, "DEMO"),
        sample_numbers=_sample_numbers(text),
    )


@cache
def settings() -> Settings:
    """The settings of this process, read once; after changing the environment `settings.cache_clear()`."""
    return read(os.environ)


def _number(text: Mapping[str, str], name: str, highest: int) -> int:
    value = text[name]
    if not value.isdecimal() or not 1 <= int(value) <= highest:
        raise SettingsError(f"{name} must be a whole number from 1 to {highest}, not {value!r}.")
    return int(value)


def _switch(text: Mapping[str, str], name: str) -> bool:
    if text[name] not in {"0", "1"}:
        raise SettingsError(f"{name} must be 1 or 0, not {text[name]!r}.")
    return text[name] == "1"


def _sample_numbers(text: Mapping[str, str]) -> bool:
    admitted = _switch(text, "SAMPLE_NUMBERS")
    if admitted and text["REGISTRY_URL"]:
        raise SettingsError("SAMPLE_NUMBERS is for the sandbox registry only; leave it 0 beside a REGISTRY_URL.")
    return admitted


def _database(text: Mapping[str, str], name: str) -> str:
    # The value holds a password, so the sentence does not repeat it.
    value = text[name]
    if value and urlsplit(value).scheme not in {"postgresql", "postgres"}:
        raise SettingsError(f"{name} must be an address like postgresql://user:password@host:5432/database.")
    return value


def _url(text: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = text[name]
    if value and urlsplit(value).scheme not in schemes:
        raise SettingsError(f"{name} must begin with {' or '.join(f'{s}:' for s in schemes)}, not {value!r}.")
    return value


def _secret_url(text: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    # The value holds a key, so the sentence does not repeat it.
    value = text[name]
    if value and urlsplit(value).scheme not in schemes:
        raise SettingsError(f"{name} must begin with {' or '.join(f'{s}:' for s in schemes)}.")
    return value


def _secret(text: Mapping[str, str], name: str) -> str:
    if text[name] and len(text[name]) < SECRET_CHARS_MIN:
        raise SettingsError(f"{name} must have at least {SECRET_CHARS_MIN} characters.")
    return text[name]


def _address(text: Mapping[str, str], name: str) -> str:
    value = text[name]
    host, _, port = value.rpartition(":")
    if value and (not host or not port.isdecimal() or "/" in value):
        raise SettingsError(f"{name} must be host:port, not {value!r}.")
    return value


def _keys(text: Mapping[str, str], name: str) -> tuple[Key, ...]:
    """`k1:<base64>,k0:<base64>`; the first encrypts, all decrypt."""
    if not text[name]:
        return ()
    keys = []
    for entry in text[name].split(","):
        key_id, separator, encoded = entry.strip().partition(":")
        if not separator or not key_id.isalnum():
            raise SettingsError(f"{name} must be a list like k1:<base64 of 32 bytes>,k0:<the same>.")
        keys.append(Key(key_id, _bytes(encoded, name)))
    if len({key.id for key in keys}) != len(keys):
        raise SettingsError(f"{name} names the same key id twice.")
    return tuple(keys)


def _bytes(encoded: str, name: str) -> bytes:
    try:
        secret = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise SettingsError(f"A key in {name} is not the base64 of {KEY_BYTES} bytes.")
    return secret
