"""XLSX from its table of contents: nothing is unpacked but the list of content types, with a limit."""

import io
import re
import struct
import zipfile

from models.files.rules import (
    SHEET_BYTES_MAX,
    SHEET_ENTRIES_MAX,
    SHEET_RATIO_MAX,
    ArchiveTooLarge,
    FileDamaged,
    FileDoubleFaced,
    FileKind,
    FileLocked,
    SheetActive,
)
from models.kernel.refusals import Refusal

ZIP_SIGNATURE = b"PK\x03\x04"
_DIRECTORY_END = b"PK\x05\x06"
_DIRECTORY_END_BYTES = 22
_DIRECTORY_END64_BYTES = 56 + 20
_CONTENT_TYPES = "[Content_Types].xml"
_CONTENT_TYPES_BYTES_MAX = 1024 * 1024
_WORKBOOK_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ENCRYPTED = 0x1
_ACTIVE_PARTS = re.compile(r"vbaproject|(?:^|/)(?:activex|macrosheets)/|\.(?:exe|dll|js)$", re.IGNORECASE)
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def is_sheet(data: bytes) -> bool:
    """True when the archive has the parts of a workbook, with or without macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {_CONTENT_TYPES, "xl/workbook.xml"} <= {entry.filename for entry in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        return False


def is_archive(data: bytes) -> bool:
    """True when some reader would open these bytes as a ZIP, whatever they begin with."""
    return zipfile.is_zipfile(io.BytesIO(data))


def check_sheet(data: bytes) -> None:
    """Raises the refusal that fits: bomb, double-faced, locked, macros, damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_frame(data, entries)
            _check_sizes(data, entries)
            _check_names(entries)
            _check_types(archive)
    except Refusal:
        raise
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, KeyError, EOFError) as broken:
        raise FileDamaged from broken


def _check_frame(data: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """The archive must be the whole file: from its first entry to the end of its directory."""
    end = len(data) - _DIRECTORY_END_BYTES
    if data[end : end + 4] != _DIRECTORY_END:
        raise FileDoubleFaced(found=FileKind.XLSX)
    size, offset = struct.unpack_from("<II", data, end + 12)
    if end - _DIRECTORY_END64_BYTES < offset + size <= end and min(e.header_offset for e in entries) == 0:
        return
    raise FileDoubleFaced(found=FileKind.XLSX)


def _check_sizes(data: bytes, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > SHEET_ENTRIES_MAX:
        raise ArchiveTooLarge
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    # Entries that share packed bytes (a bomb without nesting) add up to more than there is.
    if packed > len(data) or unpacked > SHEET_BYTES_MAX:
        raise ArchiveTooLarge
    if unpacked > SHEET_RATIO_MAX * len(data):
        raise ArchiveTooLarge


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len({name.lower() for name in names}) != len(names):
        raise FileDamaged
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise FileDamaged
        if entry.flag_bits & _ENCRYPTED:
            raise FileLocked
        if entry.compress_type not in _PACKINGS:
            raise FileDamaged
        if _ACTIVE_PARTS.search(entry.filename):
            raise SheetActive


def _check_types(archive: zipfile.ZipFile) -> None:
    with archive.open(_CONTENT_TYPES) as part:
        types = part.read(_CONTENT_TYPES_BYTES_MAX)
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise SheetActive
    if _WORKBOOK_TYPE not in types:
        raise FileDamaged
