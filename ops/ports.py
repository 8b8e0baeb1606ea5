"""Ports of the inner services: free ones, the same as last time when they still are."""

import json
import random
import socket
from collections.abc import Iterable
from pathlib import Path

# Below the range the kernel takes for outgoing connections (32768 and up on Linux): a client that retries a
# port there while its server restarts can connect to itself and keep the port from the server.
FIRST, LAST = 20_000, 29_999
LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now; sockets that are only closing do not count."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(taken: Iterable[int] = ()) -> int:
    """A free loopback port that is not in `taken`."""
    avoid = set(taken)
    while True:
        port = random.randint(FIRST, LAST)  # noqa: S311  (not a secret)
        if port not in avoid and is_free(port):
            return port


def choose(names: Iterable[str], remembered_in: Path) -> dict[str, int]:
    """One port for each name; those remembered in the file are kept while free, and the file is written."""
    remembered = _remembered(remembered_in)
    ports: dict[str, int] = {}
    for name in names:
        before = remembered.get(name, 0)
        keep = FIRST <= before <= LAST and before not in ports.values() and is_free(before)
        ports[name] = before if keep else free_port(ports.values())
    remembered_in.write_text(json.dumps(ports, indent=2) + "\n", encoding="utf-8")
    return ports


def _remembered(file: Path) -> dict[str, int]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: port for name, port in content.items() if isinstance(port, int)}
