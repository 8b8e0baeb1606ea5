"""What an upload is by its content, not by name or by what the browser says; and whether it may be kept."""

import re

from models.files.archives import ZIP_SIGNATURE, check_sheet, is_archive, is_sheet
from models.files.images import (
    JPEG_SIGNATURE,
    PNG_SIGNATURE,
    BrokenPictureError,
    Picture,
    read_jpeg,
    read_png,
)
from models.files.pdfs import PDF_SIGNATURE, check_pdf
from models.files.rules import (
    EXTENSIONS,
    PIXELS_MAX,
    SIDE_PIXELS_MAX,
    FileDamaged,
    FileDoubleFaced,
    FileEmpty,
    FileKind,
    FileNameMismatch,
    FileNameUnsafe,
    FileTooLarge,
    FileTypeWrong,
    ImageTooLarge,
    Use,
)
from models.kernel.file_names import extension, is_tricky_name
from models.kernel.text import clean_line
from models.kernel.wording import file_size

_HEAD_BYTES = 1024
_PADDING = b"\x00\r\n \t"
_MARKUP = re.compile(rb"<(?:script|html|svg|body|iframe|img|!doctype|\?php)[\s>/]", re.IGNORECASE)
_DECLARED = re.compile(rb"<!(?:doctype|entity)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TEXT_ENCODINGS = ("utf-8-sig", "cp949")
"""Korean spreadsheets still write the second."""
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF 그림"),
    (b"BM", "BMP 그림"),
    (b"II*\x00", "TIFF 그림"),
    (b"MM\x00*", "TIFF 그림"),
    (b"MZ", "실행 파일"),
    (b"\x7fELF", "실행 파일"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "예전 형식이거나 암호가 걸린 문서(HWP, XLS 등)"),
    (b"Rar!", "압축 파일"),
    (b"7z\xbc\xaf", "압축 파일"),
    (b"\x1f\x8b", "압축 파일"),
    (ZIP_SIGNATURE, "압축 파일이나 다른 문서(HWPX, DOCX 등)"),
)


def check(name: str, data: bytes, use: Use) -> FileKind:
    """The kind of an upload that may be kept. Raises a FileRefusal otherwise.

    Cheap checks come first, so that a bomb costs nothing.
    """
    if is_tricky_name(name):
        raise FileNameUnsafe
    if not data:
        raise FileEmpty
    if len(data) > use.bytes_max:
        raise FileTooLarge(limit=file_size(use.bytes_max))
    kind = kind_of(data) or _document(data, use) or _plain_text(data, use)
    if kind is None or kind not in use.kinds:
        raise FileTypeWrong(found=_words(data, kind, use), accepted=use.words)
    _check_name(name, kind, use)
    _check_one_face(data, kind)
    _check_inside(data, kind)
    return kind


def kind_of(data: bytes) -> FileKind | None:
    """The kind by the first bytes (a sheet also by its parts); None for what the house does not take."""
    if data.startswith(JPEG_SIGNATURE):
        return FileKind.JPEG
    if data.startswith(PNG_SIGNATURE):
        return FileKind.PNG
    if data.startswith(PDF_SIGNATURE):
        return FileKind.PDF
    if data.startswith(ZIP_SIGNATURE) and is_sheet(data):
        return FileKind.XLSX
    return None


def _document(data: bytes, use: Use) -> FileKind | None:
    """XML that declares itself and nothing of its own: what it says is read by whoever asked for it."""
    if FileKind.XML not in use.kinds or not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml"):
        return None
    return None if _DECLARED.search(data) else FileKind.XML


def _plain_text(data: bytes, use: Use) -> FileKind | None:
    """Text has no signature: it is what decodes whole, without control characters, where text is taken at all."""
    if FileKind.CSV not in use.kinds or _CONTROL.search(data):
        return None
    for encoding in TEXT_ENCODINGS:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return FileKind.CSV
    return None


def _words(data: bytes, kind: FileKind | None, use: Use) -> str:
    if kind is not None:
        return f"{kind} 파일"
    if PDF_SIGNATURE in data[:_HEAD_BYTES]:
        return "앞에 다른 내용이 붙은 PDF 파일"
    if data[4:8] == b"ftyp":
        return "HEIC 사진이나 동영상"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP 그림"
    if _MARKUP.search(data[:_HEAD_BYTES]) or data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        takes_xml = FileKind.XML in use.kinds
        return "HTML, SVG 또는 형식에 맞지 않는 XML 파일" if takes_xml else "SVG, HTML, XML 파일"
    return next((words for sign, words in _FOREIGN if data.startswith(sign)), "알 수 없는 형식의 파일")


def _check_name(name: str, kind: FileKind, use: Use) -> None:
    ending = extension(clean_line(name))
    promised = EXTENSIONS.get(ending)
    if promised is None:
        found = f"이름이 .{ending}인 파일" if ending else "확장자가 없는 파일"
        raise FileTypeWrong(found=found, accepted=use.words)
    if promised is not kind:
        raise FileNameMismatch(promised=promised, found=kind)


def _check_one_face(data: bytes, kind: FileKind) -> None:
    if _MARKUP.search(data[:_HEAD_BYTES]):
        raise FileDoubleFaced(found=kind)
    if kind is not FileKind.XLSX and is_archive(data):
        raise FileDoubleFaced(found=kind)


def _check_inside(data: bytes, kind: FileKind) -> None:
    match kind:
        case FileKind.PDF:
            check_pdf(data)
        case FileKind.XLSX:
            check_sheet(data)
        case FileKind.PNG | FileKind.JPEG:
            _check_picture(data, kind)


def _check_picture(data: bytes, kind: FileKind) -> None:
    picture = _picture(data, kind)
    if max(picture.width, picture.height) > SIDE_PIXELS_MAX or picture.width * picture.height > PIXELS_MAX:
        raise ImageTooLarge(width=picture.width, height=picture.height)
    if data[picture.end :].strip(_PADDING):
        raise FileDoubleFaced(found=kind)


def _picture(data: bytes, kind: FileKind) -> Picture:
    try:
        return read_png(data) if kind is FileKind.PNG else read_jpeg(data)
    except BrokenPictureError as broken:
        raise FileDamaged from broken
