"""Passwords and keys of this installation, made once and kept in DATA_DIR/secrets.env."""

import base64
import os
import secrets
from pathlib import Path

from ops.errors import OperatorError

PASSWORDS = (
    "DB_ADMIN_PASSWORD",
    "DB_OWNER_PASSWORD",
    "DB_WORKER_PASSWORD",
    "DB_WEB_PASSWORD",
    "DB_SANDBOX_PASSWORD",
)


LATER = ("IDENTITY_KEY", "TAX_HUB_KEY", "TAX_HUB_SECRET")
"""Secrets that came with a later version: nothing an older installation holds was ever made with them."""


def generate() -> dict[str, str]:
    """Fresh secrets for a new installation; INSTANCE names its files outside DATA_DIR."""
    made = {name: secrets.token_urlsafe(24) for name in PASSWORDS}
    made["FIELD_KEYS"] = "k1:" + _key()
    made["PAYLOAD_KEYS"] = "k1:" + _key()
    made["SESSION_KEY"] = _key()
    made["IDENTITY_KEY"] = _key()
    made["TAX_HUB_KEY"] = secrets.token_urlsafe(32)
    made["TAX_HUB_SECRET"] = secrets.token_urlsafe(32)
    made["INSTANCE"] = secrets.token_hex(6)
    return made


def load_or_create(file: Path, *, database_exists: bool) -> dict[str, str]:
    """The secrets of the file, made when this is the first start.

    Raises OperatorError when the file is gone but the database it opens is still there: with new keys its
    encrypted fields could never be read again.
    """
    if file.exists():
        return _parse(file)
    if database_exists:
        raise OperatorError(
            f"{file} is missing, but {file.parent} holds a database whose passwords and keys were in it; "
            f"put the file back, or move {file.parent} away to begin with empty data."
        )
    made = generate()
    partial = file.with_suffix(".new")
    # Readable for the owner alone from its first byte.
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in made.items())
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)
    return made


def _parse(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise OperatorError(f"{file} cannot be read: {problem}.") from problem
    found = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    missing = [name for name in generate() if not found.get(name) and name not in LATER]
    if missing:
        raise OperatorError(f"{file} has no {', '.join(missing)}; put the original file back.")
    late = {name: made for name, made in generate().items() if name in LATER and not found.get(name)}
    if late:
        with file.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{name}={made}\n" for name, made in late.items())
    return found | late


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
