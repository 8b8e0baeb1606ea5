"""File names as people upload them: kept readable, with everything that could lead elsewhere taken out."""

import re

from models.kernel.text import clean_line, without_controls

NAME_BYTES_MAX = 200
"""UTF-8 bytes; file systems take 255, and a prefix must fit."""

_PATHS = re.compile(r"[/\\]|^\.{1,2}$")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE | re.ASCII)


def is_tricky_name(name: str) -> bool:
    """True for a name no honest browser sends: a path, a NUL or line break, signs that turn the direction."""
    return bool(_PATHS.search(name)) or without_controls(name) != name or "\n" in name or "\t" in name


def clean_file_name(name: str, fallback: str = "file") -> str:
    """A name that is safe in a header, a ZIP and on any disk: one component, NFC, NAME_BYTES_MAX bytes.

    The extension survives the cut; `fallback` stands in when nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = _FORBIDDEN.sub("_", clean_line(last)).strip(". ")
    if _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    return _shortened(plain) or fallback


def extension(name: str) -> str:
    """jpg for Photo.JPG; empty when there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def _shortened(name: str) -> str:
    if len(name.encode()) <= NAME_BYTES_MAX:
        return name
    ending = f".{extension(name)}" if 0 < len(extension(name)) <= 8 else ""  # noqa: PLR2004 - no real one is longer
    room = NAME_BYTES_MAX - len(ending.encode())
    return name.encode()[:room].decode(errors="ignore").rstrip(". ") + ending
