"""A server that closes ends every connection, however far accepting it has come."""

from __future__ import annotations

import asyncio
import gc
import socket

import pytest

from crawler.http.listening import stop_accepting


async def _end_after(steps: int) -> bytes:
    """What a client reads whose connection is so many steps of the event loop old when its server closes."""
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    with socket.socket() as client:
        client.setblocking(False)
        client.connect_ex(server.sockets[0].getsockname())
        for _ in range(steps):
            await asyncio.sleep(0)
        await stop_accepting(server)
        for writer in writers:
            writer.close()
        client.settimeout(10)
        try:
            return await asyncio.to_thread(client.recv, 1)
        except ConnectionResetError:  # it had not been accepted
            return b""


@pytest.mark.parametrize("steps", range(8))
def test_a_connection_ends_with_its_server(steps: int) -> None:
    assert asyncio.run(_end_after(steps)) == b""
    gc.collect()  # a transport that was left open warns here, and not in some later test
