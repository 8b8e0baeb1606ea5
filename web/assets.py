"""CSS and JavaScript without a build: read once, named by their hash, compressed once, cached for ever by browsers."""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

STATIC = Path(__file__).parent / "static"
LAYERS = "@layer reset, tokens, base, frame, components, pages, utilities;\n"
SHEETS = ("reset", "tokens", "base", "frame", "components/*", "pages/*", "utilities", "print")
FOREVER = "public, max-age=31536000, immutable"
COMPRESSED = {".css", ".js", ".svg"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent; `packed` is the gzip form where it helps."""

    body: bytes
    packed: bytes | None
    media_type: str


@cache
def css() -> bytes:
    """All sheets of the layers as one file, in layer order, then by name."""
    root = STATIC / "css"
    parts = [LAYERS]
    for name in SHEETS:
        parts += [file.read_text("utf-8") for file in sorted(root.glob(f"{name}.css"))]
    return "".join(parts).encode()


@cache
def _script_hash() -> str:
    return _digest(file.read_bytes() for file in sorted((STATIC / "js").glob("*.js")))


@cache
def url(name: str) -> str:
    """The address of "app.css", "fonts.css", "main.js" (any module of static/js) or another static file."""
    if name == "app.css":
        return f"/static/app.{_digest([css()])}.css"
    if name == "fonts.css":
        return f"/static/fonts.{_digest([_read('fonts/pretendard.css')])}.css"
    if name.endswith(".js"):
        # One hash for the folder: modules import each other by relative names, so they move together.
        return f"/static/js.{_script_hash()}/{name}"
    return f"/static/{name}?{_digest([_read(name)])}"


async def serve(request: Request) -> Response:
    """GET /static/{path}: a stale hash gets the present file, uncached, so an old page still looks right."""
    path: str = request.path_params["path"]
    asset = _asset(path)
    if asset is None:
        return PlainTextResponse("404", status_code=404)
    current = f"/static/{path}" in {url("app.css"), url("fonts.css")} or path.startswith(f"js.{_script_hash()}/")
    fixed = current or path.startswith("fonts/") or bool(request.url.query)
    headers = {"Cache-Control": FOREVER if fixed else "public, max-age=300", "Vary": "Accept-Encoding"}
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, headers=headers, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


@cache
def _asset(path: str) -> Asset | None:
    body = _find(path)
    if body is None:
        return None
    suffix = Path(path).suffix
    kind = {".js": "text/javascript", ".woff2": "font/woff2"}.get(suffix) or mimetypes.guess_type(path)[0]
    packed = gzip.compress(body, 9, mtime=0) if suffix in COMPRESSED else None
    return Asset(body, packed, kind or "application/octet-stream")


def _find(path: str) -> bytes | None:
    folder, _, rest = path.partition("/")
    if not rest and folder.startswith("app.") and folder.endswith(".css"):
        return css()
    if not rest and folder.startswith("fonts.") and folder.endswith(".css"):
        return _read("fonts/pretendard.css")
    if folder.startswith("js.") and rest:
        path = f"js/{rest}"
    file = (STATIC / path).resolve()
    if not file.is_relative_to(STATIC.resolve()) or not file.is_file():
        return None
    return file.read_bytes()


def _read(name: str) -> bytes:
    return (STATIC / name).read_bytes()


def _digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()[:12]
