"""Refuses files that must not be committed: private keys, generated secrets, something very large."""

import re
import sys
from pathlib import Path

LARGEST = 5_000_000
"""Bytes; fonts are the largest thing that belongs here."""

SECRET = re.compile(
    rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
    rb"|AKIA[0-9A-Z]{16}"
    rb"|^(?:DB_[A-Z]+_PASSWORD|SESSION_KEY|IDENTITY_KEY|TAX_HUB_KEY|TAX_HUB_SECRET)=\S{20,}"
    rb"|(?:FIELD|PAYLOAD)_KEYS=\w+:[A-Za-z0-9+/]{43}=",
    re.MULTILINE,
)


def problem(file: Path) -> str | None:
    """What is wrong with committing the file."""
    content = file.read_bytes()
    if len(content) > LARGEST:
        return f"{file} has {len(content):,} bytes; the limit is {LARGEST:,}."
    if SECRET.search(content):
        return f"{file} holds a key or password."
    return None


def main(names: list[str]) -> int:
    """1 when one of the files must not be committed."""
    problems = [found for name in names if Path(name).is_file() and (found := problem(Path(name)))]
    for found in problems:
        print(found)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
