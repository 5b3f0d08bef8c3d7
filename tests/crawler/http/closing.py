"""A client of an asyncio server that closes while the connection is being accepted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable


async def read_at_close(address: tuple[str, int], steps: int, close: Callable[[], Awaitable[None]]) -> bytes:
    """What a client reads whose connection is so many steps of the event loop old when its server closes."""
    with socket.socket() as client:
        client.setblocking(False)
        client.connect_ex(address)
        for _ in range(steps):
            await asyncio.sleep(0)
        await close()
        client.settimeout(10)
        try:
            return await asyncio.to_thread(client.recv, 1)
        except ConnectionResetError:  # it had not been accepted
            return b""
