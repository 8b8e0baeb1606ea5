"""Text as people type it, and the house's masks: one per kind, for two masks of one value tell more."""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping

# NFC, not NFKC, which would turn ㈜ into (주) and ㎡ into m2. Full-width ASCII is narrowed where asked.
_NARROW = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_NARROW_DIGITS = {0xFF10 + digit: 0x30 + digit for digit in range(10)}
_KEPT_CONTROLS = "\n\t"


def nfc(text: str) -> str:
    """Composed form: Hangul typed on a Mac arrives as separate letters."""
    return unicodedata.normalize("NFC", text)


def ascii_digits(text: str) -> str:
    """Full-width digits as ASCII; everything else as it is."""
    return text.translate(_NARROW_DIGITS)


def narrow(text: str) -> str:
    """All full-width ASCII (letters, digits, signs, the wide space) as ASCII: for codes and e-mails."""
    return text.translate(_NARROW)


def digits(text: str) -> str:
    """Only the ASCII digits of a text, after narrowing."""
    return "".join(c for c in ascii_digits(text) if "0" <= c <= "9")


def without_controls(text: str) -> str:
    """Without control and direction-changing characters, except line break and tab."""
    return "".join(c for c in text if c in _KEPT_CONTROLS or not _is_hidden(c))


def _is_hidden(char: str) -> bool:
    # Zero-width joiner and non-joiner (U+200C, U+200D) are format characters that spelling needs.
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char not in "\u200c\u200d"


def clean_line(text: str) -> str:
    """One line: NFC, no hidden characters, inner whitespace as single spaces, trimmed."""
    return " ".join(without_controls(nfc(text)).split())


def clean_text(text: str) -> str:
    """Several lines: NFC, no hidden characters, \\n ends lines, no trailing spaces or runs of empty lines."""
    unified = re.sub(r"\r\n?|[\u2028\u2029\v\f]", "\n", nfc(text))
    lines = [line.rstrip() for line in without_controls(unified).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_email(text: str) -> str:
    """An e-mail as it is compared and stored: narrow, without spaces, lower case."""
    return "".join(narrow(nfc(text)).split()).lower()


def mask_phone(phone: str) -> str:
    """010-1234-5678 -> 010-****-5678; the middle is always four stars, so its length is not told."""
    found = digits(phone)
    if len(found) < 9:  # noqa: PLR2004 - a full number with area code; 1577-5500 has eight
        return f"{found[:4]}-****" if len(found) == 8 else "****"  # noqa: PLR2004
    if phone.strip().startswith("+"):
        return f"+{found[:2]}-****-{found[-4:]}"
    area = 2 if found.startswith("02") else 3
    return f"{found[:area]}-****-{found[-4:]}"


def mask_email(email: str) -> str:
    """dm1004@daum.net -> dm****@daum.net; a short local part shows one letter or none."""
    local, at, domain = email.rpartition("@")
    if not at:
        return "****"
    shown = local[:2] if len(local) > 2 else local[: len(local) - 1]  # noqa: PLR2004 - two letters are shown
    return f"{shown}****@{domain}"


def mask_account(number: str) -> str:
    """3333011212345 -> 33330112*****; hyphens dropped, at most eight digits shown, at least five hidden."""
    found = digits(number)
    shown = max(0, min(8, len(found) - 5))
    return found[:shown] + "*" * max(5, len(found) - shown)


def mask_name(name: str) -> str:
    """박지은 -> 박**; the first character only, spaces kept."""
    return name[:1] + re.sub(r"\S", "*", name[1:])


def mask_rrn(number: str) -> str:
    """9001011234567 -> 900101-1******; anything shorter is hidden altogether."""
    found = digits(number)
    return f"{found[:6]}-{found[6]}******" if len(found) == 13 else "******-*******"  # noqa: PLR2004 - its length


def mask_passport(number: str) -> str:
    """M12345678 -> M1*******: of a foreigner's passport or registration number the first two characters."""
    return number[:2] + "*" * max(len(number) - 2, 0)


def mask_ip(address: str) -> str:
    """203.0.113.7 -> 203.0.***.7; of an IPv6 address the last group is hidden; anything else altogether."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return "****"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return f"{found}".rpartition(":")[0] + ":****"
        found = found.ipv4_mapped
    first, second, _, last = str(found).split(".")
    return f"{first}.{second}.***.{last}"


MASKS: Mapping[str, Callable[[str], str]] = {
    "phone": mask_phone,
    "email": mask_email,
    "account": mask_account,
    "name": mask_name,
    "rrn": mask_rrn,
    "ip": mask_ip,
}
