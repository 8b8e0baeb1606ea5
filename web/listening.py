"""What the database tells of itself (NOTIFY), read by the event loop as it comes: no task waits for it, and several
notices cost little more than one."""

import asyncio
from collections.abc import Callable

import psycopg


async def listen(url: str, channel: str, begun: Callable[[], None], told: Callable[[str], None]) -> None:
    """Hand every notice of a channel to `told`, until cancelled; `begun` once nothing is missed any more.

    Raises psycopg.Error when the connection is lost or cannot be made.
    """
    loop = asyncio.get_running_loop()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(f"LISTEN {channel}".encode())
        begun()
        lost: asyncio.Future[None] = loop.create_future()
        server = connection.pgconn

        def read() -> None:
            try:
                server.consume_input()
                while (notice := server.notifies()) is not None:
                    told(notice.extra.decode())
            except psycopg.Error as error:
                loop.remove_reader(socket)
                lost.set_exception(error)

        socket = server.socket
        loop.add_reader(socket, read)
        try:
            # What came while the question was being answered lies in the driver already.
            read()
            await lost
        finally:
            loop.remove_reader(socket)
