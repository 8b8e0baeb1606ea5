"""JPEG and PNG by their structure: size in pixels, and where the picture ends. Pixels are not decoded."""

import struct
import zlib
from typing import NamedTuple

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"


class Picture(NamedTuple):
    """Size in pixels, and the offset just behind the picture's last byte."""

    width: int
    height: int
    end: int


class BrokenPictureError(ValueError):
    """The structure breaks off or contradicts itself."""


def read_png(data: bytes) -> Picture:
    """Walk the chunks with their checksums. Raises BrokenPictureError. (PNG specification, section 5)."""
    position = len(PNG_SIGNATURE)
    size: tuple[int, int] | None = None
    while True:
        kind, body, position = _png_chunk(data, position)
        if (kind == b"IHDR") != (size is None):
            raise BrokenPictureError("IHDR must come first, and once")
        if size is None:
            size = _png_size(body)
        if kind == b"IEND":
            return Picture(*size, position)


def _png_chunk(data: bytes, position: int) -> tuple[bytes, memoryview, int]:
    if position + 12 > len(data):
        raise BrokenPictureError("breaks off")
    length, kind = struct.unpack_from(">I4s", data, position)
    end = position + 12 + length
    if end > len(data):
        raise BrokenPictureError("breaks off in a chunk")
    view = memoryview(data)
    if zlib.crc32(view[position + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
        raise BrokenPictureError("checksum of a chunk")
    return kind, view[position + 8 : end - 4], end


def _png_size(header: memoryview) -> tuple[int, int]:
    if len(header) != 13:  # noqa: PLR2004 - the length of IHDR
        raise BrokenPictureError("IHDR")
    width, height = struct.unpack_from(">II", header)
    return _positive(width, height)


_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SOS, _EOI, _SOI = 0xDA, 0xD9, 0xD8


def read_jpeg(data: bytes) -> Picture:
    """Walk the markers up to the end of the image. Raises BrokenPictureError. (ITU T.81, annex B)."""
    position = 2
    size: tuple[int, int] | None = None
    while True:
        marker, position = _jpeg_marker(data, position)
        if marker == _EOI:
            if size is None:
                raise BrokenPictureError("no frame")
            return Picture(*size, position)
        if marker in _JPEG_ALONE:
            continue
        end = _jpeg_segment_end(data, marker, position)
        if marker in _JPEG_FRAMES:
            size = _jpeg_size(data, position, end)
        position = _jpeg_scan_end(data, end) if marker == _SOS else end


def _jpeg_marker(data: bytes, position: int) -> tuple[int, int]:
    """The marker at a position (fill bytes skipped) and the position behind it."""
    if data[position : position + 1] != b"\xff":
        raise BrokenPictureError("no marker where one must be")
    while data[position : position + 1] == b"\xff":
        position += 1
    if position >= len(data):
        raise BrokenPictureError("breaks off")
    return data[position], position + 1


def _jpeg_segment_end(data: bytes, marker: int, position: int) -> int:
    if marker in {0x00, _SOI} or position + 2 > len(data):
        raise BrokenPictureError("marker")
    (length,) = struct.unpack_from(">H", data, position)
    if length < 2 or position + length > len(data):  # noqa: PLR2004 - it counts itself
        raise BrokenPictureError("segment")
    return position + int(length)


def _jpeg_size(data: bytes, position: int, end: int) -> tuple[int, int]:
    if end - position < 8:  # noqa: PLR2004 - length, precision, height, width, components
        raise BrokenPictureError("frame")
    height, width = struct.unpack_from(">HH", data, position + 3)
    return _positive(width, height)


def _jpeg_scan_end(data: bytes, position: int) -> int:
    """The next marker behind compressed data: FF, neither stuffed (FF00) nor a restart (FFD0 to FFD7)."""
    while True:
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            raise BrokenPictureError("breaks off in the picture")
        follower = data[position + 1]
        if follower not in _JPEG_ALONE and follower not in {0x00, 0xFF}:
            return position
        position += 1 if follower == 0xFF else 2  # noqa: PLR2004 - a fill byte


def _positive(width: int, height: int) -> tuple[int, int]:
    if width == 0 or height == 0:
        raise BrokenPictureError("no size")
    return width, height
