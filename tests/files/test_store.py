import hashlib
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.files import store
from models.files.store import (
    ContentDamagedError,
    ContentMissingError,
    DiskStorage,
    S3Storage,
    StorageError,
    open_storage,
)

DATA = "한빛네트웍스 사업자등록증".encode() * 100
SHA256 = hashlib.sha256(DATA).hexdigest()
OTHER = "0" * 64


@pytest.fixture
def disk(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path / "deep" / "files")


def place(disk: DiskStorage) -> Path:
    return disk.root / SHA256[:2] / SHA256[2:4] / SHA256


def test_what_is_put_comes_back_under_its_hash(disk: DiskStorage) -> None:
    assert disk.put(DATA) == SHA256
    assert disk.get(SHA256) == DATA
    assert disk.exists(SHA256)
    assert place(disk).is_file()


def test_only_the_program_may_read_it(disk: DiskStorage) -> None:
    disk.put(DATA)
    assert stat.S_IMODE(place(disk).stat().st_mode) == 0o600
    assert stat.S_IMODE(place(disk).parent.stat().st_mode) == 0o700


def test_the_same_content_is_kept_once(disk: DiskStorage) -> None:
    disk.put(DATA)
    before = place(disk).stat().st_ino
    assert disk.put(DATA) == SHA256
    assert place(disk).stat().st_ino == before


def test_missing_content_is_said_to_be_missing(disk: DiskStorage) -> None:
    assert not disk.exists(OTHER)
    with pytest.raises(ContentMissingError):
        disk.get(OTHER)


def test_what_is_deleted_is_gone_and_may_come_back(disk: DiskStorage) -> None:
    disk.put(DATA)
    disk.delete(SHA256)
    disk.delete(SHA256)
    disk.delete(OTHER)
    assert not disk.exists(SHA256)
    disk.put(DATA)
    assert disk.get(SHA256) == DATA


def test_damage_is_found_on_reading_and_healed_by_the_next_upload(disk: DiskStorage) -> None:
    disk.put(DATA)
    place(disk).write_bytes(DATA[:-1] + b"?")
    with pytest.raises(ContentDamagedError):
        disk.get(SHA256)
    disk.put(DATA)
    assert disk.get(SHA256) == DATA


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "A" * 64, "0" * 63, f"{OTHER}\n", f"/{OTHER}"])
def test_only_a_hash_is_a_key(disk: DiskStorage, key: str) -> None:
    for asking in (disk.get, disk.exists, disk.delete):
        with pytest.raises(ValueError, match="SHA-256"):
            asking(key)


def test_a_failed_write_leaves_nothing(disk: DiskStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    disk.root.mkdir(parents=True)
    for folder in ("drafts", f"{SHA256[:2]}/{SHA256[2:4]}"):
        (disk.root / folder).mkdir(parents=True)
    with pytest.raises(OSError, match="No space"):
        disk.put(DATA)
    assert not disk.exists(SHA256)
    assert list((disk.root / "drafts").iterdir()) == []


CRASH = """
import os, sys
from pathlib import Path
from models.files.store import DiskStorage
Path.replace = lambda *_: os._exit(9)
DiskStorage(Path(sys.argv[1])).put(sys.stdin.buffer.read())
"""


def test_a_crash_before_the_name_leaves_a_draft_that_is_no_file(disk: DiskStorage) -> None:
    here = Path(store.__file__).parents[2]
    crash = [sys.executable, "-c", CRASH, str(disk.root)]
    died = subprocess.run(crash, input=DATA, cwd=here, check=False)
    assert died.returncode == 9
    assert len(list((disk.root / "drafts").iterdir())) == 1
    assert not disk.exists(SHA256)
    with pytest.raises(ContentMissingError):
        disk.get(SHA256)
    assert disk.put(DATA) == SHA256
    assert disk.get(SHA256) == DATA


def test_everything_is_flushed_before_put_returns(disk: DiskStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    real = os.fsync

    def watched(handle: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)
    disk.put(DATA)
    assert any(name.startswith(f"{SHA256}.") for name in flushed)
    assert flushed[-1] == SHA256[2:4]
    assert {disk.root.name, SHA256[:2]} <= set(flushed)


def test_two_writers_of_one_content_do_not_disturb_each_other(disk: DiskStorage) -> None:
    threads = [threading.Thread(target=disk.put, args=(DATA,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert disk.get(SHA256) == DATA
    assert list((disk.root / "drafts").iterdir()) == []


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as the storage asks for."""

    objects: dict[str, bytes]
    checksums: dict[str, str | None]
    broken: bool

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _found(self) -> None:
        if self.broken:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif self.path in self.objects:
            self._answer(200, self.objects[self.path])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_GET = do_HEAD = _found  # noqa: N815 - names of the standard library

    def do_PUT(self) -> None:
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.checksums[self.path] = self.headers["x-amz-checksum-sha256"]
        self._answer(200)

    def do_DELETE(self) -> None:
        if self.broken:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
            return
        self.objects.pop(self.path, None)
        self._answer(204)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[Bucket], str]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    kind = type("FreshBucket", (Bucket,), {"objects": {}, "checksums": {}, "broken": False})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield kind, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_s3_keeps_gives_back_and_knows_what_is_missing_damaged_or_closed(
    bucket: tuple[type[Bucket], str],
) -> None:
    seen, endpoint = bucket
    remote = open_storage(f"s3://papers/one/two?endpoint={endpoint}", region="ap-northeast-2")
    assert isinstance(remote, S3Storage)
    assert remote.put(DATA) == SHA256
    path = f"/papers/one/two/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"
    assert seen.objects == {path: DATA}
    assert seen.checksums[path]
    assert remote.exists(SHA256)
    assert remote.get(SHA256) == DATA
    assert not remote.exists(OTHER)
    with pytest.raises(ContentMissingError):
        remote.get(OTHER)
    seen.objects[path] = b"something else"
    with pytest.raises(ContentDamagedError):
        remote.get(SHA256)
    remote.delete(SHA256)
    remote.delete(SHA256)
    assert seen.objects == {}
    seen.broken = True
    with pytest.raises(StorageError, match="AccessDenied"):
        remote.delete(SHA256)
    with pytest.raises(StorageError, match="AccessDenied"):
        remote.get(SHA256)
    with pytest.raises(StorageError, match="403"):
        remote.exists(SHA256)
    remote.client.close()


def test_the_storage_comes_from_the_address(tmp_path: Path) -> None:
    local = open_storage(f"file:{tmp_path}/my%20files")
    assert isinstance(local, DiskStorage)
    assert local.root == tmp_path / "my files"
    assert open_storage(f"file://{tmp_path}").put(DATA) == SHA256


@pytest.mark.parametrize("url", ["", "file:", "s3:", "s3:///x", "ftp://x/y", "file://host/x", "/tmp/x"])  # noqa: S108
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="STORAGE_URL"):
        open_storage(url)


def test_boto3_is_not_loaded_for_a_folder() -> None:
    here = Path(store.__file__).parents[2]
    program = (
        "import sys, models.files.store, models.files.detect\nsys.exit(bool({'boto3', 'pikepdf'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=here, check=False).returncode == 0
