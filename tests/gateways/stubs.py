"""Small servers that answer like the outside worlds do, from answers as those worlds give them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any
    asks: str = ""
    """What stands behind the question mark, as it was written."""


@dataclass
class World:
    """Answers by `answer`, which a test sets; keeps what it was asked."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError


@contextmanager
def serving(world: World) -> Iterator[World]:
    """The world on a free port of this machine until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(size)
            parts = urlsplit(self.path)
            asked = Asked(
                method=self.command,
                path=parts.path,
                query=parse_qs(parts.query),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=json.loads(raw) if raw else None,
                asks=parts.query,
            )
            world.asked.append(asked)
            status, content = world.answer(asked)
            packed = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(packed)))
            self.end_headers()
            # Who has heard enough hangs up.
            with suppress(ConnectionError):
                self.wfile.write(packed)

        do_GET = do_POST = _take  # noqa: N815 - the server's names

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    world.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
