"""A server that closes ends every connection, however far accepting it has come."""

from __future__ import annotations

import asyncio
import gc

import pytest

from crawler.http.connection.listening import stop_accepting
from tests.crawler.http.closing import read_at_close


async def _end_after(steps: int) -> bytes:
    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)

    async def close() -> None:
        await stop_accepting(server)
        for writer in writers:
            writer.close()

    return await read_at_close(server.sockets[0].getsockname(), steps, close)


@pytest.mark.parametrize("steps", range(8))
def test_a_connection_ends_with_its_server(steps: int) -> None:
    assert asyncio.run(_end_after(steps)) == b""
    gc.collect()  # a transport that was left open warns here, and not in some later test
