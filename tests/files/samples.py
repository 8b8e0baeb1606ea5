"""Small real files of every kind, and the pieces to spoil them with."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import openpyxl
import pikepdf
from PIL import Image


def jpeg(*, progressive: bool = False) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((40, 30)).convert("RGB").save(out, "JPEG", progressive=progressive)
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (250, 225, 0, 255)).save(out, "PNG")
    return out.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that claim a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    packed = png_chunk(b"IDAT", zlib.compress(b"\x00" * 100))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + packed + png_chunk(b"IEND", b"")


def sheet() -> bytes:
    book = openpyxl.Workbook()
    for row in range(50):
        book.active.append([f"SN-{row:05d}", row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_with(parts: Mapping[str, bytes]) -> bytes:
    """A workbook with more parts."""
    out = io.BytesIO(sheet())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def archive_of(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def pdf(root: Mapping[str, pikepdf.Object] | None = None, *, packed: bool = False, password: str = "") -> bytes:
    """One empty page; `root` goes into the catalog, `packed` puts objects into compressed streams."""
    with pikepdf.new() as document:
        document.add_blank_page()
        for key, value in (root or {}).items():
            document.Root[key] = document.make_indirect(value)
        mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
        encryption = pikepdf.Encryption(owner=password, user=password) if password else False
        out = io.BytesIO()
        document.save(out, object_stream_mode=mode, encryption=encryption)
        return out.getvalue()


def action(kind: str) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), JS="app.alert(1)", F="calc.exe")
