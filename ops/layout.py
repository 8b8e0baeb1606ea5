"""What each process is told: only the settings and the one database login it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from models.settings import DEFAULTS, OPERATIONS, Settings

DATABASE = "dongban"
OWNER, WORKER, WEB, SANDBOX = "dongban_owner", "dongban_worker", "dongban_web", "dongban_sandbox"
PASSWORD_OF: Mapping[str, str] = {
    OWNER: "DB_OWNER_PASSWORD",
    WORKER: "DB_WORKER_PASSWORD",
    WEB: "DB_WEB_PASSWORD",
    SANDBOX: "DB_SANDBOX_PASSWORD",
}
LOGIN_OF: Mapping[str, str] = {
    "DATABASE_URL": OWNER,
    "WORKER_DATABASE_URL": WORKER,
    "WEB_DATABASE_URL": WEB,
    "SANDBOX_DATABASE_URL": SANDBOX,
}
SECRETS = ("FIELD_KEYS", "PAYLOAD_KEYS", "SESSION_KEY", "IDENTITY_KEY")
HUB_SECRETS = ("TAX_HUB_KEY", "TAX_HUB_SECRET")
"""What the house and its tax hub both know; the sandbox hub is given them, and no others."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the engines are."""

    admin_database: str
    temporal: str
    temporal_ui: str
    sandbox: str


def with_login(url: str, role: str, password: str, database: str | None = None) -> str:
    """The same server for another login, and another database when one is named."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    path = parts.path if database is None else f"/{database}"
    login = f"{quote(role, safe='')}:{quote(password, safe='')}"
    return urlunsplit((parts.scheme, f"{login}@{place}", path, parts.query, ""))


def with_database(url: str, database: str) -> str:
    """The same login at another database."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


def database_of(url: str) -> str:
    """The database an administrator's address names; its own default database is not used for the tables."""
    name = urlsplit(url).path.strip("/")
    return DATABASE if name in {"", "postgres"} else name


def database_urls(admin: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The address of each login, by setting."""
    return {
        setting: with_login(admin, role, secrets[PASSWORD_OF[role]], database_of(admin))
        for setting, role in LOGIN_OF.items()
    }


def environments(
    outer: Mapping[str, str], config: Settings, secrets: Mapping[str, str], addresses: Addresses
) -> dict[str, dict[str, str]]:
    """The environment of `setup`, `worker`, `web` and `sandbox`.

    A login given from outside (WEB_DATABASE_URL and so on) stands. DATABASE_URL from outside is the
    administrator's; inside it is always the owner's.
    """
    base = {name: value for name, value in outer.items() if name not in DEFAULTS and name not in OPERATIONS}
    base |= {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    logins = database_urls(addresses.admin_database, secrets)
    logins |= {name: outer[name] for name in logins if name != "DATABASE_URL" and outer.get(name)}
    shared = {name: outer[name] for name in DEFAULTS if outer.get(name) and name not in logins}
    shared |= {
        "TEMPORAL_ADDRESS": addresses.temporal,
        "TEMPORAL_UI_URL": addresses.temporal_ui,
        "DATA_DIR": str(config.data_dir),
        "SANDBOX_URL": addresses.sandbox,
        "PUBLIC_URL": config.public_url,
        "PORT": str(config.port),
        "HOST": config.host,
    }
    # People who read along with the manual may type its numbers.
    shared.setdefault("SAMPLE_NUMBERS", "1" if config.demo and not config.registry_url else "0")
    storage = {name: outer[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") if outer.get(name)}
    house = base | shared | storage | {name: secrets[name] for name in (*SECRETS, *HUB_SECRETS)}
    passwords = {name: secrets[name] for name in PASSWORD_OF.values()}
    outside = {"SANDBOX_URL": addresses.sandbox, "PUBLIC_URL": config.public_url}
    outside |= {name: outer[name] for name in ("SANDBOX_PUBLIC_URL",) if outer.get(name)}
    outside |= {name: secrets[name] for name in HUB_SECRETS} | {"TAX_HUB_WEBHOOK_URL": config.hub_webhook_url}
    return {
        "setup": house | logins | passwords | {"ADMIN_DATABASE_URL": addresses.admin_database},
        "worker": house | {"WORKER_DATABASE_URL": logins["WORKER_DATABASE_URL"]},
        "web": house | {"WEB_DATABASE_URL": logins["WEB_DATABASE_URL"]},
        "sandbox": base | outside | {"SANDBOX_DATABASE_URL": logins["SANDBOX_DATABASE_URL"]},
    }
