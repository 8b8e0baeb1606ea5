"""Where the bytes are: by SHA-256, on disk or in S3. Reading checks the hash, writing is all or nothing."""

import base64
import hashlib
import os
import re
import secrets
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from models.settings import settings

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class StorageError(Exception):
    """The storage failed; an operator's matter, not the person's."""


class ContentMissingError(StorageError):
    """No content under this hash."""


class ContentDamagedError(StorageError):
    """The content under this hash is not what was stored."""


class Storage(Protocol):
    """Content-addressed storage; the same bytes are kept once."""

    def put(self, data: bytes) -> str:
        """Keep the bytes durably; their SHA-256 as lower-case hex. Repeating is free."""

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises ContentMissingError, ContentDamagedError."""

    def exists(self, sha256: str) -> bool:
        """Whether there is content under this hash."""

    def delete(self, sha256: str) -> None:
        """Forget the bytes; nothing happens when there are none. Who calls knows that nothing refers to them."""


def digest(data: bytes) -> str:
    """SHA-256 as lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def _place(sha256: str) -> str:
    """ab/cd/abcd…: two levels keep folders small. ValueError for what is no hash, so no path gets in."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256 in lower-case hex")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _checked(data: bytes, sha256: str) -> bytes:
    if digest(data) != sha256:
        raise ContentDamagedError(sha256)
    return data


class DiskStorage:
    """A folder. A file appears under its name complete and flushed, or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        sha256 = digest(data)
        target = self.root / _place(sha256)
        if not self._holds(target, sha256):
            self._write(target, data)
        return sha256

    def get(self, sha256: str) -> bytes:
        try:
            return _checked((self.root / _place(sha256)).read_bytes(), sha256)
        except FileNotFoundError as missing:
            raise ContentMissingError(sha256) from missing

    def exists(self, sha256: str) -> bool:
        return (self.root / _place(sha256)).is_file()

    def delete(self, sha256: str) -> None:
        target = self.root / _place(sha256)
        if target.is_file():
            target.unlink(missing_ok=True)
            _flush_folder(target.parent)

    def _holds(self, target: Path, sha256: str) -> bool:
        # A damaged file is replaced by the next upload of the same content.
        return target.is_file() and digest(target.read_bytes()) == sha256

    def _write(self, target: Path, data: bytes) -> None:
        draft = self.root / "drafts" / f"{target.name}.{secrets.token_hex(8)}"
        _make_folder(draft.parent)
        _make_folder(target.parent)
        try:
            _write_flushed(draft, data)
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        # The name is durable only when its folder is.
        _flush_folder(target.parent)


def _make_folder(folder: Path) -> None:
    """Create a folder and its parents, each entry flushed in its parent."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _flush_folder(folder.parent)


def _write_flushed(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class S3Storage:
    """A bucket of S3 or of anything that speaks it; credentials come the usual boto3 ways."""

    def __init__(self, bucket: str, prefix: str = "", *, client: Any) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.client = client

    def put(self, data: bytes) -> str:
        sha256 = digest(data)
        if not self.exists(sha256):
            self.client.put_object(
                Bucket=self.bucket,
                Key=self._key(sha256),
                Body=data,
                ContentLength=len(data),
                # The service refuses what arrived differently.
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            )
        return sha256

    def get(self, sha256: str) -> bytes:
        key = self._key(sha256)
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.ClientError as failed:
            raise _s3_error(failed, sha256) from failed
        return _checked(answer["Body"].read(), sha256)

    def exists(self, sha256: str) -> bool:
        key = self._key(sha256)
        try:
            self.client.head_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.ClientError as failed:
            error = _s3_error(failed, sha256)
            if isinstance(error, ContentMissingError):
                return False
            raise error from failed
        return True

    def delete(self, sha256: str) -> None:
        key = self._key(sha256)
        try:
            # The service says the same of an object that was not there.
            self.client.delete_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.ClientError as failed:
            raise _s3_error(failed, sha256) from failed

    def _key(self, sha256: str) -> str:
        return self.prefix + _place(sha256)


def _s3_error(failed: Any, sha256: str) -> StorageError:
    code = str(failed.response.get("Error", {}).get("Code", ""))
    missing = code in {"404", "NoSuchKey", "NotFound"}
    return ContentMissingError(sha256) if missing else StorageError(f"storage answered {code}")


def open_storage(url: str, endpoint_url: str = "", region: str = "") -> Storage:
    """`file:<folder>` or `s3://bucket[/prefix][?endpoint=<url>]`; the endpoint in the address goes first.

    Raises ValueError for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and parts.netloc in {"", "localhost"}:
        return DiskStorage(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        endpoint = parse_qs(parts.query).get("endpoint", [endpoint_url])[0]
        return S3Storage(parts.netloc, parts.path, client=_s3_client(endpoint, region))
    raise ValueError("STORAGE_URL must be file:<folder> or s3://bucket[/prefix][?endpoint=<url>]")


def _s3_client(endpoint_url: str, region: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"max_attempts": 3, "mode": "standard"},
        # Our own SHA-256 goes along; services other than Amazon's do not all know the newer default.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client("s3", endpoint_url=endpoint_url or None, region_name=region or None, config=config)


@cache
def _opened(url: str, endpoint_url: str, region: str) -> Storage:
    return open_storage(url, endpoint_url, region)


def storage() -> Storage:
    """The storage of this process, by its settings."""
    config = settings()
    return _opened(config.storage_url, config.s3_endpoint_url, config.s3_region)
